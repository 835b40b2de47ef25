"""Figures: charts, steps, the map of countries, and paths whose origins can be hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from macros.atlas import Box, atlas, place
from macros.chart import Bar, specification
from macros.countries import countries, income_group, unnamed
from macros.kinds.dataset import Steps
from macros.path import split_places
from macros.site import Site, load
from macros.steps import steps
from macros.table import Table
from macros.worldmap import world_map
from tests.html import one, pages
from tests.projects import ROOT

COLUMNS = ("step", "place", "value", "of", "at_least", "at_most", "printed", "note")
HOW = Steps(**{name: name.replace("_", "-") for name in COLUMNS}, title="Fewer and fewer", description="Told.")


@pytest.fixture(scope="module")
def site() -> Site:
    return load(ROOT)


def table(text: str) -> Table:
    rows = list(csv.DictReader(io.StringIO(text)))
    return Table((), tuple(rows), tuple(range(2, len(rows) + 2)))


# Charts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_a_gap_in_a_series_is_said_and_no_label_is_cut(form: str) -> None:
    bars = [Bar("A long name of a thing that is counted", "One", "3", "3"), Bar("Short", "Two", "4", "4‡")]
    found = specification(bars, "Count", percent=False, form=form)
    shown = {(v["category"].replace("\n", " "), v["series"]): v["shown"] for v in found["data"]["values"]}
    assert shown["Short", "One"] == shown["A long name of a thing that is counted", "Two"] == "no figure"
    assert shown["Short", "Two"] == "4‡"
    assert "'labelLimit': 0" in str(found)


def test_every_chart_has_its_table_source_and_file(flagship: Path) -> None:
    drawn = 0
    for address, page in pages(flagship):
        for figure in page.css("figure.bw-chart:not(.bw-atlas)"):
            drawn += 1
            assert figure.css_first("figcaption") is not None, address
            for link in figure.css("a[download]"):
                target = (flagship / address / (link.attributes["href"] or "")).resolve()
                assert target.is_file(), f"{address}: {target}"
            for svg in figure.css(".bw-chart__drawing"):
                assert svg.attributes["role"] == "img", address
                assert svg.attributes["aria-label"], address
                assert "#010101" not in (svg.html or ""), "colours come from the style sheet"
    assert drawn > 5


def test_each_dataset_is_published_as_it_is(flagship: Path) -> None:
    files = sorted((ROOT / "evidence" / "datasets").glob("*.csv"))
    assert files
    for file in files:
        assert (flagship / "datasets" / file.name).read_bytes() == file.read_bytes()


# Steps ---------------------------------------------------------------------------------------


def test_steps_are_drawn_to_one_scale_and_words_as_a_range() -> None:
    found = steps(
        HOW,
        table(
            "step,place,value,of,at-least,at-most,printed,note\n"
            "All,Text,200,,,,200,\nLeft,Text,100,200,,,100 of 200,\nLeft,Abstract,110,,,,110,\n"
            "Last,Text,,100,0.5,1,most of them,\nNone,Text,,,0.5,1,most,\n"
        ),
    )
    assert [(step.name, len(step.counts)) for step in found] == [("All", 1), ("Left", 2), ("Last", 1), ("None", 1)]
    first, rival = found[1].counts
    assert (first.length, first.whole, first.reading) == (50, 100, None)
    assert rival.length == 55
    assert (found[2].counts[0].length, found[2].counts[0].reading) == (None, (25, 50))
    assert found[3].counts[0].reading is None, "words of nothing cannot be drawn"


def test_a_step_in_words_stays_in_words(flagship: Path) -> None:
    page = next(page for address, page in pages(flagship) if address == "datasets/survivorship/")
    rows = page.css(".bw-step")
    tried = next(row for row in rows if "Tried" in row.text())
    assert "just over a half" in tried.text()
    assert one(page, ".bw-step__reading").parent is not None
    assert tried.css_first("[data-when=all] .bw-step__reading") is not None, "the range is our reading"
    for count in page.css(".bw-step__count"):
        link = count.css_first(".bw-step__figure a")
        assert link is not None
        assert "claims/" in (link.attributes["href"] or "")
    answered = next(row for row in rows if row.text().startswith("Answered"))
    assert {"31 of 114", "n = 34"} <= {a.text().partition(":")[0] for a in answered.css(".bw-step__figure a")}
    assert answered.css_first("a[href*='discrepancies/kulasabanathan2017-number-of-responses']") is not None


# Countries -----------------------------------------------------------------------------------


def test_every_record_of_a_country_is_counted_once(site: Site) -> None:
    named = countries(site.base, site.units)
    assert named
    for one_ in named:
        names = [naming.name for found in one_.namings.values() for naming in found]
        assert len(names) == len(set(names)) == one_.records
    assert not {one_.country.id for one_ in named} & {concept.id for concept in unnamed(site.base, named)}


def test_the_income_group_is_that_of_the_year(site: Site) -> None:
    ghana = site.base.concept("countries", "gh")
    assert (income_group(ghana, 2010), income_group(ghana, 2011), income_group(ghana, 1900)) == (
        "low",
        "lower-middle",
        "",
    )


def test_no_label_covers_another(site: Site) -> None:
    drawn = world_map(countries(site.base, site.units))
    assert not drawn.missing
    for drawing in drawn.drawings:
        for (_, a), (_, b) in combinations(drawing.labels, 2):
            assert not a.box.meets(b.box), (drawing.form, a.text, b.text)
        for _, label in drawing.labels:
            assert label.box.left >= 0
            assert label.box.left + label.box.width <= drawing.width


def test_crowded_labels_find_room() -> None:
    crowd = [(str(n), f"Place {n}", (100.0 + n, 100.0 + n % 3)) for n in range(12)]
    labels = place(crowd, Box(0, 0, 300, 200), letter=6, height=14)
    assert [label.key for label in labels] == [key for key, _, _ in crowd]
    assert not any(a.box.meets(b.box) for a, b in combinations(labels, 2))


def test_no_outline_runs_over_the_map() -> None:
    world = atlas()
    for code, (x, y) in world.centres.items():
        assert 0 <= x <= world.frame.width, code
        assert 0 <= y <= world.frame.height, code
    assert len(world.paths) > 150
    assert "GB" in world.paths


# Paths ---------------------------------------------------------------------------------------


def test_names_of_countries_are_found_in_a_title(site: Site) -> None:
    assert split_places(site.base, "Seen in Tanzania first") == [
        ("Seen in ", False),
        ("Tanzania", True),
        (" first", False),
    ]
    assert split_places(site.base, "Nowhere") == [("Nowhere", False)]


def shown(page: Page, selector: str) -> int:
    return page.locator(f"{selector}:visible").count()


@pytest.mark.parametrize("scripts", [True, False])
def test_origins_can_be_hidden_and_shown_one_by_one(
    flagship: Path, served: Callable[[Path], str], chromium: Browser, scripts: bool
) -> None:
    page = chromium.new_page(java_script_enabled=scripts)
    page.goto(served(flagship) + "innovations/")
    rows = page.locator(".bw-origin").count()
    assert shown(page, ".bw-origin__text") == rows
    assert shown(page, ".bw-origin__show") == 0
    page.locator("[data-paths-hide]").focus()
    page.keyboard.press("Space")
    assert shown(page, ".bw-origin__text") == 0
    assert shown(page, ".bw-paths__place") == 0
    assert shown(page, ".bw-paths ~ .bw-list") == 0
    page.locator(".bw-origin__show input").last.check()
    assert shown(page, ".bw-origin__text") == 1
    if scripts:
        assert page.url.endswith("?origins=hidden")
        page.reload()
        assert shown(page, ".bw-origin__text") == 0
        page.locator("[data-paths-hide]").uncheck()
        assert "origins" not in page.url
        assert shown(page, ".bw-origin__text") == rows
    page.close()


@pytest.mark.parametrize("width", [320, 1440])
def test_figures_fit_and_show_one_drawing(
    flagship: Path, served: Callable[[Path], str], chromium: Browser, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    for address in ("evidence/", "evidence/countries/"):
        page.goto(served(flagship) + address)
        for figure in page.locator("figure.bw-chart:has(.bw-chart__drawing)").all():
            assert figure.locator(".bw-chart__drawing:visible").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()
