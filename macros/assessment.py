"""Self-assessment: what to ask a reader about each principle, and what bears on a weak answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from macros.backlinks import Use
from macros.base import EvidenceBase
from macros.kinds.case_study import CaseStudy
from macros.kinds.common import Link, Record
from macros.kinds.finding import Finding
from macros.kinds.guidance import Guidance
from macros.kinds.principle import Hallmark, Principle
from macros.kinds.recommendation import Recommendation
from macros.support import clusters

ANSWERS = "assessment-answers"
"""The vocabulary of answers; its role “weak” marks those that call for evidence."""
_LOOSE = "related"
"""The relation that says no more than that two records are about one matter."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a reader rates: a hallmark, or a principle's definition where it has none."""

    name: str
    """`principle` or `principle.hallmark`; stands in addresses, so it never changes."""
    statement: str
    claim: str
    hallmark: Hallmark | None
    judged: bool
    """Whether it is asked under this principle by our judgement."""
    instead: bool = False
    """Whether it is asked only where our judgement is left out."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """A record that is linked with a principle, and what the link rests on."""

    name: str
    """`kind:id`."""
    relation: str
    basis: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A finding that bears on a principle without being linked with it."""

    name: str
    """`finding:id`."""
    through: tuple[str, ...]
    """Recommendations that apply the principle and rest on it, as `kind:id`; empty where it is drawn from
    the principle's own claims."""


@dataclass(frozen=True, slots=True)
class Part:
    """One principle: what is asked, and what bears on it."""

    principle: Principle
    questions: tuple[Question, ...]
    cases: tuple[Bearing, ...]
    recommendations: tuple[Bearing, ...]
    findings: tuple[Bearing, ...]
    ties: tuple[Tie, ...]
    claims: tuple[Bearing, ...]
    guidance: tuple[Bearing, ...]
    case_sources: int
    """How many independent clusters of sources the cases come from."""


def assessment(base: EvidenceBase, uses: Mapping[str, tuple[Use, ...]], scheme: str = "") -> tuple[Part, ...]:
    """Return the parts of a self-assessment, one for each principle of `scheme` (all of them where it is empty)."""
    principles = [
        principle
        for principle in base.all(Principle).values()
        if scheme in ("", principle.scheme) and _stands(base, principle)
    ]
    return tuple(_part(base, uses, principle) for principle in sorted(principles, key=lambda p: (p.scheme, p.number)))


def _stands(base: EvidenceBase, record: Record | None) -> bool:
    return record is not None and base.role("statuses", record.status) != "withdrawn"


def _part(base: EvidenceBase, uses: Mapping[str, tuple[Use, ...]], principle: Principle) -> Part:
    found: dict[str, dict[str, Bearing]] = defaultdict(dict)
    for bearing in _bearings(uses, principle):
        kind, _, id_ = bearing.name.partition(":")
        if kind == "claim" or _stands(base, base.records.get(kind, {}).get(id_)):
            found[kind].setdefault(bearing.name, bearing)
    cases, recommendations, findings, claims, guidance = (
        tuple(sorted(found[kind].values(), key=lambda bearing: _rank(base, bearing)))
        for kind in (CaseStudy.kind, Recommendation.kind, Finding.kind, "claim", Guidance.kind)
    )
    printed = [f"{CaseStudy.kind}:{case}" for hallmark in principle.hallmarks for case in hallmark.cases]
    return Part(
        principle,
        tuple(_questions(base, principle)),
        cases,
        recommendations,
        findings,
        _ties(base, uses, principle, recommendations, set(found[Finding.kind])),
        claims,
        guidance,
        _independent(base, dict.fromkeys([*printed, *(bearing.name for bearing in cases)])),
    )


def _questions(base: EvidenceBase, principle: Principle) -> Iterator[Question]:
    judged = [base.role("link-bases", hallmark.basis) == "judged" for hallmark in principle.hallmarks]
    for hallmark, ours in zip(principle.hallmarks, judged, strict=True):
        yield Question(f"{principle.id}.{hallmark.id}", hallmark.statement, hallmark.claim, hallmark, ours)
    if all(judged):
        instead = bool(principle.hallmarks)
        yield Question(principle.id, principle.definition, principle.definition_claim, None, False, instead)


def _bearings(uses: Mapping[str, tuple[Use, ...]], principle: Principle) -> Iterator[Bearing]:
    """Yield the links of a principle with other records, those that others state and its own."""
    for use in uses.get(f"{Principle.kind}:{principle.id}", ()):
        if use.relation:
            yield Bearing(use.by, use.relation, use.basis, use.reason)
    for link in principle.links:
        yield Bearing(link.to, link.relation, link.basis, link.reason)


def _rank(base: EvidenceBase, bearing: Bearing) -> tuple[object, ...]:
    """Order: stated before judged, then by relation, then rules by strength, then numbered ones first."""
    kind, _, id_ = bearing.name.partition(":")
    record = base.claims[id_] if kind == "claim" else base.records[kind][id_]
    strengths = list(base.concepts["strengths"])
    number = str(getattr(record, "number", ""))
    return (
        base.role("link-bases", bearing.basis) == "judged",
        list(base.concepts["relations"]).index(bearing.relation),
        strengths.index(record.strength) if isinstance(record, Guidance) else 0,
        not any(figure.isdigit() for figure in number),
        number,
        getattr(record, "title", id_),
    )


def _ties(
    base: EvidenceBase,
    uses: Mapping[str, tuple[Use, ...]],
    principle: Principle,
    recommendations: Iterable[Bearing],
    linked: set[str],
) -> tuple[Tie, ...]:
    """Return the findings that are drawn from a principle's own claims, or behind recommendations that apply it."""
    own = (principle.definition_claim, *(hallmark.claim for hallmark in principle.hallmarks))
    through: dict[str, dict[str, None]] = {
        use.by: {} for claim in own for use in uses.get(f"claim:{claim}", ()) if _finding(base, use.by)
    }
    drawn = set(through)
    for bearing in recommendations:
        for link in _links(base, bearing):
            if _finding(base, link.to) and link.to not in drawn:
                through.setdefault(link.to, {}).setdefault(bearing.name)
    ties = [Tie(name, tuple(names)) for name, names in through.items() if name not in linked]
    return tuple(sorted(ties, key=lambda tie: (bool(tie.through), -len(tie.through), tie.name)))


def _finding(base: EvidenceBase, name: str) -> bool:
    kind, _, id_ = name.partition(":")
    return kind == Finding.kind and _stands(base, base.all(Finding).get(id_))


def _links(base: EvidenceBase, bearing: Bearing) -> tuple[Link, ...]:
    record = base.all(Recommendation).get(bearing.name.partition(":")[2])
    return record.links if record and bearing.relation != _LOOSE else ()


def _independent(base: EvidenceBase, cases: Iterable[str]) -> int:
    records = [base.all(CaseStudy)[name.partition(":")[2]] for name in cases]
    return len(clusters(base, sorted({base.claims[claim].source for record in records for claim in record.claims})))
