"""What records rest on: the references behind each, and the figures that each shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel

from macros.anatomy import leaves
from macros.backlinks import subjects
from macros.context import pick
from macros.kinds.claim import Claim, Number
from macros.kinds.source import Source
from macros.prose import pointers
from macros.site import Site


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that a record shows."""

    claim: str
    """Full id of the claim that it is taken from."""
    key: str
    """Tells numbers of one claim apart."""
    value: Decimal | str
    """The number, or the words that stand in its place."""
    printed: str
    """The number as the source prints it."""
    shown: str
    """What the record's page shows: `printed`, or a part of the fraction."""


def references(site: Site) -> Mapping[str, tuple[str, ...]]:
    """Return the keys of the references that each record rests on, by `kind:id`, in the bibliography's order.

    They are those of its sources, and those that it cites itself. Records without any are left out.
    """
    forms = site.base.all(Source)
    found: dict[str, set[str]] = {}
    for units in site.units.values():
        for unit in units:
            sources = unit.facets.get("source", frozenset())
            found[unit.name] = {forms[source].reference for source in sources if source in forms}
    for target, uses in site.uses.items():
        kind, _, key = target.partition(":")
        if kind == "reference":
            for use in uses:
                if use.by in found:
                    found[use.by].add(key)
    order = {key: place for place, key in enumerate(site.base.bibliography)}
    return {name: tuple(sorted(keys & order.keys(), key=order.__getitem__)) for name, keys in found.items() if keys}


def figures(site: Site, name: str) -> tuple[Figure, ...]:
    """Return the figures of the record `kind:id` in the order in which its fields give them.

    A claim's are its numbers; another record's are those that its texts take from claims.
    """
    record = dict(subjects(site.base))[name]
    return tuple(_own(record)) if isinstance(record, Claim) else tuple(quoted(site, record))


def quoted(site: Site, record: BaseModel) -> Iterator[Figure]:
    """Yield every figure that a record's texts take from claims, as often as they do."""
    for leaf in leaves(record):
        if leaf.part.prose:
            for pointer in pointers(leaf.value):
                claim = site.base.claims.get(pointer.claim) if pointer.kind == "value" else None
                if claim is not None and claim.numbers:
                    yield _figure(claim, *pick(claim, pointer.target.partition("#")[2]))


def _own(claim: Claim) -> Iterator[Figure]:
    for number in claim.numbers:
        yield _figure(claim, number, number.printed)


def _figure(claim: Claim, number: Number, shown: str) -> Figure:
    return Figure(claim.uid, number.key, number.value, number.printed, shown)
