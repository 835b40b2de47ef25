"""Guidance: rules and advice on practice, with the strength of their wording."""

from __future__ import annotations

from typing import Annotated, ClassVar

from macros.fields import Line, Prose, Ref, Term
from macros.kinds.common import Link, Record, Tags


class Guidance(Record):
    kind: ClassVar[str] = "guidance"

    topic: Annotated[str, Term("guidance-topics")]
    statement: Prose
    strength: Annotated[str, Term("strengths")]
    """How strong the source's wording is."""
    wording: Line
    """The word or few words that carry the strength, as printed."""
    applies_to: Annotated[str, Term("applies-to")]
    order: int
    """Place within its topic, in the source's order."""
    source: Annotated[str, Ref("source")]
    claim: Annotated[str, Ref("claim")]
    links: tuple[Link, ...] = ()
    themes: Tags = ()
