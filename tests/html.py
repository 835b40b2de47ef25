"""Built pages, looked at as a browser would read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from macros.links import check_links

LOADED = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "iframe": ("src", "srcdoc"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
    "input": ("src",),
    "form": ("action",),
}
"""Attributes whose addresses a browser asks for without being told to, or sends things to."""
NO_REQUEST = {
    "canonical",
    "prev",
    "next",
    "cite-as",
    "license",
    "author",
    "item",
    "describedby",
    "type",
    "alternate",
    "collection",
}
"""Relations of `link` that only state something."""


def pages(site: Path) -> Iterator[tuple[str, LexborHTMLParser]]:
    """Yield every page of a built site by its address below the site's root."""
    for file in sorted(site.rglob("*.html")):
        address = file.relative_to(site).as_posix().removesuffix("index.html")
        yield address, LexborHTMLParser(file.read_text("utf-8"))


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """Return the first element that fits; fail where there is none."""
    found = page.css_first(selector)
    assert found is not None, f"there is no {selector}"
    return found


def scripts(page: LexborHTMLParser) -> set[tuple[str, str]]:
    """Return every script that a browser would run, by address and text."""
    runs = {"", "text/javascript", "application/javascript", "module", "importmap"}
    return {
        ((node.attributes.get("src") or "").lstrip("./"), node.text() or "")
        for node in page.css("script")
        if (node.attributes.get("type") or "").lower() in runs
    }


def attributes(page: LexborHTMLParser) -> Iterator[tuple[str, str, str]]:
    """Yield every attribute of every element: tag, name, value."""
    for node in page.css("*"):
        for name, value in node.attributes.items():
            yield node.tag or "", name.lower(), value or ""


def loads(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield what a browser asks for when it opens the page: tag and address."""
    for tag, names in LOADED.items():
        for node in page.css(tag):
            if tag == "link" and set((node.attributes.get("rel") or "").split()) & NO_REQUEST:
                continue
            for name in names:
                value = node.attributes.get(name)
                if value:
                    yield tag, value


def text(page: LexborHTMLParser, *, code: bool = True) -> str:
    """Return what a reader sees, without scripts and styles; `code` keeps what stands in code."""
    body = LexborHTMLParser(page.html or "").body
    assert body is not None
    body.strip_tags(["script", "style", "template", *(() if code else ("code", "pre"))], recursive=True)
    return body.text(separator=" ")


def broken_links(site: Path) -> list[str]:
    """Return every fault of a built site's links, as `python -m macros links` tells it."""
    return [f"{found.problem.place}: {found.problem.message}" for found in check_links(site.parent, site).findings]
