"""Principles and their hallmarks, after a numbered scheme."""

from __future__ import annotations

from typing import Annotated, ClassVar

from macros.fields import Line, Model, Prose, Ref, Slug, Term
from macros.kinds.common import Link, Record


class Hallmark(Model):
    """A behaviour, system or process that shows the principle in practice."""

    id: Slug
    statement: Prose
    claim: Annotated[str, Ref("claim")]
    basis: Annotated[str, Term("link-bases")]
    """Whether the source says that the hallmark belongs to this principle, or we judged so."""
    reason: Prose | None = None
    cases: tuple[Annotated[str, Ref("case-study")], ...] = ()
    """Case studies that the source prints under this hallmark."""


class Principle(Record):
    kind: ClassVar[str] = "principle"

    scheme: Annotated[str, Term("principle-schemes")]
    number: int
    definition: Prose
    definition_claim: Annotated[str, Ref("claim")]
    hallmarks: tuple[Hallmark, ...] = ()
    hallmarks_note: Prose
    """What the source does and does not say about this principle's hallmarks and the boxes that show them."""
    links: tuple[Link, ...] = ()
    issuer: Line | None = None
