"""Entries: references for the bibliography, made from what Crossref, BibTeX, RIS or CSL-JSON says of a work."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypandoc

from macros.base import EvidenceBase
from macros.bibliography import parse_bibliography
from macros.likeness import likeness
from macros.reference import Bibliography, Reference
from macros.reference_rules import KNOWN_FIELDS

_ALIKE = 85
_MOST_BYTES = 1_000_000
_FORMATS = (".ris", ".json")
_DROPPED = frozenset({"abstract", "keywords", "langid", "issn", "month", "year", "note", "provenance"})
"""Fields that no reference needs, or that say again what another says."""
_ORDER = [
    "author",
    "editor",
    "title",
    "journaltitle",
    "booktitle",
    "publisher",
    "institution",
    "organization",
    "date",
    "volume",
    "number",
    "pages",
    "eid",
    "doi",
    "url",
    "urldate",
    "provenance",
]
_TYPES = {
    "journal-article": "article-journal",
    "proceedings-article": "paper-conference",
    "book-chapter": "chapter",
    "posted-content": "article",
    "dissertation": "thesis",
    "monograph": "book",
    "edited-book": "book",
}


class NotAReference(ValueError):  # noqa: N818 - it says what the input is not
    """The input holds no reference, or several; the message says so."""


def csl(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Crossref says of a work as CSL-JSON: texts instead of lists, and CSL's names of types."""

    def first(name: str) -> str:
        value = message.get(name)
        text = value[0] if isinstance(value, list) and value else value
        return re.sub(r"<[^<>]{1,80}>", "", text).strip() if isinstance(text, str) else ""

    found: dict[str, Any] = {
        "id": "new",
        "type": _TYPES.get(str(message.get("type")), str(message.get("type") or "article")),
    }
    title, subtitle = first("title"), first("subtitle")
    found["title"] = f"{title}: {subtitle}" if subtitle and subtitle.lower() not in title.lower() else title
    for ours, theirs in (
        ("container-title", "container-title"), ("volume", "volume"), ("issue", "issue"), ("page", "page"),
        ("DOI", "DOI"), ("publisher", "publisher"), ("number", "article-number"),
    ):  # fmt: skip
        if first(theirs) and not (ours == "publisher" and found["type"].startswith("article")):
            found[ours] = first(theirs)
    for role in ("author", "editor"):
        names = [name for name in message.get(role) or () if isinstance(name, dict)]
        people = [
            {"literal": name["name"]}
            if "name" in name
            else {key: name[key] for key in ("family", "given") if key in name}
            for name in names
        ]
        if people:
            found[role] = people
    if isinstance(message.get("issued"), dict):
        found["issued"] = message["issued"]
    return found


def read(content: str, suffix: str) -> Reference:
    """Read the one reference in a text of BibTeX (`.bib`), RIS (`.ris`) or CSL-JSON (`.json`)."""
    if len(content) > _MOST_BYTES:
        raise NotAReference("The file is larger than 1 MB.")
    if suffix in _FORMATS:
        content = _biblatex(content, suffix)
    elif suffix != ".bib":
        raise NotAReference(f"“{suffix}” is none of .bib, .ris and .json.")
    found, problems = parse_bibliography({"new.bib": content})
    if len(found) != 1:
        told = next((f" {problem.message}" for problem in problems if problem.code == "E502"), "")
        raise NotAReference(f"The file holds {len(found) or 'no'} references; give one at a time.{told}")
    return next(iter(found.values()))


def _biblatex(content: str, suffix: str) -> str:
    """Return RIS or CSL-JSON as biblatex, letters as they are typed."""
    try:
        if suffix == ".ris":
            content = pypandoc.convert_text(content, "csljson", format="ris", sandbox=True)
        found = json.loads(content)
        items = found if isinstance(found, list) else [found]
        # English titles would be given capital letters; what is printed is what counts.
        items = [{**item, "language": "zxx"} for item in items]
        return str(pypandoc.convert_text(json.dumps(items), "biblatex", format="csljson", sandbox=True))
    except (RuntimeError, ValueError, TypeError) as error:
        raise NotAReference(f"The file cannot be read as {'RIS' if suffix == '.ris' else 'CSL-JSON'}.") from error


def proposed_key(reference: Reference, taken: Bibliography) -> str:
    """Propose a key that is free: the first author or body, then the year."""
    name = (reference.authors or reference.editors or (None,))[0]
    plain = unicodedata.normalize("NFKD", name.family if name else reference.title).encode("ascii", "ignore").decode()
    base = "".join(re.findall(r"[a-z0-9]+", plain.lower())[:3]) + str(reference.year or "")
    return next(
        key for key in (base, *(f"{base}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")) if key not in taken
    )


def same(reference: Reference, taken: Bibliography) -> list[tuple[str, str]]:
    """Return keys and titles of entries that probably are the same work."""
    return [
        (key, other.title)
        for key, other in taken.items()
        if (reference.doi and other.doi.lower() == reference.doi.lower())
        or likeness(reference.title, other.title) >= _ALIKE
    ]


def written(reference: Reference, key: str, provenance: str) -> str:
    """Return an entry as the bibliography's file holds it, with where its data was seen."""
    lines = {}
    for field in reference.fields.values():
        name = {"journal": "journaltitle", "address": "location"}.get(field.name, field.name)
        if name in KNOWN_FIELDS and (name not in _DROPPED or (name == "year" and "date" not in reference.fields)):
            value = re.sub(r"\s+", " ", field.typed)
            if name == "pages":
                value = re.sub(r"(?<=\d) ?[-–] ?(?=\d)", "--", value)
            lines["date" if name == "year" else name] = value
    if reference.doi:
        lines["doi"] = reference.doi
        lines.pop("url", None)
    lines["provenance"] = provenance.replace("{", "(").replace("}", ")")
    order = {name: place for place, name in enumerate(_ORDER)}
    named = sorted(lines.items(), key=lambda line: order.get(line[0], order["volume"]))
    body = "".join(f"  {name:<12} = {{{value}}},\n" for name, value in named)
    return f"@{reference.type}{{{key},\n{body}}}\n"


def appended(base: EvidenceBase, file: Path, entry: str) -> tuple[str, list[str]]:
    """Return a file's text with an entry added, and what the rules say against the entry."""
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    text = f"{before.rstrip()}\n\n{entry}".lstrip("\n")
    others = {
        other.relative_to(base.root).as_posix(): other.read_text(encoding="utf-8", errors="replace")
        for other in sorted((base.root / "bib").glob("*.bib"))
        if other != file
    }
    shown_as = file.relative_to(base.root).as_posix()
    start = text.count("\n", 0, text.rfind(entry)) + 1
    _, problems = parse_bibliography({**others, shown_as: text})
    return text, [
        f"{problem.message} {problem.suggestion}".strip()
        for problem in problems
        if problem.place.path == shown_as and problem.place.line >= start and problem.severity == "error"
    ]
