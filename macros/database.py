"""The database: all tables in one SQLite file, with foreign keys and full-text search.

A table's name is its file's with underscores.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import sqlite_utils

from macros.base import EvidenceBase
from macros.data_package import described
from macros.data_table import DataTable, Key
from macros.imprint import Imprint

NAME = "evidence"
"""What Datasette calls the database: the file's name."""

_TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": int, "date": str}
_TOKENIZER = "porter unicode61"
_PAGE = 4096
_SEARCHED = {"title", "text", "citation"}
"""Columns of plain text that are searched besides those of free text."""


def table_name(table: str) -> str:
    """Return what a table is called in the database."""
    return table.replace("-", "_")


def database(tables: Sequence[DataTable]) -> bytes:
    """Return the file; the same tables give the same bytes with the same release of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{NAME}.sqlite")
        db = sqlite_utils.Database(file)
        try:
            # The file is thrown away when anything goes wrong, so nothing need be safe from a crash.
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA journal_mode = OFF")
            db.execute(f"PRAGMA page_size = {_PAGE}")
            for table in _parents_first(tables):
                _create(db, table)
            db.vacuum()
        finally:
            db.close()
        return file.read_bytes()


def metadata(base: EvidenceBase, tables: Sequence[DataTable], imprint: Imprint) -> dict[str, Any]:
    """Return what Datasette shows beside the tables."""
    found: dict[str, Any] = {"title": imprint.name, "description": imprint.description}
    if imprint.licence_url:
        found |= {"license": imprint.licence_name or imprint.licence_url, "license_url": imprint.licence_url}
    if imprint.home:
        found |= {"source": imprint.name, "source_url": imprint.home}
    labels = {"record": "title", "claim": "statement", "reference": "citation"}
    found["databases"] = {
        NAME: {
            "tables": {
                table_name(table.name): {
                    "description": described(base, table),
                    "columns": {column.name: column.description for column in table.columns if column.description},
                    **({"label_column": label} if (label := _label(table, labels)) else {}),
                }
                for table in tables
            }
        }
    }
    return found


def _label(table: DataTable, labels: dict[str, str]) -> str:
    return labels.get(table.name, "title" if "title" in table.names else "")


def _parents_first(tables: Sequence[DataTable]) -> list[DataTable]:
    """Return the tables so that each stands after those it points at, as far as they do not point in a ring."""
    waiting = list(tables)
    done: list[DataTable] = []
    while waiting:
        names = {table.name for table in waiting}
        ready = [t for t in waiting if not any(key.table in names and key.table != t.name for key in t.keys)]
        done += ready or waiting[:1]
        waiting = [table for table in waiting if table not in done]
    return done


def _create(db: sqlite_utils.Database, table: DataTable) -> None:
    name = table_name(table.name)
    db.create_table(
        name,
        {column.name: _TYPES[column.type] for column in table.columns},
        pk=table.key if len(table.key) > 1 else table.key[0],
        not_null={column.name for column in table.columns if column.required},
        foreign_keys=[(key.columns, table_name(key.table), key.target) for key in _keys(table)],
    )
    found = db.table(name)
    if table.rows:
        found.insert_all(chain([table.names], table.rows), batch_size=1000)
    searched = [column.name for column in table.columns if column.prose or column.name in _SEARCHED]
    if len(table.key) == 1 and searched:
        found.enable_fts(searched, tokenize=_TOKENIZER)


def _keys(table: DataTable) -> Iterator[Key]:
    """Yield a table's keys, and for a list in a list also the one to the record, which Datasette can follow."""
    for key in table.keys:
        if len(key.columns) > 1 and table.record:
            yield Key(key.columns[:1], table.record, ("id",))
        yield key
