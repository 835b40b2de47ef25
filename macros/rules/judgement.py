"""Rule 3: what a source states and what we judged are kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from macros.anatomy import Leaf
from macros.catalogue import Code
from macros.kinds.claim import Claim
from macros.kinds.common import Learning
from macros.kinds.principle import Hallmark
from macros.kinds.recommendation import Addressee
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule


@rule(
    Code(
        "E420",
        "judgement-without-reason",
        "Something is marked as our judgement and no reason is given.",
        "A reader who disagrees must be able to see why we judged so, and to switch the judgement off.",
        "learning: [{direction: outward, …, basis: judged}]",
        "learning: [{direction: outward, …, basis: judged, reason: One of them took the idea home.}]",
    ),
    number=3,
)
def judgements_without_reason(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for _, record, leaves in base.walked:
        for path, group in _groups(leaves, (Learning, Addressee, Hallmark)):
            if base.role("link-bases", group.basis) == "judged" and not group.reason:
                yield report(
                    base.place(record, *path),
                    "This is marked as our judgement and gives no reason.",
                    "Add “reason: …”, or, if the source itself says so, “basis: stated”.",
                )


@rule(
    Code(
        "E421",
        "statement-without-claim",
        "Something is marked as stated by the source and no claim says so.",
        "What a source states must lead to the passage that states it.",
        "learning: [{direction: both, …, basis: stated}]   # in a case study",
        "learning: [{direction: both, …, basis: stated, claim: jones2016/learning-is-mutual}]",
    ),
    number=3,
)
def statements_without_claim(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for _, record, leaves in base.walked:
        if isinstance(record, Claim):
            continue
        for path, group in _groups(leaves, (Learning,)):
            if base.role("link-bases", group.basis) == "stated" and not group.claim:
                yield report(
                    base.place(record, *path),
                    "This is marked as stated by the source and names no claim that states it.",
                    "Add “claim: source/claim”, or mark it “basis: judged” with a reason.",
                )


def _groups(leaves: Iterable[Leaf], models: tuple[type, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every group of fields among the leaves of a record that is one of `models`, with its path."""
    seen: set[int] = set()
    for leaf in leaves:
        if isinstance(leaf.group, models) and id(leaf.group) not in seen:
            seen.add(id(leaf.group))
            yield leaf.path[:-1], leaf.group
