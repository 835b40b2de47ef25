"""Comparisons: every field has its words, and empty ones say why."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from macros.comparison import COMPARISONS, comparison_files
from macros.site import load
from tests.projects import ROOT, lay
from tests.test_explorer import VIEWS, page, site  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Page

A = "r=claim:elmton2021/shade-cools"
B = "r=claim:elmton2021/shady-side"
C = "r=recommendation:plant-for-shade"


def words() -> set[str]:
    template = (ROOT / "macros" / "templates" / "compare.html.j2").read_text("utf-8")
    return set(re.findall(r'\("([a-z-]+)", "', template))


def test_every_record_has_a_file_and_every_field_its_words(tmp_path: Path) -> None:
    site = load(lay(tmp_path))  # noqa: F811
    files = {name: json.loads(text) for name, text in comparison_files(site).items()}
    kinds = {name.removeprefix(COMPARISONS).split("/")[0] for name in files}
    assert kinds == {kind for kind in site.base.records if kind != "claim-sheet"} | {"claim"}
    assert f"{COMPARISONS}claim/elmton2021/shade-cools.json" in files
    for record in files.values():
        assert set(record["rows"]) <= words()
        assert record["address"] == site.addresses[record["name"]]
        for row in record["rows"].values():
            assert row in ("not stated", "not applicable") or all(item["t" if "t" in item else "of"] for item in row)


def test_support_and_uses_are_told_with_and_without_our_judgement(tmp_path: Path) -> None:
    rows = json.loads(comparison_files(load(lay(tmp_path)))[f"{COMPARISONS}finding/shade-cools.json"])["rows"]
    assert {item["n"] for item in rows["support"] if item.get("s")} == {0}
    assert all(item.get("j") or item.get("s") for item in rows["support"])
    assert all(item["j"] for item in rows["confidence"])


def opened(page: Page, served: Any, site: Path, query: str) -> Page:  # noqa: F811
    page.goto(f"{served(site)}compare/?{query}")
    page.locator(".bw-compare__need").wait_for(state="hidden")
    return page


def row(page: Page, key: str) -> list[str]:  # noqa: F811
    return page.locator(f"[data-key={key}] td").all_inner_texts()


@pytest.mark.browser
def test_records_stand_side_by_side(page: Page, served: Any, site: Path) -> None:  # noqa: F811
    opened(page, served, site, f"{A}&{B}&{C}")
    page.locator("[data-table]").wait_for()
    assert page.locator(".bw-compare__table thead th").count() == 3
    assert row(page, "numbers") == ["9 °C: Pavements", "Not recorded", "Does not apply to this kind"]
    assert row(page, "voice")[0] == "Does not apply"
    assert "A neighbour" in row(page, "voice")[1]
    assert not page.locator("[data-key=hallmarks]").count(), "rows that none of the kinds has are left out"
    page.get_by_role("link", name="Take out").first.click()
    page.locator("[data-table]").wait_for()
    assert page.locator(".bw-compare__table thead th").count() == 2
    page.go_back()
    page.locator(".bw-compare__table thead th").nth(2).wait_for()


@pytest.mark.browser
def test_our_judgement_can_be_left_out(page: Page, served: Any, site: Path) -> None:  # noqa: F811
    opened(page, served, site, f"{A}&{B}&judgement=stated")
    page.locator("[data-table]").wait_for()
    assert row(page, "themes")[0] == "Only our judgement, left out"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "No record is chosen yet."),
        (A, "One record is chosen."),
        (f"{A}&{B}&r=claim:no/such", "There is no record with this id: claim:no/such"),
        ("r=javascript:alert(1)", "No record is chosen yet."),
    ],
)
def test_too_few_or_unknown_records_are_told(page: Page, served: Any, site: Path, query: str, said: str) -> None:  # noqa: F811
    opened(page, served, site, query)
    page.get_by_text(said).wait_for()
    page.get_by_role("link", name="Choose records in the explorer").click()
    page.locator(".bw-explorer__app:not([aria-busy])").wait_for()


@pytest.mark.browser
def test_a_record_page_leads_to_its_comparison(page: Page, served: Any, site: Path) -> None:  # noqa: F811
    page.goto(f"{served(site)}claims/elmton2021/shade-cools/")
    page.get_by_role("link", name="Compare with other records").click()
    page.get_by_text("One record is chosen.").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_it_says_what_it_needs(page: Page, served: Any, site: Path) -> None:  # noqa: F811
    page.goto(f"{served(site)}compare/?{A}")
    page.get_by_role("link", name="the table of all records").click()
    assert page.get_by_role("link", name="Plant for shade").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("page", VIEWS, indirect=True)
def test_it_is_accessible_and_fits(page: Page, served: Any, site: Path) -> None:  # noqa: F811
    opened(page, served, site, f"{A}&{B}&{C}&r=finding:shade-cools")
    page.locator("[data-table]").wait_for()
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
