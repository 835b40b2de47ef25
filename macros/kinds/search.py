"""Searches: what was looked for, where, how, and what was found or not."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

from macros.fields import Count, Line, Model, Prose, Ref, Term
from macros.kinds.common import Record


class PlaceSearched(Model):
    name: Line
    detail: Line
    hits: Count


class Exclusion(Model):
    reason: Line
    count: Count


class Coverage(Model):
    """Which cells of a map the search speaks for: the terms it looked for in each vocabulary.

    A vocabulary that is not listed was not covered.
    """

    scheme: Line
    """A vocabulary, or a kind of record that maps have as rows, such as `principle`."""
    terms: tuple[Line, ...]
    """Terms, or ids of records; an empty list stands for all of them."""


class Search(Record):
    kind: ClassVar[str] = "search"

    question: Prose
    date: datetime.date
    by: tuple[Annotated[str, Term("coders")], ...]
    places: tuple[PlaceSearched, ...]
    strategy: Prose
    """The search string, or how the reading was done when there was none."""
    limits: Prose
    exclusions: tuple[Exclusion, ...] = ()
    result: Prose
    found: bool
    """False is a nil result: searched, and none found."""
    counter_evidence: bool
    """Whether it looked for evidence against what it was made for."""
    covers: tuple[Coverage, ...] = ()
    claims: tuple[Annotated[str, Ref("claim")], ...] = ()
    """What it found."""
