"""Steps: a dataset read as a run of steps, each counted among those that took the step before."""

from __future__ import annotations

from dataclasses import dataclass

from macros.kinds.dataset import Steps
from macros.table import Table


@dataclass(frozen=True, slots=True)
class Count:
    """One figure for a step. Lengths are in per cent of the longest that is drawn."""

    row: int
    """Which row of the table it is."""
    place: str
    printed: str
    value: str
    of: str
    note: str
    length: float | None
    """Of the count; None where the source gives none."""
    whole: float | None
    """Of what the count is out of; None where that is not stated."""
    reading: tuple[float, float] | None
    """From where to where words are drawn; None for a count, and for words that cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step with every figure that there is for it, the first in the table first."""

    name: str
    counts: tuple[Count, ...]


def steps(how: Steps, table: Table) -> tuple[Step, ...]:
    """Return the steps of a table in their order."""
    longest = max(
        (float(row[column]) for row in table.rows for column in (how.value, how.of) if row[column]), default=1
    )
    found: dict[str, list[Count]] = {}
    for index, row in enumerate(table.rows):
        count, whole = (_length(row[column], longest) for column in (how.value, how.of))
        reading = None
        if whole is not None and row[how.at_least] and row[how.at_most]:
            reading = (round(whole * float(row[how.at_least]), 2), round(whole * float(row[how.at_most]), 2))
        found.setdefault(row[how.step], []).append(
            Count(
                row=index,
                place=row[how.place],
                printed=row[how.printed],
                value=row[how.value],
                of=row[how.of],
                note=row[how.note],
                length=count,
                whole=whole,
                reading=reading,
            )
        )
    return tuple(Step(name, tuple(counts)) for name, counts in found.items())


def _length(figure: str, longest: float) -> float | None:
    return round(100 * float(figure) / longest, 2) if figure else None
