"""Recommendations: who asks whom to do what, and what it rests on."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Line, Model, Prose, Ref, Slug, Term
from macros.kinds.common import Currency, Link, Record, Tags


class Addressee(Model):
    stakeholder: Annotated[str, Term("stakeholders")]
    basis: Annotated[str, Term("link-bases")]
    reason: Prose | None = None


class Action(Model):
    """One thing that the recommendation asks for."""

    id: Slug
    statement: Prose
    addressees: tuple[Addressee, ...]
    partners: tuple[Annotated[str, Term("stakeholders")], ...] = ()
    """Whom the source says it should be done with."""
    claim: Annotated[str, Ref("claim")]


class Response(Model):
    date: Line
    by: Line
    what: Prose
    references: tuple[Annotated[str, Ref("reference")], ...]


class Fate(Model):
    """What came of the recommendation, as far as somebody has looked."""

    status: Annotated[str, Term("fates")]
    checked: datetime.date | None = None
    note: Prose
    responses: tuple[Response, ...] = ()


class Recommendation(Record):
    kind: ClassVar[str] = "recommendation"

    issuer: Annotated[str, Term("stakeholders")]
    source: Annotated[str, Ref("source")]
    number: Line
    """As printed, such as “Recommendation 3”; “not numbered” where it has none."""
    standing: Annotated[str, Term("standings")]
    """Whether it stands among the numbered recommendations, in the body, or as the authors' suggestion."""
    statement: Prose
    claims: tuple[Annotated[str, Ref("claim")], ...] = Field(min_length=1)
    """The claims that hold the recommendation itself."""
    addressees: tuple[Addressee, ...] = Field(min_length=1)
    actions: tuple[Action, ...] = ()
    rationale: Prose | None = None
    """The reasons that the source itself gives."""
    links: tuple[Link, ...] = ()
    themes: Tags = ()
    currency: tuple[Currency, ...] = ()
    fate: Fate
    counter_search: Annotated[str, Ref("search")] | None = None
