"""Matrices: units counted by two facets, with the three kinds of empty told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from macros.base import EvidenceBase
from macros.facets import Unit
from macros.kinds.search import Search
from macros.support import clusters


class Empty(StrEnum):
    """Why a cell is empty. Missing is never “no effect”."""

    NONE_FOUND = "none"
    """Searched, and none found."""
    NOT_SEARCHED = "unsearched"
    OUT_OF_SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Cell:
    """The units that share a row's and a column's term."""

    names: tuple[str, ...]
    """`kind:id` of the records, each once."""
    judged: tuple[str, ...]
    """Those of them that are there by our judgement alone."""
    independent: int
    """Number of independent clusters of sources among them."""
    empty: Empty | None
    searches: tuple[str, ...] = ()
    """For an empty cell, the searches that found nothing."""


@dataclass(frozen=True, slots=True)
class Matrix:
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    row_totals: dict[str, int]
    column_totals: dict[str, int]


def matrix(
    base: EvidenceBase,
    units: Iterable[Unit],
    rows: tuple[str, Sequence[str]],
    columns: tuple[str, Sequence[str]],
    out_of_scope: Iterable[tuple[str, str]] = (),
) -> Matrix:
    """Count units by two facets; each of `rows` and `columns` is a facet and its terms in order."""
    (row_facet, row_terms), (column_facet, column_terms) = rows, columns
    frame = pd.DataFrame(
        [
            (unit.name, unit.judged, row, column, tuple(unit.facets.get("source", ())))
            for unit in units
            for row in unit.facets.get(row_facet, ())
            for column in unit.facets.get(column_facet, ())
        ],
        columns=["name", "judged", "row", "column", "sources"],
    )
    grouped = dict(iter(frame.groupby(["row", "column"], sort=False)))
    outside = set(out_of_scope)
    cells = {}
    for row in row_terms:
        for column in column_terms:
            group = grouped.get((row, column))
            if group is None:
                cells[row, column] = _empty(base, (row_facet, row), (column_facet, column), (row, column) in outside)
            else:
                stated = set(group.loc[~group["judged"].astype(bool), "name"])
                names = tuple(dict.fromkeys(group["name"]))
                sources = sorted({source for found in group["sources"] for source in found})
                cells[row, column] = Cell(
                    names, tuple(n for n in names if n not in stated), len(clusters(base, sources)), None
                )
    totals = {facet: frame.groupby(facet)["name"].nunique().to_dict() for facet in ("row", "column")}
    return Matrix(
        tuple(row_terms),
        tuple(column_terms),
        cells,
        {row: int(totals["row"].get(row, 0)) for row in row_terms},
        {column: int(totals["column"].get(column, 0)) for column in column_terms},
    )


def _empty(base: EvidenceBase, row: tuple[str, str], column: tuple[str, str], outside: bool) -> Cell:
    if outside:
        return Cell((), (), 0, Empty.OUT_OF_SCOPE)
    found = tuple(id_ for id_, search in base.all(Search).items() if covers(search, row) and covers(search, column))
    return Cell((), (), 0, Empty.NONE_FOUND if found else Empty.NOT_SEARCHED, found)


def covers(search: Search, facet: tuple[str, str]) -> bool:
    """Whether a search looked for a term; one that lists nothing for a vocabulary covered none of it."""
    scheme, term = facet
    return any(cover.scheme == scheme and (not cover.terms or term in cover.terms) for cover in search.covers)
