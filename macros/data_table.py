"""Data tables: every kind of record as a flat table, and every list in a record as a table of its own.

- A group of fields becomes columns: `confidence` with `level` is `confidence_level`.
- A list becomes a table named after its kind and field, `finding-claims`, whose rows point back by
  `finding_id` and are numbered by `position`. A list of ids also stands in the record's own row,
  joined by semicolons.
- Where words may stand in a number's place, the number's column is empty then, and `…_missing` has them.
- What a spreadsheet would run as a formula has an apostrophe before it, in CSV only.
- Free text is given as it reads; `macros.record_data` says what that means.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel

from macros.backlinks import subjects
from macros.bearing import bearings
from macros.context import lead, plain_text, title
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.dataset import Dataset
from macros.record_data import APART, JUDGED, KINDS, Published, is_judged, number
from macros.shape import Item, items, tells_judgement
from macros.site import Site

Cell = str | int | float | bool | None
Row = tuple[Cell, ...]

MANY = ";"
"""What stands between the ids of a list in one cell; no id has it in it."""
MISSING = "_missing"
"""What the name of a column ends in that holds the words that stand in a number's place."""
RECORD = "record"
BEARING = "relation"
DATASET = "data-"
"""What the name of a table begins with that holds a dataset's rows."""

_TARGETS = {(Claim.kind, "source"): "source", (Claim.kind, "sheet"): ClaimSheet.kind}
"""Ids that are filled in from where a record stands, and so are not marked in its model."""
_JOINED_ONLY = {"coders"}
"""Vocabularies whose lists stand in one cell only: nobody would join a table of who read what."""
_FORMULA = re.compile(r"[=+\-@\t\r](?![\d.,\s]*%?$)")
"""Text that a spreadsheet would run; a signed number is none."""
_NOT_FLAT = {"used_by", "csl", "rows"}
"""Fields of JSON that a table of their own says better, or no table."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: str
    """`string`, `integer`, `number`, `boolean` or `date`."""
    description: str = ""
    vocabulary: str = ""
    """Vocabulary whose terms stand in it."""
    target: str = ""
    """Table whose key stands in it."""
    many: bool = False
    """Whether several ids stand in it, joined by `MANY`."""
    prose: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that point at another table's key."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]


@dataclass(slots=True)
class DataTable:
    """A table with its rows."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    keys: tuple[Key, ...]
    rows: list[Row] = field(default_factory=list)
    record: str = ""
    """For a list in a kind's records, that kind."""

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def csv(self) -> str:
        """Return the table as CSV: UTF-8, commas, a header, lines that end in a line feed."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.names)
        writer.writerows([[_written(cell) for cell in row] for row in self.rows])
        return text.getvalue()


def _written(cell: Cell) -> Cell:
    """Return what stands for a cell in a file that spreadsheets open."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


@dataclass(frozen=True, slots=True)
class _Source:
    """How one cell is made from a record."""

    column: Column
    path: tuple[str, ...]
    make: Callable[[Site, Any], Cell]


@dataclass(frozen=True, slots=True)
class _Layout:
    """A table that a model comes to, with the tables of the lists in it."""

    name: str
    description: str
    sources: tuple[_Source, ...]
    lists: tuple[tuple[tuple[str, ...], _Layout], ...]


def tables(site: Site, published: Mapping[str, Sequence[Published]]) -> list[DataTable]:
    """Return all tables: one for all records, one for all relations, then each kind's with its lists, then datasets'."""
    found = [_records(site), _bearings(site)]
    for kind in KINDS:
        layout = _layout(kind)
        own = _empty(layout, (Column("id", "string", _ID, required=True),), ("id",))
        below: dict[tuple[str, ...], _Below] = {path: _below(child, kind, own) for path, child in layout.lists}
        for one in published[kind]:
            own.rows.append((one.id, *_cells(site, layout, one)))
            for path, child in layout.lists:
                _fill(site, child, below[path], (one.id,), _at(one, path))
        found.append(own)
        for path, _ in layout.lists:
            found += below[path].all()
    return found + list(_datasets(site))


