"""Passages: proof that the words a locator gives stand in the source, in that order.

The sources' texts are not part of the project; whoever has them can run the proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from macros.base import EvidenceBase
from macros.kinds.claim import Claim
from macros.kinds.common import Locator
from macros.problem import Problem

_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "…": "..."})
_MAX_PASSAGE = 4000


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source's text with white space folded, as passages are looked up in it."""

    text: str

    @classmethod
    def of(cls, raw: str) -> SourceText:
        return cls(fold(raw))

    def find(self, locator: Locator) -> str | None:
        """Return the passage from the locator's first words to its last, or None.

        Of several places where it could start, the one with the shortest passage is taken.
        """
        start, end = fold(locator.start), fold(locator.end or "")
        best: str | None = None
        position = self.text.find(start)
        while position >= 0:
            if not end:
                return self.text[position : position + len(start)]
            stop = self.text.find(end, position)
            if stop >= 0:
                passage = self.text[position : stop + len(end)]
                if best is None or len(passage) < len(best):
                    best = passage
            position = self.text.find(start, position + 1)
        return best


def fold(text: str) -> str:
    """Fold white space and typographic variants, which differ between copies of a text."""
    return re.sub(r"\s+", " ", text.translate(_QUOTES)).strip()


def read_sources(folder: Path, ids: Iterable[str]) -> dict[str, list[SourceText]]:
    """Read the texts of the sources `ids` from `folder`: `ID.txt` and any `ID-*.txt`, each on its own."""
    texts: dict[str, list[SourceText]] = {}
    for id_ in ids:
        files = [folder / f"{id_}.txt", *sorted(folder.glob(f"{id_}-*.txt"))]
        found = [SourceText.of(file.read_text(encoding="utf-8")) for file in files if file.is_file()]
        if found:
            texts[id_] = found
    return texts


def check_passages(base: EvidenceBase, texts: dict[str, list[SourceText]]) -> Iterator[Problem]:
    """Yield a problem for each claim whose passage or number does not stand in its source's text."""
    for claim in base.claims.values():
        if claim.source not in texts:
            continue
        for path, locator in locators(claim):
            yield from _check_locator(base, claim, path, locator, texts[claim.source])
        yield from _check_numbers(base, claim, texts[claim.source])


def locators(claim: Claim) -> Iterator[tuple[tuple[str | int, ...], Locator]]:
    """Yield every locator of a claim with the path at which it stands."""
    yield ("locator",), claim.locator
    for index, locator in enumerate(claim.also):
        yield ("also", index), locator


def prints_numbers(base: EvidenceBase, claim: Claim) -> bool:
    """Whether a claim's numbers are the source's own and stand in the passage; what we worked out does not."""
    return base.role("bases", claim.basis) not in ("arithmetic", "inference")


def _check_locator(
    base: EvidenceBase, claim: Claim, path: tuple[str | int, ...], locator: Locator, texts: list[SourceText]
) -> Iterator[Problem]:
    for name in ("start", "end"):
        words = getattr(locator, name)
        if words and not any(fold(words) in text.text for text in texts):
            yield Problem(
                "E802",
                base.place(claim, *path, name),
                f"The words “{words}” do not stand in the source “{claim.source}”.",
                _longest_match(fold(words), texts),
            )
            return
    passages = [passage for text in texts if (passage := text.find(locator))]
    if not passages:
        yield Problem(
            "E803",
            base.place(claim, *path, "end"),
            f"In “{claim.source}” the last words do not stand after the first words.",
            "Check that both belong to the same passage; a column break may part them.",
        )
    elif min(map(len, passages)) > _MAX_PASSAGE:
        yield Problem(
            "E804",
            base.place(claim, *path),
            f"The passage is {min(map(len, passages))} characters long.",
            "Choose more distinctive first and last words.",
        )


def _longest_match(words: str, texts: list[SourceText]) -> str:
    parts = words.split()
    for length in range(len(parts) - 1, 1, -1):
        for first in range(len(parts) - length + 1):
            piece = " ".join(parts[first : first + length])
            if any(piece in text.text for text in texts):
                return f"“{piece}” does stand there; check the words around it."
    return "Copy them exactly as printed."


def _check_numbers(base: EvidenceBase, claim: Claim, texts: list[SourceText]) -> Iterator[Problem]:
    if not prints_numbers(base, claim):
        return
    passages = [passage for _, loc in locators(claim) for text in texts if (passage := text.find(loc))]
    if not passages:
        return
    for index, number in enumerate(claim.numbers):
        printed = fold(number.printed)
        if not any(printed.lower() in passage.lower() for passage in passages):
            yield Problem(
                "E805",
                base.place(claim, "numbers", index, "printed"),
                f"“{number.printed}” does not stand in the passage.",
                "Write the number as the passage prints it, or point the locator at the passage that prints it.",
            )
