"""Traces: the chain from a recommendation through findings and claims down to passages."""

from __future__ import annotations

from dataclasses import dataclass

from macros.base import EvidenceBase
from macros.kinds.finding import Attachment, Confidence, Finding
from macros.kinds.recommendation import Recommendation

_ORDER = {"for": 0, "against": 1, "qualifies": 2, "illustrates": 3, "neutral": 4}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a recommendation is linked to, with the claims behind it."""

    name: str
    """`kind:id`."""
    relation: str
    directness: str
    basis: str
    reason: str
    confidence: Confidence | None
    claims: tuple[Attachment, ...]

    @property
    def kind(self) -> str:
        """The kind of record."""
        return self.name.partition(":")[0]

    @property
    def layer(self) -> str:
        """Which layer of the diagram it belongs to."""
        return self.kind if self.kind in {"finding", "claim"} else "record"


def trace(base: EvidenceBase, recommendation: Recommendation) -> tuple[Step, ...]:
    """Return what a recommendation is linked to: support first, then challenges, then the rest."""
    findings = base.all(Finding)
    steps = []
    for link in recommendation.links:
        kind, _, id_ = link.to.partition(":")
        finding = findings.get(id_) if kind == Finding.kind else None
        steps.append(
            Step(
                name=link.to,
                relation=link.relation,
                directness=link.directness,
                basis=link.basis,
                reason=link.reason,
                confidence=finding.confidence if finding else None,
                claims=attachments(base, finding) if finding else (),
            )
        )
    return tuple(sorted(steps, key=lambda step: _ORDER.get(base.role("relations", step.relation), 9)))


def attachments(base: EvidenceBase, finding: Finding, role: str = "") -> tuple[Attachment, ...]:
    """Return a finding's claims, all or those with one role, support first."""
    found = [a for a in finding.claims if not role or base.role("relations", a.relation) == role]
    return tuple(sorted(found, key=lambda a: _ORDER.get(base.role("relations", a.relation), 9)))
