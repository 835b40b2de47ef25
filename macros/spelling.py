"""Spellings: the one way in which terms, dates and addresses are written, for values written otherwise."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

_MONTHS = {
    name.lower(): number
    for number in range(1, 13)
    for name in (f"{datetime.date(2000, number, 1):%B}", f"{datetime.date(2000, number, 1):%b}")
}
_NUMERIC = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]+)\.?,?\s+(\d{4})")
_AMERICAN = re.compile(r"([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*|info:doi/)?(10\.\d{4,9}/[^\s\"<>{}\\]+)", re.IGNORECASE
)
_ADDRESS = re.compile(r"(https?)://([^/?#\s]+)(.*)", re.IGNORECASE)
_LONG_ENOUGH = 5
"""Shorter words are near to too many others for a near miss to say anything."""
_VERY_LONG = 9


def date(text: str) -> str:
    """Return a date as YYYY-MM-DD; the text itself where it is no date, or could be two."""
    text = text.strip()
    if match := _NUMERIC.fullmatch(text):
        parts = [int(part) for part in match.groups()]
    elif match := _DAY_FIRST.fullmatch(text):
        # 5/6/2026 is one day here and another elsewhere.
        day, month, year = (int(part) for part in match.groups())
        if day <= 12 and day != month:
            return text
        parts = [year, month, day]
    elif (match := _IN_WORDS.fullmatch(text)) and match[2].lower() in _MONTHS:
        parts = [int(match[3]), _MONTHS[match[2].lower()], int(match[1])]
    elif (match := _AMERICAN.fullmatch(text)) and match[1].lower() in _MONTHS:
        parts = [int(match[3]), _MONTHS[match[1].lower()], int(match[2])]
    else:
        return text
    try:
        return datetime.date(*parts).isoformat()
    except ValueError:
        return text


def address(text: str) -> str:
    """Return a web address in its usual form, a DOI as https://doi.org/…; the text itself where it is neither."""
    bare = text.strip().removeprefix("<").removesuffix(">")
    if match := _DOI.fullmatch(bare):
        return f"https://doi.org/{match[1]}"
    if match := _ADDRESS.fullmatch(bare):
        return f"{match[1].lower()}://{match[2].lower() if '@' not in match[2] else match[2]}{match[3]}"
    return text


@dataclass(frozen=True)
class Terms:
    """The terms of one vocabulary, by their ids and by every other name they are known by."""

    ids: frozenset[str]
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids by label, other words, plural and notation, in small letters."""

    @classmethod
    def of(cls, names: Mapping[str, Iterable[str]]) -> Terms:
        """Gather terms from the names of each id."""
        named: dict[str, set[str]] = defaultdict(set)
        for id_, others in names.items():
            for name in others:
                named[_folded(name)].add(id_)
        return cls(frozenset(names), {name: frozenset(ids) for name, ids in named.items()})

    def meant_by(self, text: str) -> tuple[str, bool]:
        """Return the one term that a text stands for, and whether that is a guess; nothing where it could be two."""
        slug = re.sub(r"[\s_-]+", "-", text.strip().casefold())
        if slug in self.ids:
            return slug, False
        named = self.named.get(_folded(text), frozenset())
        if named:
            return (next(iter(named)), False) if len(named) == 1 else ("", False)
        allowed = 2 if len(slug) >= _VERY_LONG else 1
        if len(slug) < _LONG_ENOUGH:
            return "", False
        # A slip of the pen is seldom in the first letter, where “direct” and “indirect” differ; never in a digit.
        digits = re.sub(r"\D", "", slug)
        near = sorted(
            (OSA.distance(slug, id_, score_cutoff=allowed + 1), id_)
            for id_ in self.ids
            if id_[:1] == slug[:1] and re.sub(r"\D", "", id_) == digits
        )
        if not near or near[0][0] > allowed or (len(near) > 1 and near[1][0] <= allowed + 1):
            return "", False
        return near[0][1], True


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
