"""Embeds: what another site gets by pasting the code, framed by a page of another origin in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from selectolax.lexbor import LexborHTMLParser

from macros.author import Author, Misuse
from macros.embeds import embed_files
from macros.imprint import Imprint
from macros.site import load
from tests import browser, html
from tests.projects import ROOT, builds, edit, lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

HOME = "https://trees.example/shade/"
IMPRINT = Imprint("Shade", HOME, "Nobody needs a licence.", "en")
OFFERING = {
    "recommendations/plant-for-shade/": ("embed/recommendations/plant-for-shade/", "Plant for shade (Shade)"),
    "evidence/map/": ("embed/evidence/map/", "Who learns (Shade)"),
}
"""Pages with one offer each, where it leads, and what the frame is called."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny topic, built by somebody who knows where it will be."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SITE_URL", HOME)
        return builds(lay(tmp_path_factory.mktemp("embeds"), pages=True))


def codes(page: LexborHTMLParser) -> list[LexborHTMLParser]:
    """Return the frames that a page offers, as the site that pastes their code reads them."""
    return [LexborHTMLParser(code.text()) for code in page.css(".bw-embed code")]


def test_every_code_frames_a_page_that_is_there_and_says_where_it_comes_from(site: Path) -> None:
    found = dict(html.pages(site))
    offered = 0
    for page in found.values():
        for code in codes(page):
            offered += 1
            frame = html.one(code, "iframe")
            assert set(frame.attributes) == {"src", "title", "width", "height", "loading", "style"}
            assert frame.attributes["width"] == "100%"
            assert frame.attributes["loading"] == "lazy"
            assert int(frame.attributes["height"] or 0) >= 300
            address = (frame.attributes["src"] or "").removeprefix(HOME)
            shown = found[address]
            title = html.one(shown, "title").text()
            assert frame.attributes["title"] == f"{title.removesuffix(' · Shade')} (Shade)"
            assert html.one(shown, "html").attributes["lang"] == "en"
            assert shown.css("h1, h2, h3")[0].tag == "h1"
            assert len(shown.css("h1")) == 1
            assert html.one(shown, "meta[name=robots]").attributes["content"] == "noindex"
            canonical = html.one(shown, "link[rel=canonical]").attributes["href"] or ""
            assert canonical.removeprefix(HOME) in found
            back = {urljoin(HOME + address, link.attributes["href"] or "").partition("#")[0] for link in shown.css("a")}
            assert {HOME, canonical} <= {link.partition("?")[0] for link in back}
            words = " ".join(html.text(shown).split())
            assert "Last changed 22 November 2026 ." in words
            assert "Nobody needs a licence for what is made up." in words
            assert "Links open in a new tab." in words
            assert not shown.css("header, nav, form, [data-pagefind-body], .bw-embed")
    assert offered >= len(OFFERING) + 2, "charts and steps are offered too"
    assert html.broken_links(site) == []


def test_frames_are_neither_searched_nor_listed(site: Path) -> None:
    assert "embed/" not in (site / "sitemap.xml").read_text("utf-8")
    assert "embed/" not in (site / "pagefind" / "pages.json").read_text("utf-8")


def test_what_a_record_says_is_text_in_the_card_and_in_its_code(tmp_path: Path) -> None:
    hostile = '"><script>alert(1)</script> & <b>bold</b> {{ 7 }}'
    root = lay(tmp_path)
    edit(
        root / "evidence/recommendations/plant-for-shade.yaml",
        {
            "title: Plant for shade": f"title: {json.dumps(hostile)}",
            "status: published": "status: withdrawn\nwithdrawn: {date: 2026-11-22, reason: Trees fell.}",
        },
    )
    loaded = load(root)
    (card,) = [
        LexborHTMLParser(text)
        for address, text in embed_files(loaded, IMPRINT).items()
        if address == "embed/recommendations/plant-for-shade/index.html"
    ]
    assert html.one(card, "h1").text() == hostile
    assert {node.attributes.get("src") for node in card.css("script")} == {"../../../assets/js/embed.js"}
    assert "Withdrawn on 22 November 2026" in html.one(card, ".bw-note--withdrawn").text()
    from macros.pages import pages

    body = next(page.body for page in pages(loaded, IMPRINT) if page.address == "recommendations/plant-for-shade/")
    (code,) = codes(LexborHTMLParser(body))
    assert html.one(code, "iframe").attributes["title"] == f"{hostile} (Shade)"
    assert not code.css("script, b")


def test_nothing_is_offered_where_nobody_has_said_where_the_site_is(tiny: Path) -> None:
    assert not (tiny / "embed").exists()
    found = dict(html.pages(tiny))
    assert not [address for address, page in found.items() if page.css_first(".bw-embed")]
    assert "offers none" in html.text(found["methods/changes/"])
    assert embed_files(load(ROOT), Imprint("Both Ways")) == {}


