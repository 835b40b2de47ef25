"""Innovations: where each came from, and how far along the path to adoption it is evidenced."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Line, Model, Prose, Ref, Term
from macros.kinds.common import Learning, Link, Record, Tags


class Origin(Model):
    """Where one step of the innovation's life took place."""

    place: Line
    """As the source words it; “not stated” where it is silent."""
    country: Annotated[str, Term("countries")] | None = None
    claim: Annotated[str, Ref("claim")] | None = None


class Verdict(Model):
    verdict: Annotated[str, Term("verdicts")]
    reason: Prose


class Stage(Model):
    """One stage of the path, evidenced by itself."""

    stage: Annotated[str, Term("stages")]
    state: Annotated[str, Term("stage-states")]
    side: Annotated[str, Term("sides")] | None = None
    """Which side the evidence for this stage speaks from."""
    claims: tuple[Annotated[str, Ref("claim")], ...] = ()
    note: Prose


class Innovation(Record):
    kind: ClassVar[str] = "innovation"

    type: Annotated[str, Term("innovation-types")]
    summary: Prose
    conceived: Origin
    developed: Origin
    first_used: Origin
    adopted: Origin
    origin: Verdict
    path: tuple[Stage, ...] = Field(min_length=1)
    claims: tuple[Annotated[str, Ref("claim")], ...] = Field(min_length=1)
    learning: tuple[Learning, ...] = ()
    links: tuple[Link, ...] = ()
    themes: Tags = ()
    not_stated: tuple[Line, ...] = ()
