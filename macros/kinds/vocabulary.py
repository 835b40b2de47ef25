"""Vocabularies: concept schemes with definitions, after SKOS."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Address, Derived, Line, Model, Prose, Ref, Slug


class Income(Model):
    """A country's income group in one year, as somebody published it."""

    year: int
    group: Slug
    reference: Annotated[str, Ref("reference")]


class Concept(Model):
    id: Slug
    label: Line
    definition: Prose | None = None
    broader: Slug | None = None
    alt: tuple[Line, ...] = ()
    """Other words for the same thing."""
    plural: Line | None = None
    notation: Line | None = None
    """A code from elsewhere, such as an ISO 3166 code or a unit's sign."""
    match: Address | None = None
    """Address of the same concept in a published scheme."""
    role: Slug | None = None
    """What the rules of evidence take the term for, in the few vocabularies that need it."""
    note: Prose | None = None
    good: Line | None = None
    """For a question of a form: an answer that helps, made up."""
    bad: Line | None = None
    """For a question of a form: an answer that does not help, made up, and why."""
    claims: tuple[Annotated[str, Ref("claim")], ...] = ()
    """Where the definition was taken from."""
    income: tuple[Income, ...] = ()
    guidance: tuple[Annotated[str, Ref("guidance")], ...] = ()
    """For an answer in a vocabulary of questions: the rules that speak to it; `broader` is its question."""


class Vocabulary(Model):
    """A concept scheme. Its id is its file's name."""

    kind: ClassVar[str] = "vocabulary"

    id: Derived
    title: Line
    description: Prose
    references: tuple[Annotated[str, Ref("reference")], ...] = ()
    concepts: tuple[Concept, ...] = Field(min_length=1)
