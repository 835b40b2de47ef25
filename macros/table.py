"""Tables: the rows of a dataset's CSV file, held against its columns."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from macros.base import EvidenceBase
from macros.document import MAX_BYTES
from macros.kinds.dataset import Column, Dataset
from macros.nearest import did_you_mean
from macros.problem import Place, Problem


@dataclass(frozen=True, slots=True)
class Table:
    """A dataset's rows: text as the file has it, by column; an empty cell is an empty text."""

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, str], ...]
    lines: tuple[int, ...]
    """Line of each row in the file, counted from 1."""


def read_table(base: EvidenceBase, dataset: Dataset) -> tuple[Table | None, list[Problem]]:
    """Read a dataset's file; return its table, or None, and everything wrong with it."""
    record = base.place(dataset, "file")
    if "/" in dataset.file or "\\" in dataset.file or not dataset.file.endswith(".csv"):
        return None, [
            Problem(
                "E701",
                record,
                f"“{dataset.file}” is not the name of a CSV file beside this record.",
                "Write its bare name.",
            )
        ]
    file = base.root / "evidence" / "datasets" / dataset.file
    shown_as = f"evidence/datasets/{dataset.file}"
    if not file.is_file() or file.is_symlink():
        near = did_you_mean(dataset.file, [f.name for f in file.parent.glob("*.csv")]) if file.parent.is_dir() else ""
        return None, [Problem("E701", record, f"There is no file “{dataset.file}” beside this record.", near)]
    if file.stat().st_size > MAX_BYTES:
        return None, [Problem("E102", Place(shown_as), "The file is larger than 1 MiB.", "Split it.")]
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return None, [Problem("E103", Place(shown_as), "The file is not valid UTF-8 text.", "Save it again as UTF-8.")]
    return _parse(base, dataset, text, shown_as)


def _parse(base: EvidenceBase, dataset: Dataset, text: str, shown_as: str) -> tuple[Table | None, list[Problem]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(row, reader.line_num) for row in reader]
    except csv.Error as error:
        return None, [
            Problem("E702", Place(shown_as), f"The file is not valid CSV: {error}.", "Check its quotation marks.")
        ]
    names = [column.name for column in dataset.columns]
    if not rows or rows[0][0] != names:
        found = ", ".join(rows[0][0]) if rows else "nothing"
        return None, [
            Problem(
                "E702",
                Place(shown_as, 1, 1),
                f"The header is “{found}”; the record lists the columns “{', '.join(names)}”.",
                "Make the two the same, in the same order.",
            )
        ]
    problems: list[Problem] = []
    kept: list[Mapping[str, str]] = []
    lines: list[int] = []
    for row, line in rows[1:]:
        if len(row) != len(names):
            problems.append(
                Problem(
                    "E702",
                    Place(shown_as, line, 1),
                    f"This row has {len(row)} cells and the header has {len(names)}.",
                    "Check its commas.",
                )
            )
            continue
        kept.append(dict(zip(names, row, strict=True)))
        lines.append(line)
        problems += _cell_problems(base, dataset, kept[-1], Place(shown_as, line, 1))
    return Table(dataset.columns, tuple(kept), tuple(lines)), problems


_TYPES = {
    "number": re.compile(r"-?\d+(?:\.\d+)?"),
    "integer": re.compile(r"-?\d+"),
    "year": re.compile(r"\d{4}"),
    "share": re.compile(r"0(?:\.\d+)?|1"),
}


def _cell_problems(base: EvidenceBase, dataset: Dataset, row: Mapping[str, str], place: Place) -> Iterator[Problem]:
    for column in dataset.columns:
        cell = row[column.name]
        if not cell:
            continue
        pattern = _TYPES.get(column.type)
        if pattern and not pattern.fullmatch(cell):
            yield Problem(
                "E703",
                place,
                f"“{cell}” in the column “{column.name}” is not a {column.type}.",
                "Leave the cell empty where there is no figure.",
            )
        if column.type == "date":
            try:
                datetime.date.fromisoformat(cell)
            except ValueError:
                yield Problem(
                    "E703", place, f"“{cell}” in the column “{column.name}” is not a date.", "Write YYYY-MM-DD."
                )
        if base.role("column-types", column.type) == "claim":
            yield from _claim_problems(base, dataset, row, cell, place)


def _claim_problems(
    base: EvidenceBase, dataset: Dataset, row: Mapping[str, str], uid: str, place: Place
) -> Iterator[Problem]:
    claim = base.claims.get(uid.partition("#")[0])
    if claim is None:
        yield Problem("E704", place, f"There is no claim “{uid}”.", did_you_mean(uid, base.claims))
        return
    figures = {
        _normal(str(figure))
        for number in claim.numbers
        for figure in (number.value, number.numerator, number.denominator)
        if not isinstance(figure, str)
    }
    if not figures:
        return
    for column in dataset.columns:
        cell = row[column.name]
        if column.type in {"number", "integer"} and cell and _normal(cell) not in figures:
            yield Problem(
                "E705",
                place,
                f"The column “{column.name}” says {cell}; the claim “{claim.uid}” says {', '.join(sorted(figures))}.",
                "Make the table and the claim agree with the source.",
            )


def _normal(figure: str) -> str:
    return figure.rstrip("0").rstrip(".") if "." in figure else figure


def read_tables(base: EvidenceBase) -> tuple[dict[str, Table], list[Problem]]:
    """Read the tables of all datasets, by id."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for id_, dataset in base.all(Dataset).items():
        table, found = read_table(base, dataset)
        problems += found
        if table is not None:
            tables[id_] = table
            problems += _chart_problems(base, dataset)
    return tables, problems


def _chart_problems(base: EvidenceBase, dataset: Dataset) -> Iterator[Problem]:
    names = [column.name for column in dataset.columns]
    if dataset.steps is not None:
        for field in ("step", "place", "value", "of", "at_least", "at_most", "printed", "note"):
            name = getattr(dataset.steps, field)
            if name not in names:
                yield Problem(
                    "E706",
                    base.place(dataset, "steps", field),
                    f"The steps use a column “{name}” that the dataset does not have.",
                    did_you_mean(name, names),
                )
    for index, chart in enumerate(dataset.charts):
        wanted = [("category", chart.category), ("value", chart.value), ("series", chart.series)]
        wanted += [("where", column) for column, _ in chart.where]
        for field, name in wanted:
            if name is not None and name not in names:
                yield Problem(
                    "E706",
                    base.place(dataset, "charts", index, field),
                    f"The chart uses a column “{name}” that the dataset does not have.",
                    did_you_mean(name, names),
                )
