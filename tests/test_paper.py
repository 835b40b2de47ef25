"""Paper: what is printed is whole, says where it came from, and where its links lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from macros.paper import with_addresses

RECORDS = {"claims/a/b/", "sources/a/", "findings/x/"}


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ('<a href="../../claims/a/b/">x</a>', '<a data-at="claims/a/b/" href="../../claims/a/b/">x</a>'),
        ('<a class="y" href="../../sources/a/#part">x</a>', '<a data-at="sources/a/" class="y" href="../../sources/a/#part">x</a>'),
        ('<a href="https://x.example/p?a=1&amp;b#:~:text=w">x</a>', '<a data-at="https://x.example/p?a=1&amp;b" href="https://x.example/p?a=1&amp;b#:~:text=w">x</a>'),
        ('<a href="https://x.example/">x</a>', None),
        ('<a href="#here">x</a>', None),
        ('<a href="./">itself</a>', None),
        ('<a href="../../glossary/">no record</a>', None),
        ('<a href="../../explorer/?r=1">x</a>', None),
        ('<a id="x">no link</a>', None),
        ('<abbr href="../../claims/a/b/">x</abbr>', None),
        ('<span popover id="p"><span class="t"><a href="../../claims/a/b/">x</a></span></span>', None),
    ],
)  # fmt: skip
def test_links_to_records_say_where_they_lead(written: str, marked: str | None) -> None:
    assert with_addresses(written, "findings/x/", RECORDS) == (marked or written)


def test_an_address_is_printed_once() -> None:
    link = '<a href="../../claims/a/b/">x</a>'
    preview = f'<span popover id="p"><span class="t">{link}</span></span>'
    assert with_addresses(preview + link + link, "findings/x/", RECORDS).count("data-at") == 1


# In a browser ---------------------------------------------------------------------------------------

KINDS = (
    "recommendations", "principles", "findings", "claims", "sources", "case-studies", "innovations", "guidance",
    "discrepancies", "searches", "datasets", "themes",
)  # fmt: skip
INSTRUMENTS = (
    "explorer/",
    "compare/",
    "evidence/map/",
    "evidence/ledger/",
    "use-it/self-assessment/",
    "use-it/eligibility/",
)


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    found = chromium.new_page(color_scheme="dark")
    found.set_default_timeout(20_000)
    yield found
    found.close()


def printed(page: Page, address: str, folder: Path) -> str:
    """Return the text of a page on paper, without spaces; fail where something stands outside the sheet."""
    page.goto(address, wait_until="networkidle")
    file = folder / "page.pdf"
    page.pdf(path=file, format="A4")
    document = pypdfium2.PdfDocument(file)
    text = []
    for sheet in document:
        words = sheet.get_textpage()
        width, height = sheet.get_size()
        for number in range(words.count_rects()):
            left, bottom, right, top = words.get_rect(number)
            assert -1 <= left <= right <= width + 1, (
                f"{address}: cut off at “{words.get_text_bounded(left, bottom, right, top)}”"
            )
            assert -1 <= bottom <= top <= height + 1, address
        text.append(words.get_text_range())
    document.close()
    return _packed("".join(text))


def _packed(text: str) -> str:
    return "".join(character for character in text if character.isalnum() or character in "/:[]<>")


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_printed_whole(
    kind: str, page: Page, flagship: Path, served: Callable[[Path], str], tmp_path: Path
) -> None:
    pages = sorted((flagship / kind).glob("*/*/index.html" if kind == "claims" else "*/index.html"))
    address = pages[len(pages) // 2].parent.relative_to(flagship).as_posix() + "/"
    text = printed(page, served(flagship) + address, tmp_path)
    assert _packed(f"Both Ways, {address}") in text, "it says where it came from"
    for heading in page.locator("article :is(h1, h2, h3):visible").all_inner_texts():
        assert _packed(heading) in text, heading
    for target in page.locator("article a[data-at]:not(.bw-tag):not([href^=http])").all():
        where = target.get_attribute("data-at") or ""
        if target.evaluate("link => !link.closest('.bw-references, .bw-cell, .bw-matrix') && link.checkVisibility()"):
            assert _packed(f"[{where}]") in text, where
    for furniture in ("Menu", "Copy", "Citethisrecord", "Onthispage"):
        assert f"{furniture}{furniture}" not in text
    page.emulate_media(media="print")
    for furniture in (".bw-header", ".bw-crumbs", ".bw-cite__details", ".bw-turn", ".bw-foot"):
        assert not page.locator(furniture).first.is_visible(), furniture
    page.emulate_media(media="null")


@pytest.mark.parametrize("address", INSTRUMENTS)
def test_an_instrument_is_printed_as_it_stands(
    address: str, page: Page, flagship: Path, served: Callable[[Path], str], tmp_path: Path
) -> None:
    text = printed(page, served(flagship) + address, tmp_path)
    assert _packed(f"Both Ways, {address}") in text
    for heading in page.locator("article table:visible thead th:visible:not(:has(.bw-hidden))").all_inner_texts():
        assert _packed(heading) in text, heading
    for heading in page.locator("article table:visible tbody th:visible:not(:has(.bw-hidden))").all_inner_texts()[:60]:
        assert _packed(heading) in text, heading


def test_a_passage_is_printed_with_its_source_s_address(
    page: Page, flagship: Path, served: Callable[[Path], str], tmp_path: Path
) -> None:
    found = next(
        file for file in sorted((flagship / "claims").rglob("*.html")) if "#:~:text=" in file.read_text("utf-8")
    )
    text = printed(page, served(flagship) + found.parent.relative_to(flagship).as_posix() + "/", tmp_path)
    (where, *_) = page.locator("a.bw-passage").evaluate_all("links => links.map(link => link.href)")
    assert _packed(f"<{where.partition('#')[0]}>") in text
    assert "text=" not in text, "the words stand beside it"
