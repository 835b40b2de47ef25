"""The data's index: one file that says what there is, in which version, on what terms and where."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from macros import data_address as address
from macros.data_format import RELEASES, VERSION
from macros.data_package import described
from macros.data_table import DataTable
from macros.imprint import Imprint
from macros.published_schema import DIALECT
from macros.record_data import Published, last_changed
from macros.site import Site

SCHEMA = address.schema("index")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class IndexedLicence(_Model):
    url: str
    name: str
    """Identifier in the SPDX list; empty where nobody has said."""


class IndexedRelease(_Model):
    version: str
    date: datetime.date
    changes: list[str]


class IndexedRecord(_Model):
    id: str
    json_: str = Field(alias="json")
    jsonld: str | None = None
    """Not there for what is no record of its own on the site."""


class IndexedKind(_Model):
    kind: str
    count: int
    json_: str = Field(alias="json")
    """All records of the kind in one file."""
    csv: str
    schema_: str = Field(alias="schema")
    """JSON Schema of one record."""
    list_schema: str
    """JSON Schema of the file with all of them."""
    records: list[IndexedRecord]


class IndexedTable(_Model):
    name: str
    csv: str
    rows: int
    description: str


class IndexedReferences(_Model):
    """All references, in the forms that reference managers read."""

    bib: str
    ris: str
    csl: str


class Index(_Model):
    """What the data comes to. Addresses are relative to this file."""

    schema_: str = Field(alias="$schema")
    title: str
    description: str
    version: str
    """Version of the format."""
    date: datetime.date | None
    """Day on which a record last changed: the same records have the same day."""
    site: str | None
    """Address that the site is served at; null while nobody has said."""
    licence: IndexedLicence | None
    changes: list[IndexedRelease]
    """What changed in the format, newest first."""
    package: str
    """Frictionless Data Package of all tables."""
    database: str
    """All tables in one SQLite file."""
    database_metadata: str
    """What Datasette shows beside the tables."""
    linked_data: str
    """All records as JSON-LD."""
    references: IndexedReferences
    kinds: list[IndexedKind]
    tables: list[IndexedTable]


def index(
    site: Site,
    published: Mapping[str, Sequence[Published]],
    tables: Sequence[DataTable],
    files: Mapping[str, bytes],
    imprint: Imprint,
) -> dict[str, Any]:
    """Return the index of `files`, which are by address."""
    found = Index.model_validate(
        {
            "$schema": _here(SCHEMA),
            "title": imprint.name,
            "description": imprint.description,
            "version": VERSION,
            "date": last_changed(site.base),
            "site": imprint.home or None,
            "licence": {"url": imprint.licence_url, "name": imprint.licence_name} if imprint.licence_url else None,
            "changes": [{"version": r.version, "date": r.date, "changes": list(r.changes)} for r in RELEASES],
            "package": _here(address.PACKAGE),
            "database": _here(address.DATABASE),
            "database_metadata": _here(address.DATABASE_METADATA),
            "linked_data": _here(address.LINKED_DATA),
            "references": {form.partition(".")[0]: _here(address.references(form)) for form in address.REFERENCE_FORMS},
            "kinds": [_kind(kind, ones, files) for kind, ones in published.items()],
            "tables": [
                {
                    "name": table.name,
                    "csv": _here(address.table_csv(table.name)),
                    "rows": len(table.rows),
                    "description": described(site.base, table),
                }
                for table in tables
            ],
        }
    )
    return found.model_dump(mode="json", by_alias=True)


def index_schema() -> dict[str, Any]:
    """Return the JSON Schema of the index."""
    return {"$schema": DIALECT, **Index.model_json_schema(by_alias=True)}


def _kind(kind: str, ones: Sequence[Published], files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "kind": kind,
        "count": len(ones),
        "json": _here(address.collection_json(kind)),
        "csv": _here(address.table_csv(kind)),
        "schema": _here(address.schema(kind)),
        "list_schema": _here(address.list_schema(kind)),
        "records": [
            {
                "id": one.id,
                "json": _here(address.record_json(one.name)),
                "jsonld": _here(where) if (where := address.record_jsonld(one.name)) in files else None,
            }
            for one in ones
        ],
    }


def _here(where: str) -> str:
    """Return an address relative to the index."""
    return where.removeprefix(address.FOLDER)
