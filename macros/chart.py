"""Charts: a dataset drawn as SVG at build time by Vega-Lite, readable without scripts.

Colours and fonts are left to the style sheet, so that one drawing serves both colour schemes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from macros.kinds.dataset import Chart
from macros.table import Table

_WIDTH = 560
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


def draw(chart: Chart, table: Table, labels: dict[str, str], cache: Path) -> str:
    """Return the chart of a table as an SVG element; `labels` gives columns' titles.

    Drawings are kept in the folder `cache` under a hash of what they show.
    """
    spec = json.dumps(specification(chart, table, labels), sort_keys=True)
    file = cache / f"{hashlib.sha256(spec.encode()).hexdigest()}.svg"
    if file.is_file():
        svg = file.read_text(encoding="utf-8")
        if svg.startswith("<svg") and svg.endswith("</svg>"):
            return svg
    import vl_convert  # noqa: PLC0415 - costs time and memory, and only a changed chart needs it

    svg = _restyle(vl_convert.vegalite_to_svg(spec))
    cache.mkdir(parents=True, exist_ok=True)
    file.write_text(svg, encoding="utf-8")
    return svg


def rows_of(chart: Chart, table: Table) -> list[dict[str, str]]:
    """Return the rows that the chart shows: those that fit, and have a value."""
    return [
        dict(row)
        for row in table.rows
        if row[chart.value] and all(row[column] == wanted for column, wanted in chart.where)
    ]


def specification(chart: Chart, table: Table, labels: dict[str, str]) -> dict[str, Any]:
    """Return the chart as a Vega-Lite specification: horizontal bars, grouped by series."""
    rows = rows_of(chart, table)
    values = [
        {
            "category": row[chart.category],
            "value": float(row[chart.value]),
            "series": row[chart.series] if chart.series else "",
        }
        for row in rows
    ]
    series = list(dict.fromkeys(value["series"] for value in values))
    category: dict[str, Any] = {
        "field": "category",
        "type": "nominal",
        "sort": list(dict.fromkeys(value["category"] for value in values)),
        "title": None,
        "axis": {"labelLimit": 230, "ticks": False, "domain": False, "labelPadding": 8},
    }
    encoding: dict[str, Any] = {
        "y": category,
        "x": {
            "field": "value",
            "type": "quantitative",
            "title": labels.get(chart.value, chart.value),
            "axis": {"tickCount": 5, "domain": False, "ticks": False},
            "scale": {"domain": [0, 100]} if chart.unit == "percent" else {"zero": True},
        },
    }
    if len(series) > 1:
        encoding["yOffset"] = {"field": "series", "sort": series}
        encoding["color"] = {
            "field": "series",
            "sort": series,
            "scale": {"domain": series, "range": _SERIES[: len(series)]},
            "legend": {"title": None, "orient": "top", "labelLimit": 400, "direction": "vertical"},
        }
    bars: dict[str, Any] = {"mark": {"type": "bar", "color": _SERIES[0]}, "encoding": encoding}
    figures: dict[str, Any] = {
        "mark": {"type": "text", "align": "left", "dx": 4, "color": "#010101"},
        "encoding": {
            **{key: value for key, value in encoding.items() if key != "color"},
            "text": {"field": "value", "type": "quantitative"},
        },
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": values},
        "width": _WIDTH - 240,
        "height": {"step": 22 if len(series) > 1 else 30},
        "layer": [bars, figures],
        "config": {
            "background": None,
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {"labelColor": "#010101", "titleColor": "#020202", "gridColor": "#030303", "labelFontSize": 13, "titleFontSize": 12, "titleFontWeight": "normal"},
            "legend": {"labelColor": "#010101", "labelFontSize": 13},
            "text": {"fontSize": 12},
        },
    }  # fmt: skip


def _restyle(svg: str) -> str:
    for stand_in, name in _STAND_INS.items():
        svg = svg.replace(f'"{stand_in}"', f'"var(--bw-{name})"')
    return svg.replace('font-family="sans-serif"', "").strip()