def schemas() -> dict[str, list[DataTable]]:
    """Return the tables of each kind without rows, for documentation."""
    found = {}
    for kind in KINDS:
        layout = _layout(kind)
        own = _empty(layout, (Column("id", "string", _ID, required=True),), ("id",))
        found[kind] = [own, *(table for _, child in layout.lists for table in _below(child, kind, own).all())]
    return found


_ID = "Id of the record: the name of its file, a claim's after its source's."


# Layouts -----------------------------------------------------------------------------------------


@cache
def _layout(kind: str) -> _Layout:
    model, derived = KINDS[kind]
    sources, lists = _parts(kind, model, ("record",), kind)
    sources = [source for source in sources if source.column.name != "id"]
    if derived is not None:
        # What follows from a record stands in its row only; `relation` and other records' lists say the rest.
        sources += _parts(kind, derived, ("derived",), kind)[0]
    about = " ".join((model.__doc__ or "").split())
    return _Layout(kind, about if model.__doc__ else f"Records of the kind {kind}.", tuple(sources), tuple(lists))


def _parts(
    kind: str, model: type[BaseModel], path: tuple[str, ...], table: str, prefix: str = ""
) -> tuple[list[_Source], list[tuple[tuple[str, ...], _Layout]]]:
    sources: list[_Source] = []
    lists: list[tuple[tuple[str, ...], _Layout]] = []
    for item in items(model):
        if item.name in _NOT_FLAT or item.name in APART.get(kind, ()):
            continue
        here, name = (*path, item.name), prefix + item.name
        if item.many:
            sources += _joined(item, here, name)
            if not item.pairs and item.part.scheme not in _JOINED_ONLY:
                lists.append((here, _list(kind, item, f"{table}-{name.replace('_', '-')}")))
        elif item.group is not None:
            inner, below = _parts(kind, item.group, here, table, f"{name}_")
            sources += inner
            lists += below
        else:
            sources += _scalar(kind, item, here, name)
    if tells_judgement(model) and path != ("record",):
        sources.append(_Source(Column(prefix + JUDGED, "boolean", _JUDGED), path, is_judged))
    return sources, lists


_JUDGED = "Whether this is our judgement or our arithmetic, and not what a source states."


def _list(kind: str, item: Item, table: str) -> _Layout:
    about = item.description or f"The field {item.name.replace('_', ' ')} of the kind {kind}, an entry a row."
    if item.group is None:
        name = (
            item.part.kinds[0].replace("-", "_")
            if len(item.part.kinds) == 1
            else "term"
            if item.part.scheme
            else "text"
        )
        column = Column(
            name,
            item.holds,
            item.description,
            item.part.scheme,
            _target(kind, item),
            prose=item.part.prose,
            required=True,
        )
        return _Layout(table, about, (_Source(column, (), _maker(item)),), ())
    sources, lists = _parts(kind, item.group, (), table)
    return _Layout(table, about, tuple(sources), tuple(lists))


def _joined(item: Item, path: tuple[str, ...], name: str) -> Iterator[_Source]:
    """Yield a column that has a whole list in a cell, where the list is one of ids or of pairs."""
    if item.pairs:
        yield _Source(Column(name, "string", item.description), path, _pairs)
    elif item.group is None and item.is_pointer:
        column = Column(name, "string", item.description, item.part.scheme, _target("", item), many=True)
        yield _Source(column, path, lambda _, values: MANY.join(values) or None)
    elif item.group is not None and items(item.group)[0].is_pointer:
        first = items(item.group)[0]
        column = Column(name, "string", item.description, first.part.scheme, _target("", first), many=True)
        yield _Source(column, path, lambda _, groups: MANY.join(getattr(g, first.name) for g in groups) or None)
    elif item.group is not None and (shown := next((i for i in items(item.group) if i.name == "printed"), None)):
        column = Column(name, "string", f"As printed, joined by “ | ”; {item.name} have a table of their own.")
        yield _Source(column, path, lambda _, groups: " | ".join(getattr(g, shown.name) for g in groups) or None)
    elif not item.part.kinds and item.group is None and name in {"authors", "editors"}:
        yield _Source(Column(name, "string", "Joined by “ | ”."), path, lambda _, names: " | ".join(names) or None)


