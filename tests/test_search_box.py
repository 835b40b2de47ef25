"""Searching in a real browser: the box in the header, the search page, and what both fetch."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

BUDGET = 200_000
"""Bytes that a first search may fetch, compressed."""


@pytest.fixture(scope="module")
def home(tiny: Path, served: Any) -> str:
    return str(served(tiny))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert not faults


def search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    expect(page.locator("[data-find-panel]")).to_be_visible()
    expect(page.locator("[data-find-panel]")).not_to_have_text("Searching …")


def test_results_come_as_one_types_grouped_by_kind(page: Page, home: str) -> None:
    page.goto(home)
    search(page, "pavement")
    panel = page.locator("[data-find-panel]")
    expect(panel.get_by_role("list", name=re.compile("Planting advice"))).to_be_visible()
    expect(panel.locator("mark").first).to_contain_text("pavement", ignore_case=True)
    expect(page.locator("[data-find-status]")).to_contain_text("result")


def test_keys_lead_through_the_results_and_out_again(page: Page, home: str) -> None:
    page.goto(home + "glossary/")
    search(page, "shade")
    page.keyboard.press("ArrowDown")
    first = page.locator("[data-find-panel] a").first
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-find-panel] a").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#bw-find-q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("[data-find-panel]")).to_be_hidden()
    expect(page.locator("#bw-find-q")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('[data-find]')"), "focus is never trapped"


def test_enter_leads_to_a_page_of_its_own(page: Page, home: str) -> None:
    page.goto(home + "claims/oakfield2020/shade-cools-pavement/")
    search(page, "shade")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=shade")
    expect(page.locator(".bw-hit").first).to_be_visible()
    expect(page.locator("#bw-search-q")).to_have_value("shade")


def test_a_result_leads_to_its_section(page: Page, home: str) -> None:
    page.goto(home + "search.html?q=pavement")
    inside = page.locator(".bw-hit__section").first
    target = urlsplit(str(inside.get_attribute("href")))
    assert target.fragment
    inside.click()
    expect(page.locator(f"[id='{target.fragment}']")).to_be_in_viewport()


def test_filters_narrow_with_counts_and_stand_in_the_address(page: Page, home: str) -> None:
    page.goto(home + "search.html?q=shade")
    box = page.get_by_role("checkbox", name=re.compile("Observations"))
    count = int(re.sub(r"\D", "", box.locator("xpath=..").inner_text()))
    box.check()
    page.wait_for_url("**/search.html?q=shade&kind=claim")
    expect(page.get_by_role("heading", level=2)).to_have_text(f"{count} results for “shade”")
    expect(page.locator(".bw-hit")).to_have_count(min(count, 20))
    page.go_back()
    page.wait_for_url("**/search.html?q=shade")
    expect(box).not_to_be_checked()
    page.go_forward()
    expect(box).to_be_checked()
    page.reload()
    expect(page.locator(".bw-hit")).to_have_count(min(count, 20))
    page.get_by_role("link", name=re.compile("Without Kinds")).click()
    page.wait_for_url("**/search.html?q=shade")


def test_terms_of_one_filter_add_and_filters_narrow_each_other(page: Page, home: str) -> None:
    def found(query: str) -> int:
        page.goto(home + "search.html?" + query)
        return int(page.locator("#results", has_text=re.compile(r"^\d")).inner_text().split()[0])

    shade, leaves = found("theme=shade"), found("theme=leaves")
    both = found("theme=shade&theme=leaves")
    assert max(shade, leaves) <= both <= shade + leaves
    assert found("theme=leaves&kind=claim") < leaves


def test_judgement_left_out_leaves_out_what_we_judged(page: Page, home: str) -> None:
    page.goto(home + "search.html?theme=leaves&kind=claim")
    expect(page.locator(".bw-hit")).to_have_count(2)
    page.evaluate(
        "document.documentElement.dataset.judgement = 'stated'; document.dispatchEvent(new Event('bw:judgement'))"
    )
    expect(page.locator(".bw-hit")).to_have_count(1)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("crown", "Canopy"), ("canopies", "Canopy")],
)
def test_other_names_lead_to_what_they_mean(page: Page, home: str, typed: str, found: str) -> None:
    page.goto(home)
    search(page, typed)
    expect(page.locator(".bw-hit__named")).to_contain_text(found)


def test_both_spellings_find_the_same(page: Page, home: str) -> None:
    found = []
    for spelling in ("neighbour", "neighbor"):
        page.goto(home + f"search.html?q={spelling}")
        expect(page.get_by_role("link", name="A neighbour walks on the shady side")).to_be_visible()
        found.append(page.locator(".bw-hit__title").all_inner_texts())
    assert found[0] == found[1]


def test_nothing_found_says_so_and_leads_on(page: Page, home: str) -> None:
    page.goto(home)
    search(page, "canoppy zebra")
    panel = page.locator("[data-find-panel]")
    expect(panel).to_contain_text("does not mean that there is nothing")
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("link", name="Canopy")).to_be_focused()
    page.goto(home + "search.html?q=zebra")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(page.locator("[data-search-sections]")).to_be_visible()


def test_what_is_typed_is_never_markup(page: Page, home: str) -> None:
    page.goto(home + "search.html?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    assert not page.locator("article img").count()


def test_the_key_can_be_turned_off(page: Page, home: str) -> None:
    page.goto(home + "search.html")
    page.get_by_role("checkbox", name=re.compile("Let the key")).uncheck()
    page.goto(home)
    page.keyboard.press("/")
    expect(page.locator("#bw-find-q")).not_to_be_focused()


def test_an_index_that_cannot_be_fetched_is_told_of(page: Page, home: str) -> None:
    page.route("**/pagefind/**", lambda route: route.abort())
    page.goto(home)
    search(page, "shade")
    expect(page.locator("[data-find-panel]")).to_contain_text("could not be loaded")


def test_without_javascript_the_form_leads_to_the_sections(chromium: Browser, home: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(home)
    page.fill("#bw-find-q", "shade")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=shade")
    assert "Searching needs JavaScript" in page.locator("noscript").first.inner_html(), (
        "browsers show it; this one's switch does not"
    )
    expect(page.locator("[data-search-sections]")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(home)
    page.locator("[data-find-open]").click()
    page.wait_for_url("**/search.html")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_axe_finds_nothing_and_nothing_runs_over(
    chromium: Browser, home: str, scheme: Literal["light", "dark"], width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(home + "glossary/")
    search(page, "shade")
    for address in ("", "search.html?q=shade&theme=shade", "search.html?q=zebra", "search.html"):
        if address:
            page.goto(home + address)
            expect(page.locator("[data-search-results] h2")).to_be_visible()
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert not found.response["violations"], found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


@pytest.mark.parametrize("query", ["reverse innovation", "mutual learning hospitals", "low income countries"])
def test_a_first_search_is_small_and_nothing_is_fetched_before(
    chromium: Browser, flagship: Path, served: Any, query: str
) -> None:
    home = served(flagship)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(home + "about/")
    page.wait_for_load_state("networkidle")
    before = [urlsplit(url).path for url in fetched]
    assert not [path for path in before if "pagefind" in path or path.endswith(("search.js", "search.json"))]
    fetched.clear()
    search(page, query)
    expect(page.locator("[data-find-panel] .bw-hit").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(home) for url in fetched), "no request leaves the site"
    paths = {urlsplit(url.removeprefix(home)).path for url in fetched}
    sizes = {path: _compressed(flagship / path) for path in paths}
    print(f"first search: {sum(sizes.values()):,} bytes in {len(fetched)} requests")
    assert sum(sizes.values()) <= BUDGET, sizes
    context.close()


def _compressed(file: Path) -> int:
    content = file.read_bytes()
    return min(len(content), len(gzip.compress(content)))
