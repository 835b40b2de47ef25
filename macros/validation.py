"""Validation: turns a document into a typed record, and what is wrong with it into problems."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from macros import spelling
from macros.anatomy import Part, parts
from macros.document import Data, Document, Path_
from macros.fields import Known
from macros.nearest import did_you_mean, nearest
from macros.placeholder import placeholder
from macros.problem import Fix, Place, Problem
from macros.prose import pointers

T = TypeVar("T", bound=BaseModel)


def validate(
    document: Document, model: type[T], known: Known, derived: Mapping[str, Any]
) -> tuple[T | None, list[Problem]]:
    """Make a record of the kind `model` from a document.

    `derived` holds the fields that come from where the file stands (its id); a file that
    writes one of them is refused. Returns the record, or None, and all problems.
    """
    problems = [*_left_empty(document.data, (), document)]
    data: dict[str, Any] = dict(document.data)
    problems += [
        Problem(
            "E206",
            document.key_place((name,)),
            f"The field “{name}” is not written in the file.",
            f"Delete it; it is taken from the file's name and is “{value}”.",
        )
        for name, value in derived.items()
        if name in data
    ]
    data.update(derived)
    try:
        record = model.model_validate(data, context=known)
    except ValidationError as error:
        seen: set[tuple[Any, ...]] = set()
        for detail in error.errors(include_url=False):
            path = tuple(detail["loc"])
            if (path, detail["type"]) in seen or _is_empty_at(document.data, path):
                continue
            # Of a list in which every entry is wrong pydantic says that it is too short besides.
            if detail["type"] == "too_short" and detail["input"]:
                continue
            seen.add((path, detail["type"]))
            problems.append(_problem(detail, path, document, model, known))
        # What the rules would say of the texts of a record that has errors, so that one run tells it all.
        for at, part, text in texts(document.data, model):
            problems += _in_text(text, part, document.place(at), known)
        return None, problems
    return (None if problems else record), problems


def texts(data: Data, model: type[BaseModel], path: Path_ = ()) -> Iterator[tuple[Path_, Part, str]]:
    """Yield each text in what a file says, whether or not a record could be made of it: its path, its field, itself."""
    if not isinstance(data, dict):
        return
    for part in parts(model):
        value = data.get(part.name)
        inner = model_at(model, (part.name,)) if part.group else None
        for step, item in enumerate(value) if isinstance(value, list) else ((None, value),):
            at = (*path, part.name) if step is None else (*path, part.name, step)
            if inner is not None:
                yield from texts(item, inner, at)
            elif isinstance(item, str) and not part.kinds and not part.scheme:
                yield at, part, item.strip()


def _in_text(text: str, part: Part, place: Place, known: Known) -> Iterator[Problem]:
    found = placeholder(text, part.description)
    if found:
        hint = "Fill it in; where the source is silent write “not stated”."
        yield Problem("E405", place, f"“{part.name}” still holds “{found}”.", hint)
    for pointer in pointers(text) if part.prose else ():
        kind = "claim" if pointer.kind == "value" else pointer.kind
        id_ = pointer.target.partition("#")[0]
        if kind in known.records and not known.record(kind, id_):
            yield Problem("E406", place, f"There is no {kind} “{id_}”.", did_you_mean(id_, sorted(known.records[kind])))


def _left_empty(data: Data, path: Path_, document: Document) -> Iterator[Problem]:
    if data is None:
        yield Problem(
            "E205",
            document.place(path),
            f"The field “{_name(path)}” is left empty.",
            "Fill it in, or delete the line; where the source is silent write “not stated”.",
        )
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _left_empty(value, (*path, key), document)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _left_empty(value, (*path, index), document)


def _is_empty_at(data: Data, path: tuple[Any, ...]) -> bool:
    """Whether a field is written but empty there, which has been reported already."""
    for step in path:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            data = data[step]
        else:
            return False
    return data is None


def _name(path: Path_) -> str:
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "the record")


def _problem(detail: ErrorDetails, path: Path_, document: Document, model: type[BaseModel], known: Known) -> Problem:
    kind, context, name = detail["type"], detail.get("ctx", {}), _name(path)
    place = document.place(path)
    match kind:
        case "missing":
            allowed = field_names(model, path[:-1])
            where = f" of “{_name(path[:-1])}”" if len(path) > 1 else ""
            written = _keys_at(document.data, path[:-1])
            stray = nearest(name, [key for key in written if key not in allowed])
            silent = f", or “{name}: not stated” where the source is silent" if _may_be_silent(model, path) else ""
            add = f"Add “{name}: …”{silent}{_describe(model, path)}"
            hint = f"“{stray[0]}” may be meant for it." if stray else add
            return Problem("E201", place, f"The field “{name}”{where} is missing.", hint)
        case "extra_forbidden":
            allowed = field_names(model, path[:-1])
            near = nearest(name, allowed)
            return Problem(
                "E202",
                document.key_place(path),
                f"There is no field “{name}” here.",
                did_you_mean(name, allowed) or f"The fields here are: {', '.join(allowed)}.",
                fix=Fix(name, near[0]) if near else None,
            )
        case "unknown_term":
            value, terms = context["value"], known.terms.get(context["scheme"], frozenset())
            near = nearest(value, terms)
            return Problem(
                "E301",
                place,
                f"“{value}” is not a term of the vocabulary “{context['scheme']}”.",
                did_you_mean(value, sorted(terms)) or f"Its terms are: {', '.join(sorted(terms))}.",
                fix=Fix(value, near[0]) if near else None,
            )
        case "unknown_record":
            ids = known.records.get(context["kind"], frozenset())
            near = nearest(context["id"], ids)
            return Problem(
                "E302",
                place,
                f"There is no {context['kind']} with the id “{context['id']}”.",
                did_you_mean(context["id"], sorted(ids)) or f"“{name}” has to name an existing {context['kind']}.",
                fix=Fix(context["id"], near[0]) if near else None,
            )
        case "bad_ref":
            return Problem(
                "E303",
                place,
                f"“{context['value']}” does not say which kind of record it points at.",
                f"Write “kind:id”, where kind is one of {context['kinds']}.",
            )
        case "bad_id" | "bad_address" | "not_one_line" | "bad_count" | "bad_number" | "empty":
            return Problem("E204", place, f"“{name}”: {detail['msg']}.", _describe(model, path).strip(" :"))
        case "too_short":
            return Problem("E204", place, f"“{name}” needs at least {context.get('min_length', 1)} entry.", "")
        case _:
            expected = _EXPECTED.get(kind, detail["msg"][:1].lower() + detail["msg"][1:])
            shown = detail["input"] if isinstance(detail["input"], str) else ""
            day = spelling.date(shown) if kind.startswith("date_") else shown
            if day != shown:
                message = f"“{name}” should be a date as YYYY-MM-DD, not “{shown[:60]}”."
                return Problem("E203", place, message, f"Write “{day}”.", fix=Fix(shown, day))
            return Problem(
                "E203",
                place,
                f"“{name}” should be {expected}" + (f", not “{shown[:60]}”." if shown else "."),
                _HINTS.get(kind, ""),
            )


_EXPECTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "decimal_parsing": "a number",
    "date_from_datetime_parsing": "a date as YYYY-MM-DD",
    "date_parsing": "a date as YYYY-MM-DD",
    "date_type": "a date as YYYY-MM-DD",
    "bool_parsing": "“true” or “false”",
    "bool_type": "“true” or “false”",
    "tuple_type": "a list (lines that start with “- ”)",
    "list_type": "a list (lines that start with “- ”)",
    "string_type": "text",
    "model_type": "a group of fields (“name: value”), indented below it",
    "model_attributes_type": "a group of fields (“name: value”), indented below it",
    "dict_type": "a group of fields (“name: value”), indented below it",
    "greater_than_equal": "larger",
}
_HINTS = {
    "tuple_type": "Put it on a new line that starts with “- ”.",
    "date_from_datetime_parsing": "For example 2026-11-22.",
    "string_type": "If it is a list or has a colon in it, put it in quotation marks.",
}


def _keys_at(data: Data, path: Path_) -> list[str]:
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return []
    return list(data) if isinstance(data, dict) else []


def field_names(model: type[BaseModel], path: Path_) -> list[str]:
    """Return the names of the fields that may be written at `path` below `model`."""
    inner = model_at(model, tuple(path))
    return [] if inner is None else written_names(inner)


@cache
def written_names(model: type[BaseModel]) -> list[str]:
    return [
        name
        for name, field in model.model_fields.items()
        if not (isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("x-derived"))
    ]


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A field of a model, described for people."""

    name: str
    holds: str
    required: bool
    note: str


