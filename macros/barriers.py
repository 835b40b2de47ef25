"""Barriers and enablers: what is said to hinder and to help, by theme, and who says it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from macros.base import EvidenceBase
from macros.kinds.claim import Claim
from macros.kinds.vocabulary import Concept
from macros.support import clusters

AUTHORS = ""
"""Stands for the source's own authors among the sides that speak."""


@dataclass(frozen=True, slots=True)
class Said:
    """A claim under a theme."""

    claim: Claim
    judged: bool
    """Whether it is our judgement that puts it there."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What is said to have one effect."""

    by_side: tuple[tuple[str, tuple[Said, ...]], ...]
    """Claims by the side that says so, a term of `sides`; the authors last."""
    records: int
    stated: int
    """Number of claims with our judgement left out."""


@dataclass(frozen=True, slots=True)
class Board:
    """One theme with its effects by term."""

    theme: Concept
    effects: dict[str, Effect]
    independent: int
    stated_independent: int


def boards(base: EvidenceBase) -> list[Board]:
    """Return every theme under which something is said to hinder or to help, in the themes' order."""
    found: dict[str, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    for claim in base.claims.values():
        for tag in claim.themes:
            if tag.effect:
                judged = base.role("link-bases", tag.basis) == "judged"
                found[tag.term][tag.effect].append(Said(claim, judged))
    return [_board(base, theme, found[id_]) for id_, theme in base.concepts.get("themes", {}).items() if found[id_]]


def speakers(boards_: Sequence[Board]) -> tuple[Counter[str], Counter[str]]:
    """Return how many different claims each side says over all themes, with and without our judgement."""
    every: dict[str, set[str]] = defaultdict(set)
    stated: dict[str, set[str]] = defaultdict(set)
    for board in boards_:
        for effect in board.effects.values():
            for side, said in effect.by_side:
                every[side] |= {one.claim.uid for one in said}
                stated[side] |= {one.claim.uid for one in said if not one.judged}
    return tuple(Counter({side: len(uids) for side, uids in found.items()}) for found in (every, stated))  # type: ignore[return-value]


def _board(base: EvidenceBase, theme: Concept, found: dict[str, list[Said]]) -> Board:
    all_ = [said for effect in found.values() for said in effect]
    return Board(
        theme,
        {effect: _effect(base, found.get(effect, [])) for effect in base.concepts["effects"]},
        _independent(base, all_),
        _independent(base, [said for said in all_ if not said.judged]),
    )


def _effect(base: EvidenceBase, found: Sequence[Said]) -> Effect:
    sides: dict[str, list[Said]] = defaultdict(list)
    for said in found:
        sides[said.claim.voice.side if said.claim.voice else AUTHORS].append(said)
    order = [*base.concepts.get("sides", {}), AUTHORS]
    return Effect(
        tuple((side, tuple(sides[side])) for side in order if side in sides),
        len(found),
        sum(not said.judged for said in found),
    )


def _independent(base: EvidenceBase, found: Sequence[Said]) -> int:
    return len(clusters(base, [said.claim.source for said in found]))
