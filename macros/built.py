"""Built files: what each file of a built site points at, and what in it can be pointed at.

Pages, style sheets, scripts, feeds, site maps, JSON data and PDF documents are read, each by what it
is made of. Nothing here knows what else the site holds; see `macros.links`.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser

# What it says of a broken document is told as a problem.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


class Unreadable(Exception):  # noqa: N818 - it says what is the matter
    """A file is not what its name says; the message tells why."""


@dataclass(slots=True)
class Contents:
    """What one built file points at and offers to be pointed at."""

    links: dict[str, None] = field(default_factory=dict)
    """Addresses as written, in their order, each once."""
    pages: dict[str, None] = field(default_factory=dict)
    """Those among them that a reader can follow."""
    anchors: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()
    """Anchors that stand on more than one element."""
    refresh: str | None = None
    """Where the page sends its reader on by itself."""
    base: str = ""
    """Where its relative addresses start from, if it says so itself."""
    lenient: bool = False
    """Whether an address may be meant from the file's own folder or from the site's root."""


Reader = Callable[[bytes], Contents]

_FOLLOWED = frozenset({"a", "area", "iframe", "form", "button", "input"})
_LINKING = frozenset(
    {"href", "src", "xlink:href", "poster", "action", "formaction", "cite", "data", "background",
     "data-src", "data-source", "data-titles", "data-references", "data-root", "data-compare"}
)  # fmt: skip
_SETS = frozenset({"srcset", "imagesrcset"})
_ELEMENTS = ",".join(
    [f"[{name.replace(':', chr(92) + ':')}]" for name in sorted(_LINKING | _SETS)]
    + ["meta[property]", "meta[http-equiv]", 'meta[name^="twitter:"]']
)
_NO_ADDRESS = {"data": ("object",), "cite": ("blockquote", "q", "ins", "del"), "background": ("body", "table", "td")}
"""Attributes that hold an address on some elements only."""
_HINTS = frozenset({"preconnect", "dns-prefetch"})
_META = frozenset({"og:url", "og:image", "og:image:url", "og:audio", "og:video", "twitter:image", "twitter:url"})
_REFRESH = re.compile(r"""^\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?["']?([^"']*?)["']?\s*$""", re.IGNORECASE)
_CANDIDATE = re.compile(r"\s*,*\s*(\S+?)(?:,+(?=\s|$)|\s+[^,(]*(?:\([^)]*\)[^,]*)?(?:,|$)|\s*$)")


def read_html(raw: bytes) -> Contents:
    """Read a page, raw HTML in it included; what stands in comments, templates and text is no link."""
    tree = LexborHTMLParser(raw)
    found = Contents()
    links, pages = found.links, found.pages
    anchors = [node.id for node in tree.css("[id]") if node.id]
    for node in tree.css(_ELEMENTS):
        tag, attributes = node.tag or "", node.attributes
        if tag == "meta":
            _read_meta(attributes, found)
            continue
        if tag == "base":
            found.base = found.base or (attributes.get("href") or "").strip()
            continue
        for name, value in attributes.items():
            if name in _LINKING:
                if name in _NO_ADDRESS and tag not in _NO_ADDRESS[name]:
                    continue
                if tag == "link" and not _HINTS.isdisjoint((attributes.get("rel") or "").lower().split()):
                    continue
                written = (value or "").strip()
                if not written and name in {"action", "formaction"}:
                    continue
                links[written] = None
                if tag in _FOLLOWED and attributes.get("rel") != "edit":
                    pages[written] = None
            elif name in _SETS and value:
                links.update(dict.fromkeys(_CANDIDATE.findall(value)))
    found.anchors = frozenset(anchors)
    if len(found.anchors) < len(anchors):
        found.twice = frozenset(anchor for anchor in anchors if anchors.count(anchor) > 1)
    _read_rarities(tree, raw, found)
    return found


def _read_rarities(tree: LexborHTMLParser, raw: bytes, found: Contents) -> None:
    """Read what few pages have; looking for it in the bytes first costs less than in the tree."""
    if b"name=" in raw:
        names = [node.attributes.get("name") for node in tree.css("a[name]")]
        found.anchors |= {name for name in names if name}
    if b"ld+json" in raw:
        for node in tree.css('script[type="application/ld+json"]'):
            try:
                found.links.update(dict.fromkeys(json_addresses(json.loads(node.text() or "null"))))
            except ValueError as error:
                raise Unreadable(f"its JSON-LD is not JSON: {error}") from error
    if b"url(" in raw or b"@import" in raw:
        for node in tree.css("style, [style]"):
            style = (node.attributes.get("style") or "") if node.tag != "style" else node.text()
            found.links.update(dict.fromkeys(css_addresses(style or "")))


def _read_meta(attributes: dict[str, str | None], found: Contents) -> None:
    content = (attributes.get("content") or "").strip()
    name = (attributes.get("property") or attributes.get("name") or "").lower()
    if name in _META and content:
        found.links[content] = None
    elif (attributes.get("http-equiv") or "").lower() == "refresh":
        target = _REFRESH.match(content)
        if target and target[1]:
            found.refresh = target[1]
            found.links[target[1]] = found.pages[target[1]] = None


def visible_text(page: bytes | str) -> str:
    """Return the words of a page as a reader sees them, in small letters with single spaces."""
    tree = LexborHTMLParser(page)
    tree.strip_tags(["script", "style", "template"], recursive=True)
    body = tree.body
    return " ".join((body.text(separator="") if body else "").lower().split())


# Style sheets and scripts ---------------------------------------------------------------------------

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_URL = re.compile(
    r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]+))\s*\)|@import\s+(?:"([^"]+)"|'([^']+)')""", re.IGNORECASE
)
_IMPORT = re.compile(
    r"""(?:^|[;\s}])(?:import|export)\s*(?:[\w*{}\s,$]+?\sfrom\s*)?["'](\.{1,2}/[^"'\s]+)["']"""
    r"""|\bimport\(\s*["'](\.{1,2}/[^"'\s]+)["']\s*\)"""
    r"""|\bnew URL\(\s*["'](\.{1,2}/[^"'\s]+)["']\s*,\s*import\.meta\.url""",
    re.MULTILINE,
)


