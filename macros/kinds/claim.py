"""Claims: atomic statements taken from one source, each led back to its passage."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import NOT_APPLICABLE, Count, Derived, Line, Model, Prose, Quantity, Ref, Slug, Term
from macros.kinds.common import Learning, Locator, Record, Tags


class Number(Model):
    """A number with all it needs to be read rightly."""

    key: Slug = "value"
    """Tells numbers of one claim apart; leave out when there is only one."""
    value: Quantity
    printed: Line
    """The number as the source prints it."""
    precision: Annotated[str, Term("precisions")] = "exact"
    unit: Annotated[str, Term("units")]
    numerator: Count = NOT_APPLICABLE
    denominator: Count = NOT_APPLICABLE
    population: Line
    """Whom or what the number is about; “not stated” where the source is silent."""
    question: Line = NOT_APPLICABLE
    """Wording of the question that was asked, in the source's words if it prints them; “not stated” if it does not."""


class Voice(Model):
    """Who says it, when the source reports somebody else's words."""

    who: Line
    """Role as the source gives it, never a quotation."""
    side: Annotated[str, Term("sides")]
    date: Line = "not stated"
    setting: Line = "not stated"


class CitedWork(Model):
    """A work that the passage cites, by the mark printed there."""

    printed: Line
    """The mark or words in the source, such as “12” or “Jones and Lee [25]”."""
    reference: Annotated[str, Ref("reference")] | None = None
    """Key in our bibliography; only where the source prints the reference, or names it beyond doubt."""


class Claim(Model):
    """One atomic statement, in our words."""

    kind: ClassVar[str] = "claim"

    id: Slug
    """Unique within the source."""
    source: Derived
    sheet: Derived
    statement: Prose
    basis: Annotated[str, Term("bases")]
    locator: Locator
    also: tuple[Locator, ...] = ()
    """Other places in the same source that print the same thing."""
    numbers: tuple[Number, ...] = ()
    voice: Voice | None = None
    cites: tuple[CitedWork, ...] = ()
    from_claims: tuple[Annotated[str, Ref("claim")], ...] = ()
    """For what we computed or inferred: the claims it was made from."""
    arithmetic: Line | None = None
    """For what we computed: the sum, such as `31 / 114 * 100`."""
    themes: Tags = ()
    learning: tuple[Learning, ...] = ()
    countries: tuple[Annotated[str, Term("countries")], ...] = ()
    note: Prose | None = None
    """A remark of ours, shown as ours."""
    coding: Annotated[str, Term("codings")] | None = None
    """Only where it differs from the sheet's."""

    @property
    def uid(self) -> str:
        """The id by which other records point at the claim: `source/id`."""
        return f"{self.source}/{self.id}"


class ClaimSheet(Record):
    """The claims taken from one part of one source. Not a record with a page: its claims are."""

    kind: ClassVar[str] = "claim-sheet"

    source: Annotated[str, Ref("source")]
    part: Line
    """The part of the source, as its headings name it."""
    order: int
    """Place of this part in the source."""
    claims: tuple[Claim, ...] = Field(min_length=1)
