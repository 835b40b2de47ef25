"""The data package: what Frictionless Data tools need to read all tables with their types and keys."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from macros.base import EvidenceBase
from macros.data_address import FOLDER, table_csv
from macros.data_format import VERSION
from macros.data_table import MANY, Column, DataTable
from macros.imprint import Imprint
from macros.record_data import last_changed

Descriptor = dict[str, Any]


def package(
    base: EvidenceBase, tables: Sequence[DataTable], contents: Mapping[str, bytes], imprint: Imprint
) -> Descriptor:
    """Return the descriptor of the tables, whose files' `contents` are by address."""
    changed = last_changed(base)
    found: Descriptor = {
        "profile": "tabular-data-package",
        "name": "evidence",
        "title": imprint.name,
        "description": imprint.description,
        "version": VERSION,
    }
    if imprint.home:
        found["homepage"] = imprint.home
    if changed:
        found["created"] = f"{changed.isoformat()}T00:00:00Z"
    if imprint.licence_url:
        found["licenses"] = [
            {"path": imprint.licence_url, **({"name": imprint.licence_name} if imprint.licence_name else {})}
        ]
    found["resources"] = [_resource(base, table, contents[table_csv(table.name)]) for table in tables]
    return found


def described(base: EvidenceBase, table: DataTable) -> str:
    """Return what a table holds; a kind's as the topic words it."""
    concept = base.concepts.get("kinds", {}).get(table.name)
    return (concept.definition if concept else None) or table.description


def meaning(column: Column) -> str:
    """Return what stands in a column, in words."""
    words = [column.description]
    if column.vocabulary:
        words.append(f"{'Terms' if column.many else 'Term'} of the vocabulary `{column.vocabulary}`.")
    if column.target:
        words.append(f"{'Ids' if column.many else 'Id'} in the table `{column.target}`.")
    if column.many:
        words.append(f"Several are joined by “{MANY}”.")
    return " ".join(filter(None, words))


def _resource(base: EvidenceBase, table: DataTable, content: bytes) -> Descriptor:
    return {
        "name": "references" if table.name == "reference" else table.name,
        "path": table_csv(table.name).removeprefix(FOLDER),
        "profile": "tabular-data-resource",
        "description": described(base, table),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [_field(base, column) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": list(key.columns),
                    "reference": {
                        "resource": "references" if key.table == "reference" else key.table,
                        "fields": list(key.target),
                    },
                }
                for key in table.keys
            ],
        },
    }


def _field(base: EvidenceBase, column: Column) -> Descriptor:
    field: Descriptor = {"name": column.name, "type": column.type}
    if column.vocabulary:
        field["vocabulary"] = column.vocabulary
    if meaning(column):
        field["description"] = meaning(column)
    constraints: Descriptor = {"required": True} if column.required else {}
    terms = list(base.concepts.get(column.vocabulary, {}))
    if terms and not column.many:
        constraints["enum"] = terms
    if constraints:
        field["constraints"] = constraints
    return field