def css_addresses(text: str) -> Iterator[str]:
    """Yield what a style sheet asks for."""
    if "url(" not in text.lower() and "@import" not in text.lower():
        return
    for match in _URL.finditer(_COMMENT.sub("", text)):
        yield next((group for group in match.groups() if group is not None), "").strip()


def read_css(raw: bytes) -> Contents:
    return Contents(links=dict.fromkeys(css_addresses(raw.decode("utf-8", "replace"))))


def read_script(raw: bytes) -> Contents:
    """Read which other modules a script asks for, where it says so in so many words."""
    text = _COMMENT.sub("", raw.decode("utf-8", "replace"))
    return Contents(links={next(filter(None, match.groups())): None for match in _IMPORT.finditer(text)})


# Data -----------------------------------------------------------------------------------------------

_ADDRESS_KEYS = frozenset({"url", "href", "address", "src", "contentUrl", "downloadUrl"})
_SITE_ADDRESS = re.compile(r"(?:[\w.~%-]+/)+(?:#[\w:./%-]+)?")


def json_addresses(data: Any) -> Iterator[str]:
    """Yield the addresses in JSON data.

    They are the texts whose name says so, web addresses, and texts that read like the address of a page:
    folders, each ended by a slash.
    """
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(name, item) for item in value]
        elif isinstance(value, str) and value and "{" not in value and " " not in value:
            is_web = value.startswith(("http://", "https://"))
            if (
                is_web
                or name in _ADDRESS_KEYS
                or ((value[-1] == "/" or "/#" in value) and _SITE_ADDRESS.fullmatch(value))
            ):
                yield value


def read_json(raw: bytes) -> Contents:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it is not JSON: {error}") from error
    return Contents(links=dict.fromkeys(json_addresses(data)), lenient=True)


def read_package(raw: bytes) -> Contents:
    """Read a data package's description, whose resources name their files by path."""
    found = read_json(raw)
    resources = json.loads(raw).get("resources", [])
    for resource in resources if isinstance(resources, list) else []:
        path = resource.get("path") if isinstance(resource, dict) else None
        found.links.update(dict.fromkeys([path] if isinstance(path, str) else path or ()))
    return found


def read_xml(raw: bytes) -> Contents:
    """Read a site map, a feed or a drawing."""
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise Unreadable(f"it is not well-formed XML: {error}") from error
    found = Contents()
    anchors = []
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        text = (element.text or "").strip()
        if tag in {"loc", "link", "id", "guid", "logo", "icon", "docs"} and text.startswith(
            ("http://", "https://", "/")
        ):
            if tag != "guid" or element.get("isPermaLink", "true") == "true":
                found.links[text] = None
        elif tag in {"content", "summary", "description", "encoded"} and "<" in text:
            found.links.update(read_html(text.encode()).links)
        for qualified, value in element.attrib.items():
            name = qualified.rpartition("}")[2]
            if name in {"href", "src", "url"} and value and "{" not in value:
                found.links[value.strip()] = None
            elif name == "id":
                anchors.append(value)
    found.anchors = frozenset(anchors)
    return found


def read_pdf(raw: bytes) -> Contents:
    """Read the links that stand on the pages of a PDF document."""
    import pypdf  # noqa: PLC0415 - slow to load, and seldom needed
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    found = Contents()
    try:
        for page in pypdf.PdfReader(io.BytesIO(raw)).pages:
            for annotation in page.get("/Annots") or ():
                action = annotation.get_object().get("/A")
                target = action.get_object().get("/URI") if action is not None else None
                if target is not None:
                    found.links[str(target)] = found.pages[str(target)] = None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"it is not a PDF document that can be read: {error}") from error
    return found


_READERS: dict[str, Reader] = {
    ".html": read_html,
    ".htm": read_html,
    ".css": read_css,
    ".js": read_script,
    ".mjs": read_script,
    ".json": read_json,
    ".jsonld": read_json,
    ".geojson": read_json,
    ".webmanifest": read_json,
    ".xml": read_xml,
    ".atom": read_xml,
    ".rss": read_xml,
    ".svg": read_xml,
    ".pdf": read_pdf,
}
_PASSED_OVER = re.compile(r"\.min\.(?:js|mjs)$|(?:^|/)(?:pagefind|assets/javascripts)/")
"""What other programs made for themselves."""


def reader(path: str) -> Reader | None:
    """Return what reads a file of a built site, or None where there is nothing to read."""
    if _PASSED_OVER.search(path):
        return None
    file = PurePosixPath(path)
    return read_package if file.name == "datapackage.json" else _READERS.get(file.suffix.lower())
