"""JSON Schemas for editors, made from the models and the vocabularies, so that the three cannot drift."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from macros.base import EvidenceBase, load
from macros.kinds import FOLDERS
from macros.kinds.common import Record
from macros.kinds.vocabulary import Vocabulary

FOLDER = "macros/schemas"


def schemas(root: Path) -> dict[str, str]:
    """Return the text of each kind's schema by its path below `root`.

    Terms are listed with their labels. Ids of records are not, so that adding a record
    does not put the schemas out of date.
    """
    # Who sends a contribution with the form cannot make these files anew: its countries wait until it is unpacked.
    base, _ = load(root, contributions=False)
    found = {}
    models: tuple[type[Record] | type[Vocabulary], ...] = (*FOLDERS.values(), Vocabulary)
    for model in models:
        schema = model.model_json_schema(schema_generator=GenerateJsonSchema, mode="validation")
        schema = _adapt(schema, base)
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        found[f"{FOLDER}/{model.kind}.schema.json"] = (
            json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )
    return found


def _adapt(node: Any, base: EvidenceBase) -> Any:
    """Drop fields that the loader fills in, and say what may stand in terms and references."""
    if isinstance(node, list):
        return [_adapt(item, base) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: value for key, value in node.items() if key != "x-prose"}
    properties = node.get("properties")
    if isinstance(properties, dict):
        derived = {name for name, inner in properties.items() if isinstance(inner, dict) and inner.get("x-derived")}
        node["properties"] = {name: inner for name, inner in properties.items() if name not in derived}
        if "required" in node:
            node["required"] = [name for name in node["required"] if name not in derived]
    scheme = node.pop("x-vocabulary", None)
    if scheme:
        vocabulary = base.vocabularies.get(scheme)
        node["enum"] = [concept.id for concept in vocabulary.concepts] if vocabulary else []
        # Understood by VS Code's YAML extension, which shows them beside the values it offers.
        node["markdownEnumDescriptions"] = [
            f"{concept.label}. {concept.definition or ''}".strip()
            for concept in (vocabulary.concepts if vocabulary else ())
        ]
    kinds = node.pop("x-record", None)
    if kinds:
        node["description"] = f"{node.get('description', '')} Id of: {', '.join(kinds)}.".strip()
    return {key: _adapt(value, base) for key, value in node.items()}
