"""What every record has: its life, who coded it, and the pieces that several kinds share."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Derived, Line, Model, Prose, Ref, Shorthand, Slug, Term


class Event(Model):
    """A typed event in a record's life that a reader would care about."""

    date: datetime.date
    event: Annotated[str, Term("events")]
    note: Line


class Change(Model):
    """One thing that the second reading changed."""

    claim: Slug | None = None
    note: Line
    """What was changed and why, in a sentence."""


class SecondReading(Model):
    """The second, independent reading of a record against its source."""

    date: datetime.date
    by: Annotated[str, Term("coders")]
    changes: tuple[Change, ...] = ()
    """What it changed; empty when the record stood as it was."""


class Withdrawal(Model):
    """Why a record no longer stands, and where to go instead. The record keeps its address."""

    date: datetime.date
    reason: Prose
    replaced_by: Annotated[
        str,
        Ref(
            "source", "finding", "principle", "recommendation", "case-study", "innovation",
            "guidance", "discrepancy", "search", "dataset",
        ),
    ] | None = None  # fmt: skip


class Record(Model):
    """The fields that every record has. Its id is its file's name and is not written in the file."""

    kind: ClassVar[str]

    id: Derived
    title: Line
    """What the record is called on pages and in lists."""
    status: Annotated[str, Term("statuses")]
    created: datetime.date
    modified: datetime.date
    review_by: datetime.date
    """The day by which someone should look at the record again."""
    coding: Annotated[str, Term("codings")]
    """Whether one reader or two independent readers held the record against its source."""
    coded_by: tuple[Annotated[str, Term("coders")], ...] = Field(min_length=1)
    second_reading: SecondReading | None = None
    history: tuple[Event, ...] = Field(min_length=1)
    withdrawn: Withdrawal | None = None


class Locator(Model):
    """Where in a source a passage stands: enough to find it by eye, and by text search."""

    section: Line
    """The headings above the passage as printed, outermost first, joined by “ › ”."""
    paragraph: Annotated[int, Field(ge=1)] | None = None
    """Number of the paragraph below that heading, counted from 1."""
    page: Line | None = None
    """Printed page, where the source has pages that can be told."""
    table: Line | None = None
    """Table, row and column, for a table's cell."""
    start: Line
    """First few words of the passage, exactly as printed (at most twelve)."""
    end: Line | None = None
    """Last few words, exactly as printed (at most twelve); left out when `start` is the whole passage."""


class Tag(Model):
    """A theme that something belongs to."""

    term: Annotated[str, Term("themes")]
    effect: Annotated[str, Term("effects")] | None = None
    """Whether what is said hinders or helps, where it does either."""
    basis: Annotated[str, Term("link-bases")] = "judged"
    """Whether the source itself puts it under this theme (stated) or we did (judged)."""


Tags = tuple[Annotated[Tag, Shorthand("term")], ...]


class Learning(Model):
    """One flow of learning: which way, of what type, at which level, from or about."""

    direction: Annotated[str, Term("directions")]
    type: Annotated[str, Term("learning-types")]
    level: Annotated[str, Term("levels")]
    mode: Annotated[str, Term("learning-modes")]
    what: Prose
    claim: Annotated[str, Ref("claim")] | None = None
    """The claim this rests on; required when the basis is stated."""
    basis: Annotated[str, Term("link-bases")]
    reason: Prose | None = None
    """Why we classed it so; required when the basis is judged."""


class Link(Model):
    """A relation from this record to another, with what it rests on."""

    to: Annotated[str, Ref("finding", "claim", "case-study", "innovation", "principle", "recommendation", "guidance")]
    """`kind:id` of the other record."""
    relation: Annotated[str, Term("relations")]
    directness: Annotated[str, Term("directness")]
    basis: Annotated[str, Term("link-bases")]
    reason: Prose
    """Why the relation holds, in a sentence or two."""


class Currency(Model):
    """A note that something named in the source has since changed. Always ours, never the source's."""

    subject: Line
    note: Prose
    verified: bool
    """True only when `references` lists a source for the change that somebody read."""
    references: tuple[Annotated[str, Ref("reference")], ...] = ()
    checked: datetime.date
