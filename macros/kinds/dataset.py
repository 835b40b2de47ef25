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


class Steps(Model):
    """How the dataset is drawn as a run of steps, each counted among those that took the step before."""

    step: Slug
    """Column that names the step; rows of the same step are figures that compete."""
    place: Slug
    """Column that tells the rows of a step apart, such as where each is printed."""
    value: Slug
    """Column of the count; empty where the source gives none."""
    of: Slug
    """Column of what the count is out of; empty where that is not stated."""
    at_least: Slug
    """Column of the share of `of` that words such as “just over a half” come to at the least, as we read them."""
    at_most: Slug
    """The same at the most."""
    printed: Slug
    """Column of the figure as the source words it."""
    note: Slug
    """Column of a remark of ours on what the figure leaves open."""
    title: Line
    description: Prose
    """What a reader who cannot see the figure should know."""


class Dataset(Record):
    kind: ClassVar[str] = "dataset"

    source: Annotated[str, Ref("source")]
    description: Prose
    locator: Locator
    file: Line
    """Name of the CSV file beside this record."""
    columns: tuple[Column, ...] = Field(min_length=1)
    charts: tuple[Chart, ...] = ()
    steps: Steps | None = None
    notes: Prose | None = None