def _scalar(kind: str, item: Item, path: tuple[str, ...], name: str) -> Iterator[_Source]:
    column = Column(name, item.holds, item.description, item.part.scheme, _target(kind, item), prose=item.part.prose)
    yield _Source(column, path, _maker(item))
    if item.worded:
        words = f"Words that stand in the place of `{name}`: “not stated” or “not applicable”."
        yield _Source(Column(name + MISSING, "string", words), path, _words)


def _target(kind: str, item: Item) -> str:
    if (kind, item.name) in _TARGETS:
        return _TARGETS[kind, item.name]
    if not item.part.kinds:
        return ""
    return item.part.kinds[0] if len(item.part.kinds) == 1 else RECORD


def _maker(item: Item) -> Callable[[Site, Any], Cell]:
    if item.part.prose:
        return _prose
    return _quantity if item.worded else _plain


def _plain(site: Site, value: Any) -> Cell:  # noqa: ARG001 - all makers have one signature
    match value:
        case Decimal():
            return number(value)
        case datetime.date():
            return value.isoformat()
        case _:
            found: Cell = value
            return found


def _prose(site: Site, value: Any) -> Cell:
    return plain_text(site, value)


def _quantity(site: Site, value: Any) -> Cell:
    return None if isinstance(value, str) else _plain(site, value)


def _words(site: Site, value: Any) -> Cell:  # noqa: ARG001
    return value if isinstance(value, str) else None


def _pairs(site: Site, value: Any) -> Cell:  # noqa: ARG001
    return "; ".join(f"{one} = {other}" for one, other in value) or None


# Rows --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Below:
    """The table of a list, with the tables of the lists in its entries."""

    table: DataTable
    lists: dict[tuple[str, ...], _Below]

    def all(self) -> Iterator[DataTable]:
        yield self.table
        for below in self.lists.values():
            yield from below.all()


def _below(layout: _Layout, kind: str, parent: DataTable) -> _Below:
    """Return the empty table of a list, which points at its parent's rows."""
    if parent.key == ("id",):
        inherited: tuple[str, ...] = (f"{kind.replace('-', '_')}_id",)
    else:
        last = parent.name.removeprefix(f"{kind}-").replace("-", "_")
        inherited = (*parent.key[:-1], f"{last}_position")
    pointing = [
        Column(
            name, "string" if place == 0 else "integer", f"Row of `{parent.name}` that this belongs to.", required=True
        )
        for place, name in enumerate(inherited)
    ]
    position = Column("position", "integer", "Place in the list, counted from 1.", required=True)
    table = _empty(layout, (*pointing, position), (*inherited, "position"), Key(inherited, parent.name, parent.key))
    table.record = kind
    return _Below(table, {path: _below(child, kind, table) for path, child in layout.lists})


def _empty(layout: _Layout, first: tuple[Column, ...], key: tuple[str, ...], *keys: Key) -> DataTable:
    columns = (*first, *(source.column for source in layout.sources))
    pointing = (
        Key((c.name,), c.target, ("name" if c.target == RECORD else "id",)) for c in columns if c.target and not c.many
    )
    return DataTable(layout.name, layout.description, columns, key, (*keys, *pointing))


def _fill(site: Site, layout: _Layout, below: _Below, key: Row, entries: Any) -> None:
    for position, entry in enumerate(entries or (), 1):
        here = (*key, position)
        below.table.rows.append((*here, *_cells(site, layout, entry)))
        for path, child in layout.lists:
            _fill(site, child, below.lists[path], here, _at(entry, path))


