"""Room: how much of a brief fits on its pages, reckoned before it is typeset.

Reckoning is ten times as quick as typesetting to find out. What comes out is held against the pages that
were really made (see `macros.typeset`), so that a reckoning that is a little off costs room and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from macros.brief import Brief, Point, Section, Text, cited

# All in points, as macros/print/document.typ sets them.
_COLUMN = 360.0
_WHOLE = 480.0
_PAGE = 722.0
_SPARE = 0.0
"""For what a page's end cannot take, and for what is reckoned too low."""
_BODY, _NOTE, _SMALL, _REFERENCE = (10.0, 13.0), (9.0, 10.6), (8.5, 10.2), (8.5, 11.3)
"""Size of letters, and from one line to the next, the space between paragraphs shared out among them."""
_GROUP, _MORE, _SECTION = 16.7, 11.0, 14.0
"""What these add besides their lines."""
_HEAD, _TITLE, _ANSWER, _SIGNS, _FOOT = 34.0, (21.0, 21.0), (12.5, 14.6), 62.0, 92.0

_WIDTHS = (
    ("',.| :;ijl{‘’·", 0.245),
    ("!()/IJft}", 0.3),
    ('*-[]r›"', 0.35),
    ("?`sz“”", 0.4),
    ("0123456789acek#$", 0.455),
    ("BKRVZCUX%", 0.63),
    ("&ADGNOQ", 0.7),
    ("HwmM—…@W", 0.8),
)
"""Letters of the typeface by their width, in parts of its size."""
_WIDTH = {letter: width for letters, width in _WIDTHS for letter in letters}
_OTHER = 0.515


def length(of: Brief, references: Mapping[str, Text]) -> float:
    """Return how many pages a whole brief would take."""
    return _filled(of, references, math.inf)[1] / _PAGE


def fitted(of: Brief, references: Mapping[str, Text], pages: int, less: float = 0) -> Brief:
    """Return a brief with as many of its points as some pages hold, the most important first.

    `less` is taken from the room, for when a reckoning was too hopeful.
    """
    chosen, _ = _filled(of, references, _PAGE * pages - _SPARE - less)
    return replace(
        of,
        sections=tuple(
            replace(section, points=tuple(points), more=len(section.points) - len(points))
            for section, points in zip(of.sections, chosen, strict=True)
        ),
    )


def _filled(of: Brief, references: Mapping[str, Text], room: float) -> tuple[list[list[Point]], float]:
    """Return the points of each section that there is room for, and how high everything stands."""

    def entries(new: Iterable[str]) -> float:
        return sum(_height(references.get(key, ()), _REFERENCE, _COLUMN - 17) for key in new)

    used = _HEAD + _lines(of.title, _TITLE, _WHOLE) + _FOOT + (_SIGNS if of.signs else 0)
    used += _height(of.answer, _ANSWER, _WHOLE - 13) + 17
    used += _height(of.notice, _BODY, _WHOLE - 17) + (28 if of.notice else 0)
    for section in of.sections:
        lines = [line.text for line in section.lines]
        heights = [_height(text, _BODY, _COLUMN) for text in lines]
        if lines or section.points:
            used += _SECTION + max(sum(heights), 24) + (_MORE if section.judged else 0)
    keys = set(cited(replace(of, sections=tuple(replace(section, points=()) for section in of.sections))))
    used += _SECTION + entries(keys)
    chosen: list[list[Point]] = [[] for _ in of.sections]
    groups: set[tuple[int, str]] = set()
    full: set[int] = set()
    for number, point in _queue(of.sections):
        if number in full:
            continue
        section = of.sections[number]
        texts = (point.text, point.where, *point.notes)
        new = {key for text in texts for run in text for key in run.get("cite", ())} - keys
        cost = _cost(point, alike=bool(section.judged)) + entries(new)
        if point.group and (number, point.group) not in groups:
            cost += _GROUP
        last = len(chosen[number]) + 1 == len(section.points)
        # While some of a section is left out, a line says how much.
        cost += _MORE * ((not last and not chosen[number]) - (last and bool(chosen[number])))
        if used + cost > room:
            full.add(number)
            continue
        used += cost
        keys |= new
        groups.add((number, point.group))
        chosen[number].append(point)
    return chosen, used


def _queue(sections: Sequence[Section]) -> list[tuple[int, Point]]:
    """Return every point with its section's number: the first ones of all sections, then the next ones …"""
    ranked = [
        ((place + section.late) / section.weight, number, place)
        for number, section in enumerate(sections)
        for place in range(len(section.points))
    ]
    return [(number, sections[number].points[place]) for _, number, place in sorted(ranked)]


def _cost(point: Point, *, alike: bool) -> float:
    text = (*point.text, {"t": " our judgement  "}) if point.judged and not alike else point.text
    whole = _height(text, _BODY, _COLUMN - 10)
    whole += sum(_height(note, _NOTE, _COLUMN - 10) for note in point.notes)
    if point.where or point.mark:
        whole += _height(({"t": f"{point.mark}: "}, *point.where), _SMALL, _COLUMN - 10)
    return whole


def _height(text: Text, type_: tuple[float, float], width: float) -> float:
    if not text:
        return 0.0
    words = "".join("\n" if run.get("f") == "break" else run.get("t", "[10]") for run in text)
    return sum(_lines(part, type_, width) for part in words.split("\n"))


def _lines(words: str, type_: tuple[float, float], width: float) -> float:
    """Return how high some words stand; the end of a line is lost to words that do not fit, a few letters on average."""
    size, pitch = type_
    long = _long(words) * size
    return pitch * max(1, math.ceil(long / (width - 1.6 * size)))


@cache
def _long(words: str) -> float:
    """Return how long words are in one line, in parts of their size; kept, because each brief is tried several times."""
    return sum(_WIDTH.get(letter, _OTHER) for letter in words)
