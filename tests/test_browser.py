"""The built site in a real Chromium: what everybody can read, operate and print, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from macros.address import addresses
from macros.check import check
from tests.browser import watch
from tests.projects import ROOT

NARROW, WIDE = {"width": 320, "height": 700}, {"width": 1280, "height": 900}


def chosen() -> list[str]:
    """Return home, every page that people write, and one page of each kind of record."""
    written = sorted(file.relative_to(ROOT / "docs").as_posix() for file in (ROOT / "docs").rglob("*.md"))
    pages = [name.removesuffix(".md").removesuffix("index") for name in written]
    kinds: dict[str, str] = {}
    for name, address in addresses(check(ROOT)[0]).items():
        if "#" not in address:
            kinds.setdefault(name.partition(":")[0], address)
    return [f"{page}/" if page and not page.endswith("/") else page for page in pages] + list(kinds.values())


CHOSEN = chosen()
FEWER = [
    address
    for address in CHOSEN
    if address.count("/") != 2 or not (ROOT / "docs" / f"{address.rstrip('/')}.md").is_file()
]
"""Without the pages inside sections, which are like the sections' own."""


@pytest.fixture(scope="module")
def home(flagship: Path, served: Callable[[Path], str]) -> str:
    return served(flagship)


@pytest.fixture(scope="module")
def light(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(color_scheme="light", viewport=WIDE)  # type: ignore[arg-type]
    yield page
    page.close()


@pytest.fixture(scope="module")
def dark(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(color_scheme="dark", viewport=WIDE)  # type: ignore[arg-type]
    yield page
    page.close()


def violations(page: Page, *rules: str) -> list[str]:
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    return [
        f"{found['id']}: {node['target']}: {node['failureSummary']}"
        for found in Axe().run(page, options=options).response["violations"]
        for node in found["nodes"][:3]
    ]


@pytest.mark.parametrize("address", CHOSEN)
def test_pages_are_accessible_and_keep_to_themselves(address: str, home: str, light: Page) -> None:
    told: list[str] = []
    watch(light, home, told)
    light.goto(home + address)
    assert violations(light) == []
    assert told == []


@pytest.mark.parametrize("address", FEWER)
def test_pages_can_be_read_in_the_dark_and_on_a_phone(address: str, home: str, dark: Page) -> None:
    dark.set_viewport_size(NARROW)  # type: ignore[arg-type]
    dark.goto(home + address)
    background = dark.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in background.strip("rgba()").split(",")[:3]) < 200, f"{background} is not dark"
    assert dark.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert violations(dark, "color-contrast", "target-size", "scrollable-region-focusable") == []


# Popovers ----------------------------------------------------------------------------------------


def test_a_preview_opens_from_the_keyboard_and_closes_by_escape(home: str, light: Page) -> None:
    light.goto(home)
    button = light.locator("button.bw-value").first
    panel = light.locator(f"#{button.get_attribute('popovertarget')}")
    assert not panel.is_visible()
    button.focus()
    light.keyboard.press("Enter")
    assert panel.is_visible()
    light.keyboard.press("Tab")
    assert panel.evaluate("panel => panel.contains(document.activeElement)"), "its links come next"
    light.keyboard.press("Escape")
    assert not panel.is_visible()
    assert button.evaluate("button => button === document.activeElement"), "the focus is back where it was"


def test_an_open_preview_stays_on_the_screen_of_a_phone(chromium: Browser, home: str) -> None:
    page = chromium.new_page(viewport=NARROW)  # type: ignore[arg-type]
    page.goto(home)
    button = page.locator("button.bw-value").first
    button.click()
    box = page.locator(f"#{button.get_attribute('popovertarget')}").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.close()


def test_the_first_tab_skips_to_the_content(home: str, light: Page) -> None:
    light.goto(home)
    light.keyboard.press("Tab")
    assert light.evaluate("document.activeElement.textContent") == "Skip to content"
    light.keyboard.press("Enter")
    assert light.evaluate("document.activeElement.id") == "content"


def test_colours_follow_the_device_until_chosen_and_the_choice_is_kept(chromium: Browser, home: str) -> None:
    page = chromium.new_page(color_scheme="dark")
    page.goto(home)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(ground)
    button = page.locator(".bw-scheme")
    assert "follow your device" in (button.get_attribute("aria-label") or "")
    button.press("Enter")
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == light
    button.click()
    assert page.evaluate(ground) == dark
    assert "Dark colours" in (button.get_attribute("aria-label") or "")
    button.click()
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) == light, "the device decides again"
    page.close()


