"""What a reader's connection must carry: the bytes of a page's first view, and those of our own scripts among them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

VIEW = 250_000
"""Bytes that a page's first view may fetch, compressed. tests/test_search_box.py holds a first search to its own."""

SCRIPTS = 40_000
"""Bytes of our own scripts among them."""

PAGES = {
    "home": "",
    "recommendation": "recommendations/*/",
    "claim": "claims/*/*/",
    "map": "evidence/map/",
    "explorer": "explorer/",
    "self-assessment": "**/self-assessment/",
    "form": "contribute/case-study/",
    "search": "search.html",
    "compare": "compare/",
}


def compressed(file: Path) -> int:
    content = file.read_bytes()
    return min(len(content), len(gzip.compress(content)))


def heaviest(site: Path, pattern: str) -> str:
    """Return the address of the heaviest page of a kind."""
    if pattern.endswith(".html"):
        return pattern
    pages = sorted(site.glob(f"{pattern}index.html"), key=lambda page: (-compressed(page), page))
    assert pages, f"there is a page at {pattern}"
    return pages[0].relative_to(site).as_posix().removesuffix("index.html")


@pytest.mark.parametrize("pattern", PAGES.values(), ids=PAGES)
def test_a_first_view_is_small_and_stays_on_its_host(
    chromium: Browser, flagship: Path, served: Any, pattern: str
) -> None:
    home = served(flagship)
    context = chromium.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(home + heaviest(flagship, pattern))
    page.wait_for_load_state("networkidle")
    context.close()
    fetched = {url for url in asked if not url.startswith(("data:", "blob:"))}
    assert not [url for url in fetched if not url.startswith(home)], "no request leaves the site"
    paths = {unquote(urlsplit(url.removeprefix(home)).path) for url in fetched}
    files = [flagship / path / "index.html" if path.endswith("/") or not path else flagship / path for path in paths]
    sizes = {file.relative_to(flagship).as_posix(): compressed(file) for file in files}
    print(f"{pattern or 'home'}: {sum(sizes.values()):,} bytes in {len(sizes)} files")
    assert sum(sizes.values()) <= VIEW, sizes
    scripts = {name: size for name, size in sizes.items() if name.startswith("assets/js/")}
    print(f"own scripts: {sum(scripts.values()):,} bytes in {len(scripts)} files")
    assert sum(scripts.values()) <= SCRIPTS, scripts
