"""Case studies: accounts of one undertaking each, and what happened on each side."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Line, Model, Prose, Ref, Term
from macros.kinds.common import Currency, Learning, Link, Record, Tags


class Partner(Model):
    name: Line
    """As the source prints it; “not stated” when it is not named."""
    side: Annotated[str, Term("sides")]
    country: Annotated[str, Term("countries")] | None = None
    """Only where the source states it."""
    type: Annotated[str, Term("partner-types")]
    role: Line
    ror: Line | None = None


class SideOutcome(Model):
    side: Annotated[str, Term("sides")]
    what: Prose
    """“not stated” where the source says nothing about this side."""
    claims: tuple[Annotated[str, Ref("claim")], ...] = ()


class Speaker(Model):
    who: Line
    side: Annotated[str, Term("sides")]
    claim: Annotated[str, Ref("claim")]


class Reply(Model):
    """The partners' right of reply."""

    status: Annotated[str, Term("replies")]
    date: datetime.date | None = None
    text: Prose | None = None


class CaseStudy(Record):
    kind: ClassVar[str] = "case-study"

    type: Annotated[str, Term("case-types")]
    """What sort of account it is, such as a named undertaking or an unnamed example."""
    summary: Prose
    partners: tuple[Partner, ...]
    countries: tuple[Annotated[str, Term("countries")], ...] = ()
    start: Line
    end: Line
    topic: Line
    done: Prose
    """What was done."""
    outcomes: tuple[SideOutcome, ...]
    learning: tuple[Learning, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    """Who speaks in the account, and from which side."""
    reply: Reply
    claims: tuple[Annotated[str, Ref("claim")], ...] = Field(min_length=1)
    links: tuple[Link, ...] = ()
    themes: Tags = ()
    currency: tuple[Currency, ...] = ()
    not_stated: tuple[Line, ...] = ()
    """What a reader would want to know and the source does not say."""
