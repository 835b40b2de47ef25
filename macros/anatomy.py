"""Anatomy: what each field of a record holds, read off its type once per model."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from macros.fields import Markdown, Ref, Term

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a model: what it points at, if it points at anything."""

    name: str
    kinds: tuple[str, ...]
    """Kinds of record it may point at; empty when it is no reference."""
    scheme: str
    """Vocabulary its term comes from; empty when it is no term."""
    prose: bool
    group: bool
    """Whether it holds a group of fields, or a list of groups."""
    description: str = ""
    """What the field is for."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value in a record, with where it stands and what kind of field it stands in."""

    path: Path_
    value: Any
    part: Part
    group: BaseModel
    """The group of fields around it."""

    @property
    def target(self) -> str:
        """For a reference, the `kind:id` it points at."""
        kinds = self.part.kinds
        return f"{kinds[0]}:{self.value}" if len(kinds) == 1 else str(self.value)


@cache
def parts(model: type[BaseModel]) -> tuple[Part, ...]:
    """Return the fields of a model in order."""
    found = []
    for name, field in model.model_fields.items():
        marks = [*field.metadata, *_marks(field.annotation)]
        refs = [mark for mark in marks if isinstance(mark, Ref)]
        terms = [mark for mark in marks if isinstance(mark, Term)]
        found.append(
            Part(
                name=name,
                kinds=refs[0].kinds if refs else (),
                scheme=terms[0].scheme if terms else "",
                prose=any(isinstance(mark, Markdown) for mark in marks),
                group=_holds_model(field.annotation),
                description=field.description or "",
            )
        )
    return tuple(found)


def _marks(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for argument in typing.get_args(annotation):
        if not (isinstance(argument, type) and issubclass(argument, BaseModel)):
            yield from _marks(argument)


def _holds_model(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, BaseModel)
    return any(_holds_model(argument) for argument in typing.get_args(annotation))


def leaves(record: BaseModel, path: Path_ = ()) -> Iterator[Leaf]:
    """Walk a record and yield each single value in it, in the order of its fields."""
    for part in parts(type(record)):
        value = getattr(record, part.name)
        if value is None:
            continue
        for step, item in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            inner = (*path, part.name) if step is None else (*path, part.name, step)
            if isinstance(item, BaseModel):
                yield from leaves(item, inner)
            elif isinstance(item, tuple):
                for index, element in enumerate(item):
                    yield Leaf((*inner, index), element, part, record)
            else:
                yield Leaf(inner, item, part, record)
