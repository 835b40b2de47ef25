"""Addresses of the data: where each record, table and list of references lies below the site's root.

The number in the folder's name is the first number of the format's version: within it, files and
columns are added, never renamed or removed (see `macros.data_format`).
"""

from __future__ import annotations

FOLDER = "data/v1/"
INDEX = f"{FOLDER}index.json"
PACKAGE = f"{FOLDER}datapackage.json"
DATABASE = f"{FOLDER}evidence.sqlite"
DATABASE_METADATA = f"{FOLDER}evidence.metadata.json"
LINKED_DATA = f"{FOLDER}all.jsonld"

REFERENCES = "references"
"""What the references' files are called, whole and one by one."""

REFERENCE_FORMS = ("bib", "ris", "csl.json")
"""Endings of the forms in which references are published."""

MEDIA_TYPES = {
    "json": "application/json",
    "jsonld": "application/ld+json",
    "csv": "text/csv",
    "sqlite": "application/vnd.sqlite3",
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl.json": "application/vnd.citationstyles.csl+json",
}
"""Media type of each ending."""

_HELD_BY = {"theme": "vocabulary/themes", "term": "vocabulary/glossary"}
"""Kinds that are terms of a vocabulary; the vocabulary is published whole."""


def _stem(name: str) -> str:
    kind, _, id_ = name.partition(":")
    if kind in _HELD_BY:
        return FOLDER + _HELD_BY[kind]
    return f"{FOLDER}{REFERENCES if kind == 'reference' else kind}/{id_}"


def record_json(name: str) -> str:
    """Return where the record `kind:id` lies as JSON; a claim is `claim:source/id`, a reference `reference:key`."""
    return f"{_stem(name)}.json"


def record_jsonld(name: str) -> str:
    """Return where the record `kind:id` lies as JSON-LD."""
    return f"{_stem(name)}.jsonld"


def record_references(name: str, form: str) -> str:
    """Return where the references that the record `kind:id` rests on lie, in one of `REFERENCE_FORMS`.

    Only records that rest on a reference have them; `macros.reference_export` says which those are. A claim
    has none of its own: its source's reference is at `reference`.
    """
    return f"{_stem(name)}.{form}"


def reference(key: str, form: str) -> str:
    """Return where one reference lies, in one of `REFERENCE_FORMS`."""
    return f"{FOLDER}{REFERENCES}/{key}.{form}"


def references(form: str) -> str:
    """Return where all references lie, in one of `REFERENCE_FORMS`."""
    return f"{FOLDER}{REFERENCES}.{form}"


def collection_json(kind: str) -> str:
    """Return where all records of a kind lie as JSON; `reference` is a kind here."""
    return f"{FOLDER}{REFERENCES if kind == 'reference' else kind}.json"


def table_csv(table: str) -> str:
    """Return where a table lies as CSV: a kind's, or a link table's."""
    return f"{FOLDER}{REFERENCES if table == 'reference' else table}.csv"


def schema(name: str) -> str:
    """Return where the JSON Schema of a kind's published records lies."""
    return f"{FOLDER}schema/{name}.schema.json"


def list_schema(name: str) -> str:
    """Return where the JSON Schema of the file with all records of a kind lies."""
    return f"{FOLDER}schema/{name}-list.schema.json"


def media_type(address: str) -> str:
    """Return the media type of a file of the data by its ending."""
    name = address.rsplit("/", 1)[-1]
    return next(MEDIA_TYPES[end] for end in ("csl.json", name.rpartition(".")[2]) if name.endswith(f".{end}"))
