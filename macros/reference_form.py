"""The form of references: what a program can put right in a `.bib` file without a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from macros import spelling
from macros.bibliography import parse_bibliography
from macros.fields import NOT_STATED
from macros.problem import Place
from macros.reference import Bibliography
from macros.reference_rules import DATE_FIELDS

_CODES = frozenset({"E508", "E510", "E513", "E519"})
"""DOIs that are not bare, addresses, dates and signs that LaTeX would misread."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of a reference's text."""

    place: Place
    old: str
    new: str


def corrected(text: str, path: str) -> tuple[str, tuple[Correction, ...], str]:
    """Return a file's text with what can be put right, the corrections, and why none was made if so.

    Entries, fields and their order stay, and so does every character that no correction names.
    """
    before, problems = parse_bibliography({path: text})
    found = {
        problem.place: Correction(problem.place, problem.fix.old, problem.fix.new)
        for problem in problems
        if problem.code in _CODES and problem.fix
    }
    for correction in _dates(before):
        found.setdefault(correction.place, correction)
    original = text
    lines = text.split("\n")  # as places count them
    for correction in sorted(found.values(), key=lambda correction: correction.place, reverse=True):
        place = correction.place
        start = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
        if not text.startswith(correction.old, start):
            return original, tuple(found.values()), "What is to be corrected was not found again in the text."
        text = text[:start] + correction.new + text[start + len(correction.old) :]
    after, left = parse_bibliography({path: text})
    corrections = tuple(sorted(found.values(), key=lambda correction: correction.place))
    if not _same(before, after, corrections) or len(left) > len(problems):
        return original, corrections, "Correcting it would have changed more than what was to be corrected."
    return text, corrections, ""


def _dates(bibliography: Bibliography) -> Iterator[Correction]:
    for reference in bibliography.values():
        for field in reference.fields.values():
            if field.name in DATE_FIELDS and field.text.lower() != NOT_STATED:
                better = spelling.date(field.typed)
                if better != field.typed:
                    yield Correction(field.place, field.typed, better)


def _same(before: Bibliography, after: Bibliography, corrections: tuple[Correction, ...]) -> bool:
    """Whether two readings have the same entries, and the same in every field that was not corrected."""
    if list(before) != list(after):
        return False
    lines = {correction.place.line for correction in corrections}
    for key, reference in before.items():
        other = after[key]
        if (reference.type, list(reference.fields)) != (other.type, list(other.fields)):
            return False
        for name, field in reference.fields.items():
            rows = range(field.place.line, field.place.line + field.typed.count("\n") + 1)
            if field.typed != other.fields[name].typed and lines.isdisjoint(rows):
                return False
    return True
