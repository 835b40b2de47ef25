"""Typesetting: briefs as tagged PDF (PDF/UA-1), the same bytes for the same records.

Typst does it. Records reach it as JSON that its template reads, never as its source; it may read no file
but the template, loads no package and knows no font but those that its wheel carries.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import io
import json
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pypdf
import segno
import typst

from macros.brief import Brief, Text, as_data, brief, cited, day, left_out, names, reference, shortened
from macros.imprint import Imprint
from macros.room import fitted, length
from macros.site import Site

PAGES = 2
"""How many pages a brief may have."""

PACK_POINTS = 8
"""How many things of a section's list a pack holds."""

_FOLDER = Path(__file__).with_name("print")
_TEMPLATE = _FOLDER / "document.typ"
_LETTERS = _FOLDER / "letters.typ"
_NOWHERE = _FOLDER / "no-packages"
_STANDARD: Literal["ua-1"] = "ua-1"
_TRIES = (
    (1.0, 1, 0),
    (1.0, 1, 30),
    (1.0, 2, 0),
    (1.0, 2, 40),
    (1.0, 2, 100),
    (0.5, 2, 100),
    (0.25, 2, 200),
    (0.1, 2, 400),
)
"""What is tried until a brief fits: the share of the usual length of its texts, how many pages it is to have, and
points (of 72 to the inch) to leave free."""
_ALMOST_ONE = 1.12
"""Pages up to which a brief is held to one, lest the second hold a few lines."""
_MISSING = "□"
_MASK = 2
"""One of the eight patterns of a QR code; trying all of them for the most even one takes four times as long."""
_KEPT = 3
"""How many times as many files as were used the cache keeps."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A document."""

    content: bytes
    pages: int

    @property
    def kilobytes(self) -> int:
        """The size as readers are told it: thousands of bytes, rounded up."""
        return -(-len(self.content) // 1000)


class Press:
    """Makes documents about one site; keeps what it made below `cache` under a hash of all that it depends on."""

    def __init__(self, site: Site, imprint: Imprint, cache: Path | None = None) -> None:
        self._site = site
        self._imprint = imprint
        self._cache = cache
        self._used: set[Path] = set()
        self._known: dict[str, bool] = {}

    def briefs(self) -> dict[str, Printed]:
        """Return the printed brief of every record that has one, by `kind:id`."""
        made = {name: self.brief(name) for name in names(self._site)}
        self._sweep()
        return made

    def brief(self, name: str) -> Printed:
        """Return the brief of the record `kind:id` on two pages; what does not fit is counted and left to its page."""
        of = brief(self._site, name)
        for share, pages, less in _TRIES:
            short = shortened(of, share)
            if pages < PAGES and length(short, self._references) > _ALMOST_ONE:
                continue
            fits = fitted(short, self._references, pages, less)
            printed = self._document([as_data(fits)], [fits], of.title, alone=True)
            if printed.pages <= pages:
                break
        return printed

    def pack(self, chosen: Sequence[str]) -> Printed:
        """Return one document with the briefs of several records, their references merged."""
        briefs = [shortened(brief(self._site, name), 1) for name in chosen]
        title = f"Evidence pack: {len(briefs)} records" if len(briefs) != 1 else f"Evidence pack: {briefs[0].title}"
        return self._document([as_data(of, PACK_POINTS) for of in briefs], briefs, title)

    def _document(
        self, records: list[dict[str, Any]], briefs: Sequence[Brief], title: str, *, alone: bool = False
    ) -> Printed:
        changed = max((of.changed for of in briefs), default=datetime.date(2000, 1, 1))
        home = self._imprint.home
        address = home and home + briefs[0].address if alone else home
        style = self._site.references
        keys = list(dict.fromkeys(key for of in briefs for key in cited(of)))
        data = {
            "title": title,
            "running": title,
            "description": f"{briefs[0].kind}. {self._imprint.name}" if alone else f"{len(briefs)} records from {self._imprint.name}",
            "site": self._imprint.name,
            "sort": "Brief" if alone else "Evidence pack",
            "language": self._imprint.language,
            "url": home,
            "numeric": style.style.numeric,
            "alone": alone,
            "records": records,
            "references": [list(self._references[key]) for key in keys],
            "marks": {
                key: str(n) if style.style.numeric else style[key].intext.strip("()[]") for n, key in enumerate(keys, 1)
            },
            "version": f"Version of {day(changed)}" + (f"  ·  {briefs[0].name}" if alone else ""),
            "imprint": self._words(briefs, address, changed, alone),
            "qr": _code(address) if address else "",
            "qr_alt": f"QR code of the address {address}",
        }  # fmt: skip
        text = json.dumps(self._printable(data), ensure_ascii=False, sort_keys=True)
        return self._kept(text, datetime.datetime.combine(changed, datetime.time(), datetime.UTC))

    def _words(self, briefs: Sequence[Brief], address: str, changed: datetime.date, alone: bool) -> list[Any]:
        link = [{"t": address, "to": address}] if address else []
        known = f"This {'brief' if alone else 'pack'} is of the version of {day(changed)}."
        if alone:
            there = ", ".join(f"“{title}”" for title in left_out(briefs[0]))
            known = (f"There too: {there}. " if there else "") + known
        if alone and address:
            first = [{"t": "The whole record, with every passage: "}, *link, {"t": f". {known}"}]
        elif alone:
            first = [
                {"t": f"The whole record, with every passage, is {briefs[0].name} on {self._imprint.name}. {known}"}
            ]
        else:
            first = [{"t": f"Put together from {self._imprint.name}"}, *([{"t": ", "}, *link] if link else []), {"t": f". {known}"}]  # fmt: skip
        marked = (
            "What is marked “our judgement”, or stands under words that say so, was concluded by "
            f"{self._imprint.name}; all else is what the sources say, in our words. That evidence is missing never means that there is no effect."
        )
        return [
            first,
            *([{"t": words}] for words in (marked, self._imprint.independence, self._imprint.licence) if words),
        ]

    @cached_property
    def _references(self) -> dict[str, Text]:
        return {key: reference(self._site, key) for key in self._site.references}

    # Typst -----------------------------------------------------------------------------------------

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return _compiler(_TEMPLATE)

    @cached_property
    def _letters(self) -> typst.Compiler:
        return _compiler(_LETTERS)

    def _kept(self, data: str, at: datetime.datetime) -> Printed:
        about = json.dumps([data, importlib.metadata.version("typst"), _TEMPLATE.read_text("utf-8")])
        file = self._cache / f"{hashlib.sha256(about.encode()).hexdigest()[:32]}.pdf" if self._cache else None
        if file:
            self._used.add(file)
            try:
                content = file.read_bytes()
                return Printed(content, _pages(content))
            except (OSError, ValueError, pypdf.errors.PyPdfError):
                pass  # not there, or not whole: made again
        made = self._compiler.compile(format="pdf", sys_inputs={"data": data}, pdf_standards=[_STANDARD], timestamp=at)
        assert isinstance(made, bytes)
        if file:
            _write(file, made)
        return Printed(made, _pages(made))

    def _sweep(self) -> None:
        """Clear out the oldest of what the cache holds besides what was used."""
        if not self._cache or not self._cache.is_dir():
            return
        others = sorted(
            set(self._cache.glob("*.pdf")) - self._used, key=lambda file: file.stat().st_mtime, reverse=True
        )
        for old in others[(_KEPT - 1) * len(self._used) :]:
            old.unlink(missing_ok=True)

    # Letters ---------------------------------------------------------------------------------------

    def _printable(self, data: Any) -> Any:
        """Return data with every letter that no font of ours has replaced, because tagged PDF refuses those."""
        if isinstance(data, str):
            text = unicodedata.normalize("NFC", data)
            return text if text.isascii() else "".join(c if self._has(c) else _MISSING for c in text)
        if isinstance(data, Mapping):
            return {key: value if key == "qr" else self._printable(value) for key, value in data.items()}
        return [self._printable(value) for value in data] if isinstance(data, list | tuple) else data

    def _has(self, letter: str) -> bool:
        if letter.isascii():
            return letter.isprintable() or letter in "\n\t"
        if letter not in self._known:
            self._known[letter] = self._can_print(letter)
        return self._known[letter]

    def _can_print(self, letter: str) -> bool:
        try:
            self._letters.compile(format="pdf", sys_inputs={"letter": letter}, pdf_standards=[_STANDARD])
        except typst.TypstError:
            return False
        return True


def _compiler(template: Path) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(
        template, root=_FOLDER, font_paths=fonts, ignore_system_fonts=True,
        package_path=_NOWHERE, package_cache_path=_NOWHERE,
    )  # fmt: skip


def _pages(content: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(content)).pages)


def _code(address: str) -> str:
    """Return an address as a QR code in SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=_MASK).save(drawn, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


def _write(file: Path, content: bytes) -> None:
    """Put a document into the cache, whole or not at all; a folder that cannot be written to is no problem."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".tmp", delete=False) as stream:
            stream.write(content)
        Path(stream.name).replace(file)
    except OSError:
        pass
