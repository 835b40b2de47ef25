"""Schemas of what is published: the JSON Schema of each kind's record and of a list of them.

They are made from the models that `macros.record_data` writes records by. What a file in `evidence/`
may hold is another matter; see `macros.schema`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from macros.base import EvidenceBase
from macros.fields import SLUG
from macros.record_data import APART, JUDGED, KINDS, MARKUP
from macros.shape import items, tells_judgement

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_JUDGED: Schema = {
    "type": "boolean",
    "description": "Whether this is our judgement or our arithmetic, and not what a source states.",
}


class _Generator(GenerateJsonSchema):
    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002 - the base's
        """Say that numbers are written as numbers."""
        return {"type": "number"}


def schemas(base: EvidenceBase, kind: str) -> tuple[Schema, Schema]:
    """Return the schemas of one published record of a kind, and of the file that holds all of them."""
    record, definitions = _record(base, kind)
    one = {"$schema": DIALECT, "title": f"One record of the kind {kind}", **record, "$defs": definitions}
    return one, {
        "$schema": DIALECT,
        "title": f"All records of the kind {kind}",
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            "kind": {"const": kind},
            "version": {"type": "string", "description": "Version of the format."},
            "date": {"type": ["string", "null"], "description": "Day on which a record last changed."},
            "count": {"type": "integer"},
            "records": {"type": "array", "items": {"$ref": "#/$defs/Record"}},
        },
        "required": ["$schema", "kind", "version", "date", "count", "records"],
        "additionalProperties": False,
        "$defs": {**definitions, "Record": record},
    }


def _record(base: EvidenceBase, kind: str) -> tuple[Schema, Schema]:
    """Return the schema of a record, and of the groups of fields in it by name."""
    model, derived = KINDS[kind]
    record, definitions = _of(base, model, APART.get(kind, frozenset()))
    if derived is not None:
        more, further = _of(base, derived)
        record["properties"] |= more["properties"]
        record["required"] += more["required"]
        definitions |= further
    record["properties"] |= _written_otherwise(kind)
    record["properties"] = {"$schema": {"type": "string"}, "kind": {"const": kind}, **record["properties"]}
    record["required"] = ["kind", *dict.fromkeys(record["required"])]
    return record, definitions


def _written_otherwise(kind: str) -> Schema:
    """Return the fields that hold what no model describes: a table's own columns, another format's item, a full id."""
    if kind == "claim":
        pattern = "/".join([SLUG.pattern] * 2)
        return {"id": {"type": "string", "pattern": f"^{pattern}$", "description": "The source's id and its own."}}
    if kind == "dataset":
        row = {"type": "object", "additionalProperties": {"type": "string"}}
        return {"rows": {"type": "array", "items": row, "description": "The table's rows by column, as text."}}
    if kind == "reference":
        return {"csl": {"type": "object", "required": ["id", "type"], "description": "An item of CSL-JSON."}}
    return {}


def _of(base: EvidenceBase, model: type[BaseModel], apart: frozenset[str] = frozenset()) -> tuple[Schema, Schema]:
    whole = model.model_json_schema(schema_generator=_Generator, mode="serialization")
    definitions: Schema = whole.pop("$defs", {})
    groups = _groups(model)
    found = {
        name: _group(base, definition, groups[name]) if name in groups else _leaf(base, definition)
        for name, definition in definitions.items()
    }
    record = _group(base, whole, model)
    for name in apart:
        del record["properties"][name]
        record["required"].remove(name)
    kept: Schema = {}
    _keep(record, found, kept)
    return record, dict(sorted(kept.items()))


def _keep(node: Any, found: Mapping[str, Schema], kept: Schema) -> None:
    """Collect the definitions that a schema uses, by name."""
    if isinstance(node, list):
        for each in node:
            _keep(each, found, kept)
    elif isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in kept:
            kept[name] = found[name]
            _keep(found[name], found, kept)
        for each in node.values():
            _keep(each, found, kept)


def _groups(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return every group of fields below a model by the name that its definition has."""
    found: dict[str, type[BaseModel]] = {}
    for item in items(model):
        if item.group is not None and item.group.__name__ not in found:
            found |= {item.group.__name__: item.group, **_groups(item.group)}
    return found


def _group(base: EvidenceBase, schema: Schema, model: type[BaseModel]) -> Schema:
    properties: Schema = {}
    for item in items(model):
        properties[item.name] = _leaf(base, schema["properties"][item.name])
        if item.part.prose:
            properties[item.name + MARKUP] = {
                "type": "string",
                "description": f"`{item.name}` as the record's file holds it, where that is not how it reads.",
            }
    if tells_judgement(model):
        properties[JUDGED] = dict(_JUDGED)
    always = [name for name in properties if not name.endswith(MARKUP)]
    about = {"description": " ".join(schema["description"].split())} if schema.get("description") else {}
    return {**about, "type": "object", "properties": properties, "required": always, "additionalProperties": False}


def _leaf(base: EvidenceBase, node: Any) -> Any:
    """Say which terms may stand in a field and what its ids point at; drop what only editors use."""
    if isinstance(node, list):
        return [_leaf(base, each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {key: value for key, value in node.items() if key not in {"title", "default", "x-prose", "x-derived"}}
    scheme, kinds = node.pop("x-vocabulary", None), node.pop("x-record", None)
    if scheme:
        if base.concepts.get(scheme):
            node["enum"] = list(base.concepts[scheme])
        node["description"] = f"{node.get('description', '')} Term of the vocabulary {scheme}.".strip()
    if kinds:
        node["description"] = f"{node.get('description', '')} Id of: {', '.join(kinds)}.".strip()
    return {key: value if key == "enum" else _leaf(base, value) for key, value in node.items()}
