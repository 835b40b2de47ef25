"""Likeness: pairs of texts that probably say the same, found without comparing each with each."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from rapidfuzz import fuzz

_KEYS = 3
"""Rarest words of a text by which it is found again."""
_COMMON = 30
"""A word in more texts than this tells nothing."""


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return re.findall(r"\w+", text.casefold())


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 100, whatever the order of their words; 0 when their figures differ."""
    first, second = words(one), words(other)
    if sorted(w for w in first if w.isdigit()) != sorted(w for w in second if w.isdigit()):
        return 0.0
    return fuzz.token_sort_ratio(" ".join(first), " ".join(second))


def alike(texts: Mapping[str, str], least: float) -> Iterator[tuple[str, str, float]]:
    """Yield each pair of texts that are at least so alike, by their names in the order given.

    Two texts are compared only if they share one of their rarest words, so that the work grows
    with the number of texts and not with its square.
    """
    split = {name: list(dict.fromkeys(words(text))) for name, text in texts.items()}
    known = Counter(word for found in split.values() for word in found)
    blocks: dict[str, list[str]] = defaultdict(list)
    for name, found in split.items():
        for word in sorted(found, key=lambda word: (known[word], word))[:_KEYS]:
            if 1 < known[word] <= _COMMON:
                blocks[word].append(name)
    place = {name: number for number, name in enumerate(texts)}
    pairs = {pair for names in blocks.values() for pair in combinations(names, 2)}
    for one, other in sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]])):
        score = likeness(texts[one], texts[other])
        if score >= least:
            yield one, other, score
