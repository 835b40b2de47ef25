"""Eligibility: questions with answers, from a vocabulary, and the guidance that speaks to each answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from macros.base import EvidenceBase
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.guidance import Guidance
from macros.kinds.vocabulary import Concept


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, with what the guidance says to it."""

    concept: Concept
    rules: tuple[Guidance, ...]
    claims: tuple[str, ...]
    """Further claims that the answer's sentence rests on, such as what a list leaves out."""
    disputes: tuple[Discrepancy, ...]
    """Where the sources say different things about any of it."""


@dataclass(frozen=True, slots=True)
class Question:
    concept: Concept
    answers: tuple[Answer, ...]


def questions(base: EvidenceBase, scheme: str, disputes: Mapping[str, tuple[Discrepancy, ...]]) -> tuple[Question, ...]:
    """Return the questions of a vocabulary in its order; `disputes` are the discrepancies of each claim."""
    concepts = base.concepts[scheme].values()
    return tuple(
        Question(
            concept,
            tuple(_answer(base, answer, disputes) for answer in concepts if answer.broader == concept.id),
        )
        for concept in concepts
        if concept.broader is None
    )


def _answer(base: EvidenceBase, concept: Concept, disputes: Mapping[str, tuple[Discrepancy, ...]]) -> Answer:
    guidance = base.all(Guidance)
    rules = tuple(guidance[id_] for id_ in concept.guidance if id_ in guidance)
    claims = (*(rule.claim for rule in rules), *concept.claims)
    found = {dispute.id: dispute for claim in claims for dispute in disputes.get(claim, ())}
    return Answer(concept, rules, concept.claims, tuple(found.values()))


def unasked(base: EvidenceBase, asked: Iterable[Question]) -> tuple[Guidance, ...]:
    """Return the rules that stand and that no answer leads to, in order of topic."""
    reached = {rule.id for question in asked for answer in question.answers for rule in answer.rules}
    topics = list(base.concepts.get("guidance-topics", {}))
    rest = [
        rule
        for id_, rule in base.all(Guidance).items()
        if id_ not in reached and base.role("statuses", rule.status) != "withdrawn"
    ]
    return tuple(sorted(rest, key=lambda rule: (topics.index(rule.topic), rule.order)))