def test_a_slip_in_the_call_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misuse) as told:
        Author(load(lay(tmp_path)), "evidence/map/", IMPRINT).embed_map("learning: directoins by levels")
    assert "directions" in told.value.suggestion


def test_without_records_there_is_nothing_to_frame(tmp_path: Path) -> None:
    empty = load(tmp_path)
    assert embed_files(empty, IMPRINT) == {}
    assert str(Author(empty, "evidence/map/", IMPRINT).embed_map("")) == ""


def test_the_flagships_frames_are_light() -> None:
    for address, text in embed_files(load(ROOT), IMPRINT).items():
        assert len(text) < 60_000, address
        assert text.count("<script") == 1


# In a browser -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(site: Path, served: Any) -> str:
    return str(served(site))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Another site, on another port, and its folder."""
    folder = tmp_path / "host"
    folder.mkdir()
    with browser.served(folder, "blog") as address:
        yield folder, address


def framed(page: Page, site: Path, home: str, host: tuple[Path, str], address: str, scheme: str = "") -> Frame:
    """Open a page of another site into which the code was pasted, and return the frame."""
    (code,) = dict(html.pages(site))[address].css(".bw-embed code")
    pasted = code.text().replace(HOME, home)
    source = OFFERING[address][0]
    if scheme:
        pasted = pasted.replace(f'{source}"', f'{source}?scheme={scheme}"')
    folder, elsewhere = host
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Another site</title><link rel="icon" href="data:,">'
        f'<meta name="viewport" content="width=device-width"></head><body><main><h1>Another site</h1>{pasted}</main></body></html>',
        "utf-8",
    )
    page.goto(elsewhere)
    page.wait_for_load_state("networkidle")
    frame = next(frame for frame in page.frames if frame.url.startswith(home))
    frame.locator("footer").wait_for()
    return frame


def paper(frame: Frame) -> int:
    """Return how light the frame's ground is, from 0 to 255."""
    colour = frame.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return int(colour.removeprefix("rgb(").partition(",")[0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1024])
@pytest.mark.parametrize("address", OFFERING)
def test_another_sites_reader_sees_it_whole(
    chromium: Browser, site: Path, home: str, host: tuple[Path, str], address: str, width: int, scheme: Any
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    own = (home, host[1])
    page.on("request", lambda asked: None if asked.url.startswith(own) else told.append(asked.url))
    frame = framed(page, site, home, host, address)
    element = frame.frame_element()
    assert element.get_attribute("title") == OFFERING[address][1]
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (paper(frame) < 100) is (scheme == "dark")
    assert told == []
    page.goto(frame.url)
    assert Axe().run(page).response["violations"] == []
    context.close()


@pytest.mark.parametrize(("device", "asked"), [("light", "dark"), ("dark", "light")])
def test_the_other_site_may_choose_the_colours(
    chromium: Browser, site: Path, home: str, host: tuple[Path, str], device: Any, asked: str
) -> None:
    context = chromium.new_context(color_scheme=device)
    frame = framed(context.new_page(), site, home, host, "recommendations/plant-for-shade/", asked)
    assert (paper(frame) < 100) is (asked == "dark")
    context.close()


def test_links_leave_the_frame(chromium: Browser, site: Path, home: str, host: tuple[Path, str]) -> None:
    context = chromium.new_context()
    page = context.new_page()
    frame = framed(page, site, home, host, "recommendations/plant-for-shade/")
    with page.expect_popup() as opened:
        frame.get_by_role("link", name="Plant for shade").click()
    assert opened.value.url == f"{home}recommendations/plant-for-shade/"
    assert frame.url == f"{home}embed/recommendations/plant-for-shade/"
    context.close()


def test_the_code_is_copied_by_a_button(chromium: Browser, site: Path, home: str) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{home}recommendations/plant-for-shade/")
    page.get_by_text("Embed this").click()
    page.get_by_role("button", name="Copy the code").click()
    page.get_by_role("status").filter(has_text="Copied").wait_for()
    code = page.locator(".bw-embed code").text_content()
    assert page.evaluate("navigator.clipboard.readText()") == code
    assert Axe().run(page).response["violations"] == []
    context.close()


def test_without_scripts_the_code_can_be_taken_by_hand(chromium: Browser, site: Path, home: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{home}recommendations/plant-for-shade/")
    page.get_by_text("Embed this").click()
    assert page.locator(".bw-embed code").is_visible()
    assert not page.get_by_role("button", name="Copy the code").is_visible()
    context.close()
