"""Countries: which the records name, in what part, and how rich each was at the time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from macros.base import EvidenceBase
from macros.facets import Unit
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim
from macros.kinds.innovation import Innovation
from macros.kinds.source import Source
from macros.kinds.vocabulary import Concept

SCHEME = "countries"
ACCOUNTS = ("case-study", "innovation")
"""Kinds of record that tell of something that happened; a country named in claims alone is named in passing."""

_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Naming:
    """One record that names a country."""

    name: str
    """`kind:id` of the record."""
    parts: tuple[str, ...]
    """What the country is to the record, beyond being named: a partner's role, or a step of an innovation's life."""
    year: int | None
    """Of the event; of the source's publication where the record states none."""
    of_source: bool
    """Whether the year is the source's."""


@dataclass(frozen=True, slots=True)
class Named:
    """A country with the records that name it."""

    country: Concept
    namings: Mapping[str, tuple[Naming, ...]]
    """By kind of record."""
    groups: tuple[tuple[str, tuple[int, ...]], ...]
    """Its income groups in the years of the records, each with the years."""

    @property
    def records(self) -> int:
        """How many records name it."""
        return sum(len(found) for found in self.namings.values())

    @property
    def accounts(self) -> int:
        """How many of them tell of something that happened."""
        return sum(len(self.namings.get(kind, ())) for kind in ACCOUNTS)

    @property
    def in_passing(self) -> bool:
        """Whether no account names it."""
        return not self.accounts


def countries(base: EvidenceBase, units: Mapping[str, Sequence[Unit]]) -> list[Named]:
    """Return the countries that records name, those with most accounts first."""
    found: dict[str, dict[str, list[Naming]]] = defaultdict(lambda: defaultdict(list))
    for kind in (*ACCOUNTS, *(kind for kind in units if kind not in ACCOUNTS)):
        for unit in units.get(kind, ()):
            for country in unit.facets.get(SCHEME, ()):
                found[country][kind].append(_naming(base, unit.name, country))
    named = [
        Named(
            country=concept,
            namings={kind: tuple(namings) for kind, namings in found[id_].items()},
            groups=_groups(concept, (naming for namings in found[id_].values() for naming in namings)),
        )
        for id_, concept in base.concepts.get(SCHEME, {}).items()
        if id_ in found
    ]
    return sorted(named, key=lambda one: (-one.accounts, -one.records, one.country.label))


def unnamed(base: EvidenceBase, named: Iterable[Named]) -> list[Concept]:
    """Return the countries of the vocabulary that no record names."""
    seen = {one.country.id for one in named}
    return [concept for id_, concept in base.concepts.get(SCHEME, {}).items() if id_ not in seen]


def income_group(country: Concept, year: int) -> str:
    """Return a country's income group in a year; empty where the vocabulary does not say."""
    return next((income.group for income in country.income if income.year == year), "")


def _naming(base: EvidenceBase, name: str, country: str) -> Naming:
    kind, _, id_ = name.partition(":")
    record = base.claims[id_] if kind == "claim" else base.records[kind][id_]
    parts: tuple[str, ...] = ()
    began: int | None = None
    if isinstance(record, CaseStudy):
        parts = tuple(dict.fromkeys(partner.role for partner in record.partners if partner.country == country))
        stated = _YEAR.match(record.start)
        began = int(stated[0]) if stated else None
    elif isinstance(record, Innovation):
        parts = tuple(
            field
            for field in ("conceived", "developed", "first_used", "adopted")
            if getattr(record, field).country == country
        )
    if began is not None:
        return Naming(name, parts, began, of_source=False)
    return Naming(name, parts, _published(base, record), of_source=True)


def _published(base: EvidenceBase, record: object) -> int | None:
    """Return the year in which the source of a record was published, the first where there are several."""
    if isinstance(record, Claim):
        sources = {record.source}
    else:
        sources = {base.claims[uid].source for uid in getattr(record, "claims", ()) if uid in base.claims}
    forms = base.all(Source)
    references = base.bibliography.references
    years = [
        references[forms[source].reference].year
        for source in sources
        if source in forms and forms[source].reference in references
    ]
    return min((year for year in years if year is not None), default=None)


def _groups(country: Concept, namings: Iterable[Naming]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    years: dict[str, set[int]] = defaultdict(set)
    for naming in namings:
        group = income_group(country, naming.year) if naming.year is not None else ""
        if group and naming.year is not None:
            years[group].add(naming.year)
    return tuple(sorted(((group, tuple(sorted(found))) for group, found in years.items()), key=lambda item: item[1]))
