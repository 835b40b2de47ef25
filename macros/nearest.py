"""The nearest right word to a wrong one, for “did you mean”."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_CUTOFF = 60


def nearest(word: str, candidates: Iterable[str], limit: int = 1) -> list[str]:
    """Return up to `limit` of the candidates that `word` was probably meant to be, best first."""
    found = process.extract(
        word, list(dict.fromkeys(candidates)), scorer=fuzz.WRatio, limit=limit, score_cutoff=_CUTOFF
    )
    return [choice for choice, _, _ in found]


def did_you_mean(word: str, candidates: Iterable[str], limit: int = 3) -> str:
    """Return “Did you mean …?” with the nearest candidates, or nothing when none is near."""
    near = nearest(word, candidates, limit)
    if not near:
        return ""
    quoted = [f"“{choice}”" for choice in near]
    return "Did you mean " + (quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]) + "?"
