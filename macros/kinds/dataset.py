"""Datasets: a CSV file with a table schema, after Frictionless Data Package."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from macros.fields import Line, Model, Prose, Ref, Slug, Term
from macros.kinds.common import Locator, Record


class Column(Model):
    name: Slug
    title: Line
    type: Annotated[str, Term("column-types")]
    description: Line
    unit: Annotated[str, Term("units")] | None = None


class Chart(Model):
    """How the dataset is drawn; left out where a table says it better."""

    category: Slug
    """Column whose values are the rows of the chart."""
    value: Slug
    series: Slug | None = None
    title: Line
    description: Prose
    """What a reader who cannot see the chart should know."""
    where: tuple[tuple[Slug, Line], ...] = ()
    """Only the rows in which these columns hold these values."""
    unit: Annotated[str, Term("units")]


class Dataset(Record):
    kind: ClassVar[str] = "dataset"

    source: Annotated[str, Ref("source")]
    description: Prose
    locator: Locator
    file: Line
    """Name of the CSV file beside this record."""
    columns: tuple[Column, ...] = Field(min_length=1)
    charts: tuple[Chart, ...] = ()
    notes: Prose | None = None
