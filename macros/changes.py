"""Changes: what happened in records' lives, newest first, and which of it a conclusion has to do with."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from macros.backlinks import Use
from macros.base import EvidenceBase
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.finding import Finding
from macros.kinds.innovation import Innovation
from macros.kinds.principle import Principle
from macros.kinds.recommendation import Recommendation

CHANGES = "methods/changes/"
"""Where a topic that tells its readers what changed has the page for it."""

FOLLOWED = (Recommendation.kind, Principle.kind)
"""Kinds whose records can be followed one by one, with all that they rest on."""

FEEDS = {"atom": "application/atom+xml", "json": "application/feed+json"}
"""Ending and media type of each form of feed."""

MANY = 12
"""Events of one type on one day up to which each is told by itself."""

_EVIDENCE = {Claim.kind, Finding.kind, CaseStudy.kind, Innovation.kind}
_SHOWN = datetime.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Change:
    """One event in the life of one record."""

    date: datetime.date
    event: str
    """Term of `events`."""
    name: str
    """`kind:id` of the record; claims have no history of their own, so theirs is their sheet's."""
    note: str
    number: int
    """Which of the record's events of this type on this day, from 1."""

    @property
    def kind(self) -> str:
        """The kind of record."""
        return self.name.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Group:
    """All events of one type on one day."""

    date: datetime.date
    event: str
    changes: tuple[Change, ...]

    @property
    def many(self) -> bool:
        """Whether there are more than anybody would read one by one."""
        return len(self.changes) > MANY

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many records of each kind something happened to."""
        return Counter(name.partition(":")[0] for name in dict.fromkeys(change.name for change in self.changes))

    def notes(self, kind: str) -> Mapping[str, Sequence[Change]]:
        """Return the events of a kind by what is said of them, so that it need be said once."""
        found: dict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            if change.kind == kind:
                found[change.note].append(change)
        return found


def feed_address(addresses: Mapping[str, str], name: str = "") -> str:
    """Return where the feeds of a record or, without one, of the whole site are, without their endings."""
    return f"{addresses[name]}feed" if name else "feeds/all"


def changes(base: EvidenceBase) -> tuple[Change, ...]:
    """Return every event of every record, newest first, then in the order of the vocabularies."""
    found = []
    for kind, records in base.records.items():
        for id_, record in records.items():
            seen: Counter[tuple[datetime.date, str]] = Counter()
            for event in record.history:
                seen[event.date, event.event] += 1
                number = seen[event.date, event.event]
                found.append(Change(event.date, event.event, f"{kind}:{id_}", event.note, number))
    events, kinds = ({term: n for n, term in enumerate(base.concepts[scheme])} for scheme in ("events", "kinds"))

    def key(change: Change) -> tuple[int, int, int, str, int]:
        # What is no term is reported by the rules already.
        return (
            -change.date.toordinal(),
            events.get(change.event, len(events)),
            kinds.get(change.kind, len(kinds)),
            change.name,
            change.number,
        )

    return tuple(sorted(found, key=key))


def groups(found: Iterable[Change]) -> tuple[Group, ...]:
    """Return changes that are in order, by day and type of event."""
    together = groupby(found, key=lambda change: (change.date, change.event))
    return tuple(Group(date, event, tuple(members)) for (date, event), members in together)


def recent(found: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes of the twelve months before the newest, so that the page never grows without end or is empty."""
    return tuple(change for change in found if change.date > found[0].date - _SHOWN)


def earlier(found: Sequence[Change]) -> Mapping[int, tuple[Change, ...]]:
    """Return, newest first, the years that `recent` does not show whole, each with all its changes."""
    shown = set(recent(found))
    years = dict.fromkeys(change.date.year for change in found if change not in shown)
    return {year: tuple(change for change in found if change.date.year == year) for year in years}


def foundations(base: EvidenceBase, uses: Mapping[str, Sequence[Use]]) -> Mapping[str, frozenset[str]]:
    """Return for each record that can be followed the `kind:id` of what it rests on, sheets standing for their claims.

    That is what it points at itself, and the claims behind those findings, cases and innovations.
    """
    points: dict[str, set[str]] = defaultdict(set)
    for target, found in uses.items():
        if target.partition(":")[0] in _EVIDENCE:
            for use in found:
                points[use.by].add(target)
    return {
        name: frozenset(_sheet(base, below) for below in _below(points, name))
        for kind in FOLLOWED
        for name in (f"{kind}:{id_}" for id_ in base.records[kind])
    }


def _below(points: Mapping[str, set[str]], name: str) -> set[str]:
    found = set(points.get(name, ()))
    open_ = list(found)
    while open_:
        # Cases point at findings that they illustrate: those do not bear on what the case is an example of.
        behind = {other for other in points.get(open_.pop(), ()) if other.startswith("claim:")} - found
        found |= behind
        open_ += behind
    return found


def _sheet(base: EvidenceBase, name: str) -> str:
    kind, _, id_ = name.partition(":")
    return f"{ClaimSheet.kind}:{base.claims[id_].sheet}" if kind == Claim.kind and id_ in base.claims else name
