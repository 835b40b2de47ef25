"""Rule 1: every claim has a locator that leads to its passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macros.catalogue import Code
from macros.kinds.claim import ClaimSheet
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule
from macros.validation import texts

MAX_WORDS = 12
MIN_WORDS = 2


@rule(
    Code(
        "E401",
        "locator-not-distinctive",
        "A claim's locator gives too few or too many words to find the passage by.",
        "A reader, and a machine, must be able to find the passage; one word stands in too many places, "
        "and more than twelve words copy the source.",
        "locator: {section: Results, start: The}",
        "locator: {section: Results, start: We received 31 responses, end: response rate 27.3%)}",
    ),
    number=1,
)
def locators(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for claim in base.claims.values():
        for path, locator in ((("locator",), claim.locator), *((("also", i), loc) for i, loc in enumerate(claim.also))):
            for name in ("start", "end"):
                words = (getattr(locator, name) or "").split()
                if len(words) > MAX_WORDS:
                    yield report(base.place(claim, *path, name), _too_long(name, words), _FEW)
            if locator.table is None and len(locator.start.split()) < MIN_WORDS and not locator.end:
                yield report(
                    base.place(claim, *path, "start"),
                    f"“{locator.start}” is too little to find a passage by.",
                    "Give the first few words, and the last few as “end”.",
                )
    for model, document in base.broken:
        for place, part, text in texts(document.data, model) if model is ClaimSheet else ():
            words = text.split()
            if len(words) > MAX_WORDS and place[-2:] in (("locator", "start"), ("locator", "end")):
                yield report(document.place(place), _too_long(part.name, words), _FEW)


_FEW = "Give only the first, or last, few words of the passage."


def _too_long(name: str, words: Sequence[str]) -> str:
    return f"“{name}” has {len(words)} words; a locator quotes at most {MAX_WORDS}."
