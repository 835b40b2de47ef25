"""Shapes: what a model's fields come to when a record is published, read off the model once.

JSON, tables and their schemas are all made from this, so that none of them can leave out a field
or word it otherwise than another.
"""

from __future__ import annotations

import datetime
import types
import typing
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel

from macros.anatomy import Part, parts
from macros.kinds.common import Currency
from macros.kinds.discrepancy import Display, Sum
from macros.kinds.finding import Attachment, Component, Confidence
from macros.kinds.innovation import Verdict
from macros.kinds.source import Appraisal, AppraisalItem

BASES = "link-bases"
"""The vocabulary that tells what a source states from what we judged."""

_OURS = (Attachment, Component, Confidence, Verdict, Appraisal, AppraisalItem, Currency, Sum, Display)
"""Groups of fields that no source states: they are our judgement or our arithmetic each time."""

_TYPES = {
    bool: "boolean",
    int: "integer",
    Decimal: "number",
    datetime.date: "date",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One field of a model, as it is published."""

    name: str
    part: Part
    holds: str
    """`string`, `integer`, `number`, `boolean` or `date`."""
    many: bool
    group: type[BaseModel] | None
    """What an entry is made of, where it is a group of fields."""
    worded: bool
    """Whether words such as “not stated” may stand in a number's place."""
    pairs: bool
    """Whether it is a list of pairs of texts."""
    description: str

    @property
    def is_pointer(self) -> bool:
        """Whether it holds ids: of records, or of terms."""
        return bool(self.part.kinds or self.part.scheme)


@cache
def items(model: type[BaseModel]) -> tuple[Item, ...]:
    """Return the fields of a model in order."""
    found = []
    for part in parts(model):
        field = model.model_fields[part.name]
        many, inner = _one(field.annotation)
        choices = [choice for choice in _choices(inner) if choice is not type(None)]
        group = next((c for c in choices if isinstance(c, type) and issubclass(c, BaseModel)), None)
        type_ = next((_TYPES[c] for c in choices if c in _TYPES), "string")
        found.append(
            Item(
                name=part.name,
                part=part,
                holds=type_,
                many=many,
                group=group,
                worded=type_ in {"integer", "number"} and str in choices,
                pairs=many and any(typing.get_origin(c) is tuple for c in choices),
                description=_description(model, part.name),
            )
        )
    return tuple(found)


@cache
def tells_judgement(model: type[BaseModel]) -> bool:
    """Whether a group of fields can be told to be stated or judged."""
    return model in _OURS or any(part.name == "basis" and part.scheme == BASES for part in parts(model))


def always_ours(model: type[BaseModel]) -> bool:
    """Whether a group of fields is our judgement or our arithmetic each time."""
    return model in _OURS


def _one(annotation: Any) -> tuple[bool, Any]:
    """Return whether a field holds a list, and what it holds one of or several of."""
    for choice in _choices(annotation):
        if typing.get_origin(choice) is tuple:
            return True, typing.get_args(choice)[0]
    return False, annotation


def _choices(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) is typing.Annotated:
        return _choices(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [choice for argument in typing.get_args(annotation) for choice in _choices(argument)]
    return [annotation]


def _description(model: type[BaseModel], name: str) -> str:
    return " ".join((model.model_fields[name].description or "").split())
