"""Charts: a dataset drawn as SVG at build time by Vega-Lite, readable without scripts.

Colours and fonts are left to the style sheet, so that one drawing serves both colour schemes.
Each chart is drawn twice, for wide columns and for phones; the style sheet shows the one that fits.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from macros.kinds.dataset import Chart
from macros.table import Table

_STAND_INS = {
    "#010101": "ink",
    "#020202": "ink-2",
    "#030303": "line",
    "#040404": "chart-1",
    "#050505": "chart-2",
    "#060606": "chart-3",
    "#070707": "chart-4",
}
_SERIES = ["#040404", "#050505", "#060606", "#070707"]
_OUTLINED = _SERIES[2:]
"""Series that are told apart by an outline too, because no more than two colours keep apart from each other and the paper."""
_NO_FIGURE = "no figure"
_SPARE = re.compile(r' (?:role|class|aria-[a-z]+|font-family|pointer-events)="[^"<>]*"')
"""What the drawing library adds for scripts; what a drawing shows is said around it."""
_EDITION = "2"
"""Changed whenever the same specification is to be drawn differently."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, with its figure as it is written beside it."""

    category: str
    series: str
    value: str
    shown: str


@dataclass(frozen=True, slots=True)
class _Form:
    """How wide a drawing is, and where its labels stand."""

    bars: int
    labels: int
    """Characters in a line of a label."""
    above: bool
    """Labels stand above their bars, not beside them."""


_FORMS = {"wide": _Form(bars=370, labels=22, above=False), "narrow": _Form(bars=200, labels=27, above=True)}


def rows_of(chart: Chart, table: Table) -> list[dict[str, str]]:
    """Return the rows that the chart shows: those that fit, and have a value."""
    return [
        dict(row)
        for row in table.rows
        if row[chart.value] and all(row[column] == wanted for column, wanted in chart.where)
    ]


def draw(bars: Sequence[Bar], title: str, *, percent: bool, cache: Path) -> dict[str, str]:
    """Return a chart as SVG elements by form, `wide` and `narrow`; `title` is the axis's.

    Drawings are kept in the folder `cache` under a hash of what they show.
    """
    return {form: _drawn(specification(bars, title, percent=percent, form=form), cache) for form in _FORMS}


def _drawn(specified: dict[str, Any], cache: Path) -> str:
    spec = json.dumps(specified, sort_keys=True)
    name = hashlib.sha256((_EDITION + spec).encode()).hexdigest()
    file = cache / f"{name}.svg"
    if file.is_file():
        svg = file.read_text(encoding="utf-8")
        if svg.startswith("<svg") and svg.endswith("</svg>"):
            return svg
    import vl_convert  # noqa: PLC0415 - costs time and memory, and only a changed chart needs it

    svg = _restyle(vl_convert.vegalite_to_svg(spec))
    cache.mkdir(parents=True, exist_ok=True)
    file.write_text(svg, encoding="utf-8")
    return svg


def specification(bars: Sequence[Bar], title: str, *, percent: bool, form: str = "wide") -> dict[str, Any]:
    """Return a chart as a Vega-Lite specification: horizontal bars, grouped by series.

    Where one series has no figure for a category that another has, the chart says so: a gap would read as nought.
    """
    how = _FORMS[form]
    categories = list(dict.fromkeys(bar.category for bar in bars))
    series = list(dict.fromkeys(bar.series for bar in bars))
    given = {(bar.category, bar.series) for bar in bars}
    wrapped = {category: "\n".join(textwrap.wrap(category, how.labels)) for category in categories}
    values: list[dict[str, Any]] = [
        {"category": wrapped[bar.category], "series": bar.series, "value": float(bar.value), "shown": bar.shown}
        for bar in bars
    ]
    values += [
        {"category": wrapped[category], "series": one, "value": 0, "shown": _NO_FIGURE}
        for category in categories
        for one in series
        if (category, one) not in given
    ]
    encoding: dict[str, Any] = {
        "x": {
            "field": "value",
            "type": "quantitative",
            "title": title,
            "axis": {"tickCount": 4, "domain": False, "ticks": False},
            "scale": {"domain": [0, 100]} if percent else {"zero": True},
        }
    }
    rows = "series" if how.above else "category"
    encoding["y"] = {
        "field": rows,
        "type": "nominal",
        "sort": series if how.above else list(wrapped.values()),
        "title": None,
    }
    encoding["y"]["axis"] = None if how.above else _axis()
    if len(series) > 1:
        if not how.above:
            encoding["yOffset"] = {"field": "series", "sort": series}
        encoding["color"] = {
            "field": "series",
            "sort": series,
            "scale": {"domain": series, "range": _SERIES[: len(series)]},
            "legend": {
                "title": None,
                "orient": "top",
                "labelLimit": 0,
                "direction": "vertical",
                "symbolType": "square",
            },
        }
    figures = {key: value for key, value in encoding.items() if key != "color"} | {"text": {"field": "shown"}}
    layers = {
        "layer": [
            {"mark": {"type": "bar", "color": _SERIES[0]}, "encoding": encoding},
            {"mark": {"type": "text", "align": "left", "dx": 5, "color": "#010101"}, "encoding": figures},
        ],
        "width": how.bars,
        "height": {
            "step": _step(
                len(series), 1 if how.above else max((w.count("\n") + 1 for w in wrapped.values()), default=1)
            )
        },
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": values},
        **(_rows_below_labels(layers, list(wrapped.values())) if how.above else layers),
        # Readers' fonts may run wider than the one that is measured here.
        "padding": {"left": 5 if how.above else 22, "right": 12, "top": 5, "bottom": 5},
        "config": {
            "aria": False,
            "background": None,
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {"labelColor": "#010101", "titleColor": "#020202", "gridColor": "#030303", "labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal"},
            "legend": {"labelColor": "#010101", "labelFontSize": 13, "symbolSize": 160},
            "text": {"fontSize": 13},
            "header": {"labelColor": "#010101", "labelFontSize": 13},
        },
    }  # fmt: skip


def _step(series: int, lines: int) -> float:
    """Return the height of a bar, so that the lines of a label beside its bars have room."""
    return max(20, (17 * lines + 8) / series)


def _axis() -> dict[str, Any]:
    lines = "split(datum.label, '\\n')"
    return {"labelExpr": lines, "labelLimit": 0, "ticks": False, "domain": False, "labelPadding": 8}


def _rows_below_labels(layers: dict[str, Any], categories: list[str]) -> dict[str, Any]:
    header = {
        "title": None,
        "labelExpr": "split(datum.label, '\\n')",
        "labelOrient": "top",
        "labelAnchor": "start",
        "labelAlign": "left",
        "labelLimit": 0,
        "labelPadding": 2,
    }
    row = {"field": "category", "type": "nominal", "sort": categories, "header": header}
    return {"facet": {"row": row}, "spec": layers, "spacing": 10}


def _restyle(svg: str) -> str:
    for colour in _OUTLINED:
        svg = svg.replace(f'fill="{colour}"', f'fill="{colour}" stroke="#010101"')
    for stand_in, name in _STAND_INS.items():
        svg = svg.replace(f'"{stand_in}"', f'"var(--bw-{name})"')
    return _SPARE.sub("", svg).replace("<path/>", "").strip()