def test_a_link_into_something_folded_opens_it(chromium: Browser, home: str) -> None:
    page = chromium.new_page()
    page.goto(home + "explorer/")
    page.evaluate(
        """() => { const outer = document.createElement("details");
        outer.innerHTML = "<summary>x</summary><details><summary>y</summary><p id='deep'>z</p></details>";
        document.querySelector("article").append(outer); }"""
    )
    page.evaluate("location.hash = '#deep'")
    page.locator("#deep").wait_for(state="visible")
    page.evaluate("location.hash = '#%E0%A4%A'")
    page.close()


# What gets into a page is not run -----------------------------------------------------------------


def test_no_page_holds_a_script_of_its_own(flagship: Path) -> None:
    """Every script is a file of the site's, so that the policy can refuse all others."""
    for file in flagship.rglob("*.html"):
        for opening in re.findall(r"<script[^>]*>", file.read_text(encoding="utf-8")):
            assert "src=" in opening or "json" in opening, f"{file}: {opening}"


def test_a_script_that_gets_into_a_page_is_refused(chromium: Browser, home: str) -> None:
    page = chromium.new_page()
    page.route(
        "**/about/",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace(
                "</article>", "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'></article>"
            ),
        ),
    )
    page.goto(home + "about/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.ran") is None
    page.close()


# Without scripts ---------------------------------------------------------------------------------


def test_pages_say_the_same_without_scripts(chromium: Browser, home: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for address in FEWER:
        page.goto(home + address)
        article = page.locator("article").first
        assert article.is_visible(), address
        assert len(article.inner_text()) > 80, address
    page.goto(home)
    button = page.locator("button.bw-value").first
    button.click()
    assert page.locator(f"#{button.get_attribute('popovertarget')}").is_visible(), "previews need no script"
    context.close()


@pytest.mark.parametrize(("address", "script"), [("explorer/", "explorer.js"), ("evidence/map/", "evidence-map.js")])
def test_an_instrument_whose_script_is_not_to_be_had_is_a_table(
    chromium: Browser, home: str, address: str, script: str
) -> None:
    page = chromium.new_page()
    page.route(f"**/{script}", lambda route: route.abort())
    page.goto(home + address)
    page.wait_for_function("document.documentElement.classList.contains('no-js')")
    assert page.locator("article table:visible").count()
    assert not page.locator(".bw-explorer__app, .bw-map__choose").first.is_visible()
    page.close()


# On paper ----------------------------------------------------------------------------------------


def test_paper_shows_where_links_lead_and_no_furniture(chromium: Browser, home: str) -> None:
    page = chromium.new_page(color_scheme="dark")
    page.goto(home + next(address for address in CHOSEN if address.startswith("sources/")))
    page.emulate_media(media="print", color_scheme="dark")
    link = page.locator('article a.bw-button[href^="http"]').first
    assert link.count(), "a source's page leads to the source"
    shown = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert (link.get_attribute("href") or "") in shown
    for furniture in ("header.bw-header", "nav.bw-menu", "nav.bw-turn", "nav.bw-contents"):
        for each in page.locator(furniture).all():
            assert not each.is_visible(), furniture
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), "ink is dear, whatever the screen's colours"
    page.close()
