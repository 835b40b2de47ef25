"""Discrepancies: values that compete, our arithmetic, and what the site shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Line, Model, Prose, Ref, Slug, Term
from macros.kinds.common import Record


class CompetingValue(Model):
    claim: Annotated[str, Ref("claim")]
    number: Slug | None = None
    """Key of the number within the claim; left out when the difference is one of words."""
    says: Line
    """What this place says, in a few words."""


class Sum(Model):
    """Arithmetic of ours; a check recomputes it."""

    expression: Line
    """With + - * / and brackets only, such as `31 / 114 * 100`."""
    result: Annotated[Decimal, Field(max_digits=30, decimal_places=9)]
    """Rounded to the decimals given."""
    shows: Prose


class Display(Model):
    claim: Annotated[str, Ref("claim")] | None = None
    """The value the site shows; left out when it shows all of them."""
    why: Prose


class Discrepancy(Record):
    kind: ClassVar[str] = "discrepancy"

    summary: Prose
    scope: Annotated[str, Term("discrepancy-scopes")]
    """Within one document, between copies of it, or between documents."""
    values: tuple[CompetingValue, ...] = Field(min_length=2)
    arithmetic: tuple[Sum, ...] = ()
    explanations: Prose
    """What could explain it, marked as conjecture; “none offered by the source” where that is so."""
    display: Display
    resolution: Annotated[str, Term("resolutions")]
