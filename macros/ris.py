"""RIS: references as reference managers take them in, made from CSL-JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import rispy

_TYPES = {
    "article": "JOUR",
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "bill": "BILL",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "entry-encyclopedia": "ENCYC",
    "legislation": "STAT",
    "manuscript": "MANSCPT",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "post": "ICOMM",
    "post-weblog": "BLOG",
    "report": "RPRT",
    "software": "COMP",
    "speech": "SLIDE",
    "thesis": "THES",
    "webpage": "ELEC",
}
_PLAIN = {
    "id": "id",
    "title": "title",
    "container-title": "secondary_title",
    "volume": "volume",
    "issue": "number",
    "edition": "edition",
    "publisher": "publisher",
    "publisher-place": "place_published",
    "DOI": "doi",
    "ISBN": "issn",
    "ISSN": "issn",
    "abstract": "abstract",
    "language": "language",
    "genre": "type_of_work",
}
"""Fields of CSL-JSON that go over as they are."""


class _Writer(rispy.RisWriter):  # type: ignore[misc]  # rispy has no types
    def set_header(self, count: int) -> str:  # noqa: ARG002 - the signature is the base class's
        return ""


def ris(item: Mapping[str, Any]) -> str:
    """Return one item of CSL-JSON as a RIS record, closed by its `ER` line."""
    entry: dict[str, Any] = {"type_of_reference": _TYPES.get(str(item.get("type")), "GEN")}
    for name, field in _PLAIN.items():
        if item.get(name):
            entry[field] = _line(item[name])
    for name, field in (("author", "authors"), ("editor", "secondary_authors")):
        if item.get(name):
            entry[field] = [_line(_name(person)) for person in item[name]]
    if item.get("URL"):
        entry["urls"] = [_line(item["URL"])]
    issued, accessed = _date(item.get("issued")), _date(item.get("accessed"))
    if issued:
        entry["year"] = str(issued[0])
        entry["date"] = _ris_date(issued)
    if accessed:
        entry["access_date"] = _ris_date(accessed)
    if item.get("page"):
        first, _, last = _line(item["page"]).replace("–", "-").partition("-")
        entry |= {"start_page": first} | ({"end_page": last.strip("-")} if last else {})
    return str(rispy.dumps([entry], implementation=_Writer)).strip("\n") + "\n"


def _line(value: object) -> str:
    """Return a value without line breaks, which would begin a tag of their own."""
    return " ".join(str(value).split())


def _name(person: Mapping[str, Any]) -> str:
    if person.get("literal"):
        return str(person["literal"])
    particle = person.get("non-dropping-particle") or person.get("dropping-particle") or ""
    family = " ".join(filter(None, (particle, person.get("family"))))
    return ", ".join(filter(None, (family, person.get("given"), person.get("suffix"))))


def _date(value: Mapping[str, Any] | None) -> Sequence[int]:
    parts = (value or {}).get("date-parts") or [[]]
    return [int(part) for part in parts[0]]


def _ris_date(parts: Sequence[int]) -> str:
    """Return `YYYY/MM/DD/` with what is not known left empty."""
    padded = [f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:3])]
    return "/".join([*padded, *([""] * (3 - len(padded))), ""])
