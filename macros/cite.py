"""Cite this: how each page, and each work that a page rests on, is cited, ready to be copied."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from macros import latex
from macros.bibliography import bibtex, bibtex_entry
from macros.citation import FormatterError, format_alone, format_bibliography
from macros.edition import Edition
from macros.kinds.source import Source
from macros.site import Site

STYLES: Mapping[str, str] = {"Vancouver": "vancouver", "APA": "apa"}
"""The styles that citations are offered in, by the names that people know them by."""

BIBTEX = "BibTeX"

MAIN = 3
"""How many of the works that a record rests on are cited beside it; its page lists them all."""

Forms = Mapping[str, str]
"""One citation in every form, as plain text, by the form's name."""


@dataclass(frozen=True, slots=True)
class Citable:
    """What of a page stands in its citation."""

    title: str
    label: str
    """What sort of page it is and its permanent id, such as “Claim some-source/some-claim”."""
    address: str
    """Absolute; empty where nobody has said where the site will be."""
    date: datetime.date | None = None
    """The day of the last change or review."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What every page of a site is part of."""

    name: str
    author: str
    edition: Edition = field(default_factory=Edition)


def main_references(site: Site) -> Mapping[str, tuple[str, ...]]:
    """Return the keys of the works that each `kind:id` mainly rests on, at most `MAIN`, most used first.

    A claim rests on its source; what names a source rests on that; all else on the sources of the claims it uses.
    """
    sources = site.base.all(Source)
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for target, uses in site.uses.items():
        claim = site.base.claims.get(target.removeprefix("claim:"))
        for by in {use.by for use in uses} if claim else ():
            used[by][claim.source] += 1  # type: ignore[union-attr]
    for kind, records in site.base.records.items():
        for id_, record in records.items():
            own = id_ if kind == Source.kind else getattr(record, "source", None)
            if isinstance(own, str):
                used[f"{kind}:{id_}"] = Counter((own,))
    for uid, claim in site.base.claims.items():
        used[f"claim:{uid}"] = Counter((claim.source,))
    return {
        name: tuple(
            dict.fromkeys(sources[source].reference for source, _ in counted.most_common() if source in sources)
        )[:MAIN]
        for name, counted in used.items()
    }


def cite_references(site: Site, cache: Path | None = None) -> Mapping[str, Forms]:
    """Return how each work of the bibliography is cited, by its key."""
    bibliography = site.base.bibliography
    styled = {
        name: site.references
        if style == site.references.style.name
        else format_bibliography(bibliography, style, cache)
        for name, style in STYLES.items()
    }
    return {
        key: {name: references[key].text for name, references in styled.items()} | {BIBTEX: bibtex(reference).strip()}
        for key, reference in bibliography.items()
    }


def cite_pages(pages: Sequence[Citable], collection: Collection, cache: Path | None = None) -> list[Forms]:
    """Return how each page is cited, in their order.

    The CSL processor writes one citation for each shape that there is (a day, with or without an address,
    and how the title ends, since that decides on the full stop behind it); title, label and address, which
    it passes on as they are, are then put in for each page. So a thousand pages cost what a dozen do.
    """
    shapes = list(dict.fromkeys(_shape(page) for page in pages))
    items = [csl_item(shape, collection) for shape in shapes]
    printed: dict[str, dict[Citable, str]] = {}
    for name, style in STYLES.items():
        try:
            printed[name] = dict(zip(shapes, format_alone(items, style, cache), strict=True))
        except FormatterError:
            continue  # told already, with the references; BibTeX needs no processor
    return [
        {name: _filled(texts[_shape(page)], page) for name, texts in printed.items()}
        | {BIBTEX: _page_bibtex(page, collection)}
        for page in pages
    ]


def csl_item(page: Citable, collection: Collection) -> dict[str, Any]:
    """Return a page as an item of CSL-JSON."""
    item: dict[str, Any] = {"type": "webpage", "title": page.title, "genre": _label(page, collection)}
    item["author"] = [{"literal": collection.author}]
    if collection.author != collection.name:
        item["container-title"] = collection.name
    if page.address:
        item["URL"] = page.address
    # The day of the edition is the day on which the page stood as it is cited.
    for name, date in (("issued", page.date), ("accessed", collection.edition.date)):
        if date:
            item[name] = {"date-parts": [[date.year, date.month, date.day]]}
    return item


_TITLE, _LABEL, _ADDRESS = "Xtitlex", "Xlabelx", "https://xaddressx.invalid/"
_HELD = re.compile("|".join(map(re.escape, (_TITLE, _LABEL, _ADDRESS))))
_END = re.compile(r"[^\w\s]+\Z")


def _end(title: str) -> str:
    found = _END.search(title)
    return found[0] if found else ""


def _shape(page: Citable) -> Citable:
    """Return a page that stands for all whose citations are put together in the same way."""
    return Citable(_TITLE + _end(page.title), _LABEL, _ADDRESS if page.address else "", page.date)


def _filled(text: str, page: Citable) -> str:
    put = {_TITLE: page.title.removesuffix(_end(page.title)), _LABEL: page.label, _ADDRESS: page.address}
    # In one pass, so that no page's title can stand for its address.
    return _HELD.sub(lambda match: put[match[0]], text)


def _label(page: Citable, collection: Collection) -> str:
    return ", ".join(filter(None, (page.label, collection.edition.words)))


def _page_bibtex(page: Citable, collection: Collection) -> str:
    day, edition = page.date, collection.edition
    fields = {
        "author": f"{{{latex.encode(collection.author)}}}",
        "title": f"{{{latex.encode(page.title)}}}",
        "howpublished": latex.encode(collection.name),
        "year": str(day.year) if day else "",
        "month": str(day.month) if day else "",
        "day": str(day.day) if day else "",
        "note": latex.encode(_label(page, collection)),
        "url": page.address,
        "urldate": edition.date.isoformat() if edition.date else "",
    }
    return bibtex_entry("misc", _key(collection.name, page), fields).strip()


def _key(name: str, page: Citable) -> str:
    words = re.findall(r"[a-z0-9]+", f"{name} {page.label}".lower())
    return "-".join(words)
