"""Findings: what the claims say together, and how sure anyone can be."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Model, Prose, Ref, Term
from macros.kinds.common import Learning, Record, Tags


class Attachment(Model):
    """A claim's bearing on the finding; always our judgement."""

    claim: Annotated[str, Ref("claim")]
    relation: Annotated[str, Term("relations")]
    reason: Prose


class Component(Model):
    concern: Annotated[str, Term("concerns")]
    reason: Prose


class Confidence(Model):
    """Confidence in a finding by GRADE-CERQual's four components; never for a single study."""

    level: Annotated[str, Term("confidence-levels")]
    reason: Prose
    methodological_limitations: Component | None = None
    coherence: Component | None = None
    adequacy: Component | None = None
    relevance: Component | None = None
    assessed: datetime.date | None = None
    by: tuple[Annotated[str, Term("coders")], ...] = ()


class Finding(Record):
    kind: ClassVar[str] = "finding"

    statement: Prose
    summary: Prose | None = None
    claims: tuple[Attachment, ...] = Field(min_length=1)
    confidence: Confidence
    themes: Tags = ()
    learning: tuple[Learning, ...] = ()
    does_not_show: Prose
    """What the evidence does not show, said as plainly as what it does."""
    counter_search: Annotated[str, Ref("search")] | None = None
    """The dated search for evidence against it."""
