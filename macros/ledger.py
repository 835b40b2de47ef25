"""The ledger of reciprocity: flows of learning towards each side, by who learns and what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from macros.base import EvidenceBase
from macros.facets import Unit
from macros.kinds.vocabulary import Concept
from macros.matrix import Empty, Matrix, matrix

ROWS, COLUMNS = "levels", "learning-types"
_FACING = ("home", "away", "both")
"""Roles of directions in the order in which they are shown; the other directions follow."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The flows of one direction."""

    direction: Concept
    records: int
    stated: int
    """Number of records with our judgement left out."""
    matrix: Matrix
    notes: Mapping[tuple[str, str, str], tuple[str, ...]]
    """What is learnt, by level, type and `kind:id`."""
    empty: Mapping[Empty, int]
    """How many cells are empty, by kind of empty."""
    searches: tuple[str, ...]
    """Searches that found nothing in some cell."""
    most: int
    """Number of records in the fullest cell of all entries, so that their shapes can be compared."""


def ledger(base: EvidenceBase, flows: Sequence[Unit]) -> list[Entry]:
    """Return an entry for every direction: the two that face each other, then both ways, then the others."""
    directions = list(base.concepts.get("directions", {}).values())
    ranks = {role: rank for rank, role in enumerate(_FACING)}
    directions.sort(key=lambda direction: ranks.get(direction.role or "", len(ranks)))
    rows, columns = list(base.concepts[ROWS]), list(base.concepts[COLUMNS])
    found = [
        matrix(base, flows, (ROWS, rows), (COLUMNS, columns), within=(("directions", direction.id),))
        for direction in directions
    ]
    most = max((len(cell.names) for each in found for cell in each.cells.values()), default=1)
    return [_entry(flows, direction, each, most) for direction, each in zip(directions, found, strict=True)]


def _entry(flows: Sequence[Unit], direction: Concept, found: Matrix, most: int) -> Entry:
    within = ("directions", direction.id)
    here = [flow for flow in flows if direction.id in flow.facets["directions"]]
    notes: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for flow in here:
        (level,), (type_,) = flow.facets[ROWS], flow.facets[COLUMNS]
        notes[level, type_, flow.name].append(flow.what)
    blank = [cell for cell in found.cells.values() if cell.empty]
    return Entry(
        direction=direction,
        records=len({flow.name for flow in here}),
        stated=len({flow.name for flow in here if not flow.is_judged(within)}),
        matrix=found,
        notes={place: tuple(whats) for place, whats in notes.items()},
        empty=Counter(cell.empty for cell in blank if cell.empty),
        searches=tuple(dict.fromkeys(search for cell in blank for search in cell.searches)),
        most=most,
    )