def _cells(site: Site, layout: _Layout, thing: Any) -> Iterator[Cell]:
    for source in layout.sources:
        value = _at(thing, source.path)
        yield None if value is None else source.make(site, value)


def _at(thing: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a path; None where something on the way is not filled in."""
    for name in path:
        thing = getattr(thing, name)
        if thing is None:
            return None
    return thing


# Tables across kinds -----------------------------------------------------------------------------


def _records(site: Site) -> DataTable:
    columns = (
        Column("name", "string", "Kind and id, as `kind:id`.", required=True),
        Column("kind", "string", "Kind of record.", "kinds", required=True),
        Column("id", "string", _ID, required=True),
        Column(
            "title", "string", "What the record is called; a claim by the beginning of its statement.", required=True
        ),
        Column("text", "string", "The sentence that says what it is about."),
        Column("page", "string", "Address of its page, below the site's root.", required=True),
        Column(JUDGED, "boolean", "Whether the record as a whole is our judgement.", required=True),
    )
    judged = {unit.name: unit.judged for units in site.units.values() for unit in units}
    rows: list[Row] = []
    for name, record in sorted(subjects(site.base)):
        kind, _, id_ = name.partition(":")
        text = plain_text(site, lead(record)) or None
        rows.append((name, kind, id_, title(site, name), text, site.addresses[name], judged[name]))
    return DataTable(RECORD, "Every record that has a page, of whatever kind.", columns, ("name",), (), rows)


def _bearings(site: Site) -> DataTable:
    columns = (
        Column("subject", "string", "Record that supports, disputes, illustrates …", "", RECORD, required=True),
        Column("relation", "string", "How it bears on the other.", "relations", required=True),
        Column("role", "string", "What it counts as: for, against, qualifies, illustrates or neutral.", required=True),
        Column("object", "string", "Record that is supported, disputed, illustrated …", "", RECORD, required=True),
        Column("directness", "string", "How directly.", "directness"),
        Column(JUDGED, "boolean", _JUDGED, required=True),
        Column("reason", "string", "Why the relation holds.", prose=True),
        Column("recorded_in", "string", "Record that says so.", "", RECORD, required=True),
    )
    rows: list[Row] = []
    numbered = [Column("number", "integer", "Counted from 1.", required=True), *columns]
    for place, b in enumerate(sorted(bearings(site.base), key=lambda b: (b.recorded_in, b.subject, b.object)), 1):
        reason = plain_text(site, b.reason)
        rows.append(
            (place, b.subject, b.relation, b.role, b.object, b.directness or None, b.judged, reason, b.recorded_in)
        )
    keys = tuple(Key((column.name,), RECORD, ("name",)) for column in columns if column.target)
    return DataTable(
        BEARING,
        "Which record bears on which: every link and every claim of a finding, each from the one that speaks.",
        tuple(numbered),
        ("number",),
        keys,
        rows,
    )


def _datasets(site: Site) -> Iterator[DataTable]:
    """Yield the rows of each dataset as a table, its columns as its record describes them."""
    for id_, dataset in site.base.all(Dataset).items():
        table = site.tables.get(id_)
        if table is None:
            continue
        columns = [Column("row_number", "integer", "Counted from 1.", required=True)]
        for column in dataset.columns:
            type_ = column.type if column.type in {"integer", "number", "date"} else "string"
            columns.append(Column(column.name, type_, f"{column.title}. {column.description}"))
        rows: list[Row] = [
            (place, *(_cell(row[c.name], c.type) for c in columns[1:])) for place, row in enumerate(table.rows, 1)
        ]
        yield DataTable(f"{DATASET}{id_}", dataset.title, tuple(columns), ("row_number",), (), rows)


def _cell(text: str, type_: str) -> Cell:
    if not text:
        return None
    return number(Decimal(text)) if type_ in {"integer", "number"} else text
