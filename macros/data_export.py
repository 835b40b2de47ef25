"""The export: every file of the data, made from the site alone and the same each time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from macros import data_address as address
from macros.address import relative
from macros.data_format import VERSION
from macros.data_index import SCHEMA, index, index_schema
from macros.data_package import package
from macros.data_table import DataTable, tables
from macros.database import database, metadata
from macros.imprint import Imprint
from macros.linked_data import linked_data
from macros.published_schema import schemas
from macros.record_data import KINDS, Published, as_data, last_changed, published
from macros.reference_export import reference_files
from macros.site import Site

_FORMS = {"bib": "BibTeX", "ris": "RIS", "csl.json": "CSL-JSON"}


FILES = {
    address.INDEX: "What there is, in which version, on what terms and where: every record, list, table and schema.",
    address.PACKAGE: "Frictionless Data Package: every table with its columns’ types and meanings, and its keys.",
    address.DATABASE: "All tables in one SQLite file, with foreign keys and full-text search; Datasette opens it.",
    address.DATABASE_METADATA: "What Datasette shows beside the tables; hand it over with `--metadata`.",
    address.LINKED_DATA: "All records as JSON-LD, in the words of schema.org and CiTO.",
    **{address.references(form): f"All references as {name}." for form, name in _FORMS.items()},
}
"""The files that hold everything, with what each is for."""


def export(site: Site, imprint: Imprint, folder: Path) -> int:
    """Write every file of the data below `folder`, and return how many there are."""
    made: set[Path] = set()
    files = data_files(site, imprint)
    for where, content in files.items():
        file = folder / where
        if file.parent not in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            made.add(file.parent)
        file.write_bytes(content)
    return len(files)


def data_files(site: Site, imprint: Imprint) -> dict[str, bytes]:
    """Return every file of the data by its address below the site's root."""
    found = published(site)
    all_tables = tables(site, found)
    files: dict[str, bytes] = {}
    files.update(_schemas(site))
    files.update(_records(site, found))
    files.update(_tables(site, all_tables, imprint))
    files.update((where, _json(data)) for where, data in linked_data(site, found, imprint))
    files.update((where, text.encode()) for where, text in reference_files(site))
    files[address.INDEX] = _json(index(site, found, all_tables, files, imprint))
    return files


def _schemas(site: Site) -> Iterator[tuple[str, bytes]]:
    for kind in KINDS:
        one, all_ = schemas(site.base, kind)
        yield address.schema(kind), _json(one)
        yield address.list_schema(kind), _json(all_)
    yield SCHEMA, _json(index_schema())


def _records(site: Site, found: Mapping[str, Sequence[Published]]) -> Iterator[tuple[str, bytes]]:
    changed = last_changed(site.base)
    for kind, ones in found.items():
        records = []
        for one in ones:
            data = as_data(site, one)
            where = address.record_json(one.name)
            yield where, _json({"$schema": relative(address.schema(kind), where), **data})
            records.append(data)
        where = address.collection_json(kind)
        whole = {
            "$schema": relative(address.list_schema(kind), where),
            "kind": kind,
            "version": VERSION,
            "date": changed.isoformat() if changed else None,
            "count": len(records),
            "records": records,
        }
        yield where, _json(whole)


def _tables(site: Site, all_tables: Sequence[DataTable], imprint: Imprint) -> Iterator[tuple[str, bytes]]:
    contents = {address.table_csv(table.name): table.csv().encode() for table in all_tables}
    yield from contents.items()
    yield address.PACKAGE, _json(package(site.base, all_tables, contents, imprint))
    yield address.DATABASE, database(all_tables)
    yield address.DATABASE_METADATA, _json(metadata(site.base, all_tables, imprint))


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json(data: Any) -> bytes:
    return f"{_ENCODER.encode(data)}\n".encode()