def written_fields(model: type[BaseModel]) -> list[tuple[str, str, list[FieldNote]]]:
    """Return every group of fields that a record of the model may write: name, what it is, its fields.

    The record itself comes first, with the name “”; shared groups come once.
    """
    groups: list[tuple[str, str, list[FieldNote]]] = []
    queue: list[tuple[str, type[BaseModel]]] = [("", model)]
    seen: set[type[BaseModel]] = set()
    while queue:
        name, group = queue.pop(0)
        if group in seen:
            continue
        seen.add(group)
        notes = []
        for part in parts(group):
            field = group.model_fields[part.name]
            if part.name not in written_names(group):
                continue
            inner = _inner_model(field.annotation) if part.group else None
            if inner:
                queue.append((part.name, inner))
            notes.append(FieldNote(part.name, _holds(part, field, inner), field.is_required(), field.description or ""))
        groups.append(
            (name, (group.__doc__ or "").strip().partition("\n")[0] if "__doc__" in vars(group) else "", notes)
        )
    return groups


def _holds(part: Part, field: FieldInfo, inner: type[BaseModel] | None) -> str:
    several = "tuple" in str(field.annotation)
    if inner:
        return "list of groups of fields, below" if several else "group of fields, below"
    if part.scheme:
        return f"term{'s' if several else ''} of “{part.scheme}”"
    if part.kinds:
        what = " or ".join(part.kinds) if len(part.kinds) < 3 else "record"
        return f"{'ids' if several else 'id'} of {what}" + (", as kind:id" if len(part.kinds) > 1 else "")
    if part.prose:
        return "text"
    text = str(field.annotation)
    for sign, words in (("date", "date"), ("bool", "true or false"), ("Decimal", "number"), ("int", "whole number")):
        if sign in text:
            return words
    return "lines" if several else "line"


def model_at(model: type[BaseModel], path: Path_) -> type[BaseModel] | None:
    """Return the model of the group of fields at `path` below `model`, or None."""
    for step in path:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        inner = _inner_model(field.annotation) if field else None
        if inner is None:
            return None
        model = inner
    return model


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in typing.get_args(annotation):
        found = _inner_model(argument)
        if found:
            return found
    return None


def _may_be_silent(model: type[BaseModel], path: Path_) -> bool:
    """Whether “not stated” is an answer: in a field of words that is no name."""
    inner, name = model_at(model, path[:-1]), str(path[-1])
    part = next((part for part in parts(inner) if part.name == name), None) if inner else None
    if inner is None or part is None or name in ("title", "id"):
        return False
    return _holds(part, inner.model_fields[name], None) in ("text", "line")


def _describe(model: type[BaseModel], path: Path_) -> str:
    inner = model_at(model, path[:-1])
    field = inner.model_fields.get(str(path[-1])) if inner and path else None
    return f": {field.description}" if field and field.description else ""
