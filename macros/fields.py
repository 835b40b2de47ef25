"""Field types that records are made of.

A field says what it holds (`Line`, `Prose`, `Term`, `Ref` …) once; the validator, the
JSON Schema for editors and the documentation of fields are all derived from it.
YAML scalars arrive as the text the author typed, so types are decided here and never
guessed from the text (`NO` stays Norway, `1.10` stays 1.10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

NOT_STATED = "not stated"
NOT_APPLICABLE = "not applicable"

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LOCAL_SEPARATOR = "/"


class Model(BaseModel):
    """Base of everything in a record: frozen, and strict about unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Known:
    """What a record may point at: the ids of each vocabulary's terms and of each kind's records."""

    terms: Mapping[str, frozenset[str]]
    records: Mapping[str, frozenset[str]]
    unread_vocabularies: frozenset[str] = frozenset()
    """Vocabularies whose terms are not known, because their file cannot be read."""
    unread_sources: frozenset[str] = frozenset()
    """Sources of which some claims are not known, because a sheet cannot be read."""

    def term(self, scheme: str, id_: str) -> bool:
        """Whether a vocabulary has a term, as far as can be told."""
        return id_ in self.terms.get(scheme, frozenset()) or scheme in self.unread_vocabularies

    def record(self, kind: str, id_: str) -> bool:
        """Whether there is a record, as far as can be told."""
        if id_ in self.records.get(kind, frozenset()):
            return True
        return kind == "claim" and id_.partition(LOCAL_SEPARATOR)[0] in self.unread_sources


class Term:
    """A field that holds the id of a concept in the vocabulary `scheme`."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-vocabulary": self.scheme}

    def _check(self, value: str, info: ValidationInfo) -> str:
        known: Known | None = info.context
        if known is not None and not known.term(self.scheme, value):
            raise PydanticCustomError(
                "unknown_term",
                "“{value}” is not a term of the vocabulary “{scheme}”",
                {"value": value, "scheme": self.scheme},
            )
        return value


class Ref:
    """A field that holds the id of a record of one kind, or `kind:id` where several kinds are allowed."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-record": list(self.kinds)}

    def _check(self, value: str, info: ValidationInfo) -> str:
        known: Known | None = info.context
        if known is None:
            return value
        if len(self.kinds) == 1:
            kind, id_ = self.kinds[0], value
        else:
            kind, _, id_ = value.partition(":")
            if kind not in self.kinds:
                raise PydanticCustomError(
                    "bad_ref",
                    "“{value}” does not say which kind of record it points at",
                    {"value": value, "kinds": ", ".join(self.kinds)},
                )
        if not known.record(kind, id_):
            raise PydanticCustomError(
                "unknown_record",
                "there is no {kind} with the id “{id}”",
                {"value": value, "kind": kind, "id": id_},
            )
        return value


def _single_line(value: str) -> str:
    if "\n" in value:
        raise PydanticCustomError("not_one_line", "this field holds one line of text, not several")
    if not value:
        raise PydanticCustomError("empty", "this field is empty")
    return value


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise PydanticCustomError(
            "bad_id", "“{value}” is not an id: use small letters, digits and single hyphens", {"value": value}
        )
    return value


def _not_empty(value: str) -> str:
    if not value:
        raise PydanticCustomError("empty", "this field is empty")
    return value


_WEB = re.compile(r"""https?://[^\s<>"'`\\]+""")


def _web_address(value: str) -> str:
    if not _WEB.fullmatch(value):
        raise PydanticCustomError(
            "bad_address", "“{value}” is not a web address that starts with http:// or https://", {"value": value}
        )
    return value


class Shape:
    """Adds to a field's JSON Schema what its validator asks of a text."""

    def __init__(self, **schema: Any) -> None:
        self.schema = schema

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), **self.schema}


Line = Annotated[str, AfterValidator(_single_line), Shape(minLength=1, pattern=r"^[^\n]*\n*$")]
"""One line of plain text."""


class Markdown:
    """Marks a field as text in the small Markdown subset of `macros.prose`."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-prose": True}


Prose = Annotated[str, AfterValidator(_not_empty), Shape(minLength=1), Markdown()]
"""Text in the small Markdown subset, which may quote numbers and point at records."""

Derived = Annotated[str, Field(json_schema_extra={"x-derived": True})]
"""Filled in by the loader from where the record stands; never written in a file."""

Slug = Annotated[str, AfterValidator(_slug), Shape(pattern=f"^{SLUG.pattern}$")]
"""An id: small letters, digits and single hyphens."""

Address = Annotated[str, AfterValidator(_web_address), Shape(pattern=f"^{_WEB.pattern}$")]
"""A web address, http or https."""

_SENTINELS = (NOT_STATED, NOT_APPLICABLE)


def _count(value: Any) -> int | str:
    if value in _SENTINELS:
        return str(value)
    if isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"\d{1,15}", value)):
        return int(value)
    raise PydanticCustomError(
        "bad_count",
        "“{value}” is not a whole number, nor “not stated” or “not applicable”",
        {"value": str(value)},
    )


def _quantity(value: Any) -> Decimal | str:
    if value in _SENTINELS:
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}(\.\d{1,9})?", value):
        return Decimal(value)
    raise PydanticCustomError(
        "bad_number",
        "“{value}” is not a plain number such as 27.3, nor “not stated” or “not applicable”",
        {"value": str(value)},
    )


def _sentinel_schema(type_: str) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": type_}, {"enum": list(_SENTINELS)}]})


Count = Annotated[int | str, PlainValidator(_count), _sentinel_schema("integer")]
"""A whole number, or the words “not stated” or “not applicable”."""

Quantity = Annotated[Decimal | str, PlainValidator(_quantity), _sentinel_schema("number")]
"""A number exactly as a decimal, or the words “not stated” or “not applicable”."""


class Shorthand:
    """Lets `- term` stand for `- {field: term}`, also in the schema that editors check with."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler(schema)
        if handler.mode == "serialization":
            return whole
        return {"anyOf": [handler.resolve_ref_schema(whole)["properties"][self.field], whole]}

    def _expand(self, value: Any) -> Any:
        return {self.field: value} if isinstance(value, str) else value
