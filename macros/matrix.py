"""Matrices: units counted by two facets, with the three kinds of empty told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from macros.base import EvidenceBase
from macros.facets import Unit
from macros.kinds.finding import Finding
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
    stated_independent: int = 0
    """The same number with our judgement left out."""
    confidence: tuple[str, ...] = ()
    """Levels of confidence in the findings that are or rest on these records, one for each finding."""


@dataclass(frozen=True, slots=True)
class Matrix:
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    row_totals: dict[str, int]
    column_totals: dict[str, int]
    stated_row_totals: dict[str, int]
    """The same with our judgement left out."""
    stated_column_totals: dict[str, int]


def matrix(
    base: EvidenceBase,
    units: Iterable[Unit],
    rows: tuple[str, Sequence[str]],
    columns: tuple[str, Sequence[str]],
    out_of_scope: Iterable[tuple[str, str]] = (),
    within: tuple[tuple[str, str], ...] = (),
) -> Matrix:
    """Count units by two facets; each of `rows` and `columns` is a facet and its terms in order.

    `within` names facets' terms that every unit has to have besides.
    """
    (row_facet, row_terms), (column_facet, column_terms) = rows, columns
    frame = pd.DataFrame(
        [
            (
                unit.name,
                unit.is_judged((row_facet, row), (column_facet, column), *within),
                row,
                column,
                tuple(sorted(unit.facets.get("source", ()))),
                tuple(sorted(findings_of(unit))),
            )
            for unit in units
            if all(term in unit.facets.get(facet, ()) for facet, term in within)
            for row in unit.facets.get(row_facet, ())
            for column in unit.facets.get(column_facet, ())
        ],
        columns=["name", "judged", "row", "column", "sources", "findings"],
    )
    grouped = dict(iter(frame.groupby(["row", "column"], sort=False)))
    outside = set(out_of_scope)
    cells = {}
    for row in row_terms:
        for column in column_terms:
            group = grouped.get((row, column))
            if group is None:
                asked = (*within, (row_facet, row), (column_facet, column))
                cells[row, column] = _empty(base, asked, (row, column) in outside)
            else:
                cells[row, column] = _filled(base, group)
    stated = frame.loc[~frame["judged"].astype(bool)]
    return Matrix(
        tuple(row_terms),
        tuple(column_terms),
        cells,
        _totals(frame, "row", row_terms),
        _totals(frame, "column", column_terms),
        _totals(stated, "row", row_terms),
        _totals(stated, "column", column_terms),
    )


def _totals(frame: pd.DataFrame, facet: str, terms: Iterable[str]) -> dict[str, int]:
    found = frame.groupby(facet)["name"].nunique().to_dict()
    return {term: int(found.get(term, 0)) for term in terms}


def _filled(base: EvidenceBase, group: pd.DataFrame) -> Cell:
    names = tuple(dict.fromkeys(group["name"]))
    stated = group.loc[~group["judged"].astype(bool)]
    certain = set(stated["name"])
    findings = dict.fromkeys(finding for found in group["findings"] for finding in found)
    held = base.all(Finding)
    return Cell(
        names=names,
        judged=tuple(name for name in names if name not in certain),
        independent=_independent(base, group),
        empty=None,
        stated_independent=_independent(base, stated),
        confidence=tuple(held[finding].confidence.level for finding in findings if finding in held),
    )


def _independent(base: EvidenceBase, group: pd.DataFrame) -> int:
    return len(clusters(base, sorted({source for found in group["sources"] for source in found})))


def findings_of(unit: Unit) -> set[str]:
    """Return the findings that a unit is, or that it bears on."""
    kind, _, id_ = unit.name.partition(":")
    return set(unit.facets.get(Finding.kind, ())) | ({id_} if kind == Finding.kind else set())


def least(base: EvidenceBase, confidence: Iterable[str]) -> str:
    """Return the lowest level of confidence that was assessed; the level for none, if none was."""
    levels = base.concepts["confidence-levels"]
    found = set(confidence)
    assessed = [id_ for id_, level in levels.items() if level.role == "assessed" and id_ in found]
    return assessed[-1] if assessed else next(id_ for id_, level in levels.items() if level.role == "not-assessed")


def _empty(base: EvidenceBase, facets: Sequence[tuple[str, str]], outside: bool) -> Cell:
    if outside:
        return Cell((), (), 0, Empty.OUT_OF_SCOPE)
    found = tuple(id_ for id_, search in base.all(Search).items() if all(covers(search, facet) for facet in facets))
    return Cell((), (), 0, Empty.NONE_FOUND if found else Empty.NOT_SEARCHED, found)


def covers(search: Search, facet: tuple[str, str]) -> bool:
    """Whether a search looked for a term; one that lists nothing for a vocabulary covered none of it."""
    scheme, term = facet
    return any(cover.scheme == scheme and (not cover.terms or term in cover.terms) for cover in search.covers)
