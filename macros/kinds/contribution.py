"""Contributions: all that somebody sent about one account, in one file, until a maintainer takes it apart."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from pydantic import Field

from macros.fields import Line, Model, Prose, Slug


class NewCountry(Model):
    """A country that the vocabulary of countries does not have yet."""

    id: Slug
    label: Line
    notation: Line
    """Its ISO 3166 code."""


class Contribution(Model):
    """One account with the document it rests on and the passages that tell of it.

    Its id is its file's name, and the id of the case study or innovation in it.
    """

    kind: ClassVar[str] = "contribution"

    sent: datetime.date
    source: Slug
    """Id of the document's source, and its key in the bibliography."""
    reference: Prose | None = None
    """The document's entry in BibTeX; only where the bibliography does not have it."""
    document: dict[str, Any] | None = None
    """What is known of the document; only where there is no such source yet. What it leaves out counts as not yet read."""
    countries: tuple[NewCountry, ...] = ()
    """Countries that the vocabulary lacks."""
    passages: tuple[dict[str, Any], ...] = Field(min_length=1)
    """Claims, each with its place in the document."""
    case_study: dict[str, Any] | None = None
    innovation: dict[str, Any] | None = None
