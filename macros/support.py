"""Support: what speaks for and against a finding or a recommendation, counted by independence.

Support counts independent clusters of sources, never records. Illustrations, recommendations
and what we inferred never count. With judgement off, only links that a source itself states count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from macros.base import EvidenceBase
from macros.kinds.claim import Claim
from macros.kinds.finding import Finding
from macros.kinds.recommendation import Recommendation
from macros.kinds.source import Source

_COUNTING = {"own", "second-hand", "arithmetic"}


class Standing(StrEnum):
    """How a finding or recommendation stands, in one word."""

    SUPPORTED = "supported"
    CONTESTED = "contested"
    UNCHECKED = "unchecked"
    """There is support, and nobody has looked for evidence against it."""
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Support:
    """What a finding or a recommendation stands on."""

    standing: Standing
    supporting: tuple[str, ...]
    """Full ids of the claims that count as support."""
    challenging: tuple[str, ...]
    qualifying: tuple[str, ...]
    illustrating: tuple[str, ...]
    """Claims that only illustrate, or that may not count because of their basis."""
    sources: tuple[str, ...]
    """Sources of the supporting claims."""
    clusters: tuple[str, ...]
    """Independence clusters of those sources."""
    second_hand: tuple[str, ...]
    """Those of the supporting claims that a source only passes on."""

    @property
    def independent(self) -> int:
        """Number of independent clusters; also how many would have to go for no support to be left."""
        return len(self.clusters)


def finding_support(base: EvidenceBase, finding: Finding, *, judged: bool = True) -> Support:
    """Return what a finding stands on; attachments of claims to findings are always our judgement."""
    attached = [(a.claim, base.role("relations", a.relation)) for a in finding.claims] if judged else []
    return _support(base, attached, _counter_searched(base, finding.counter_search))


def recommendation_support(base: EvidenceBase, recommendation: Recommendation, *, judged: bool = True) -> Support:
    """Return what a recommendation stands on, through its findings and the claims linked directly.

    The claims that hold the recommendation itself are no support for it. A claim that challenges
    a finding which speaks for the recommendation speaks against the recommendation.
    """
    attached: list[tuple[str, str]] = []
    findings = base.all(Finding)
    for link in recommendation.links:
        if base.role("link-bases", link.basis) == "judged" and not judged:
            continue
        kind, _, id_ = link.to.partition(":")
        role = base.role("relations", link.relation)
        if kind == "claim":
            attached.append((id_, role))
        elif kind == Finding.kind and id_ in findings and judged:
            attached += [(a.claim, _through(role, base.role("relations", a.relation))) for a in findings[id_].claims]
    return _support(base, attached, _counter_searched(base, recommendation.counter_search))


def _through(outer: str, inner: str) -> str:
    """Return how a claim bears on a recommendation through a finding."""
    if outer == "for":
        return inner
    if outer == "against":
        return {"for": "against", "against": "for"}.get(inner, inner)
    if outer == "qualifies" and inner in {"for", "qualifies"}:
        return "qualifies"
    return "neutral"


def _counter_searched(base: EvidenceBase, search: str | None) -> bool:
    record = base.records["search"].get(search or "")
    return bool(getattr(record, "counter_evidence", False))


def _support(base: EvidenceBase, attached: Iterable[tuple[str, str]], searched: bool) -> Support:
    by_role: dict[str, dict[str, None]] = {"for": {}, "against": {}, "qualifies": {}, "illustrates": {}}
    for uid, role in attached:
        if uid not in base.claims:
            continue
        no_evidence = role in {"for", "against"} and not counts_as_evidence(base, base.claims[uid])
        counted = "illustrates" if no_evidence else role
        if counted in by_role:
            by_role[counted].setdefault(uid)
    supporting = tuple(by_role["for"])
    sources = tuple(dict.fromkeys(base.claims[uid].source for uid in supporting))
    return Support(
        standing=_standing(bool(supporting), bool(by_role["against"]), searched),
        supporting=supporting,
        challenging=tuple(by_role["against"]),
        qualifying=tuple(by_role["qualifies"]),
        illustrating=tuple(by_role["illustrates"]),
        sources=sources,
        clusters=clusters(base, sources),
        second_hand=tuple(uid for uid in supporting if base.role("bases", base.claims[uid].basis) == "second-hand"),
    )


def _standing(supported: bool, challenged: bool, searched: bool) -> Standing:
    if not supported:
        return Standing.UNSUPPORTED
    if challenged:
        return Standing.CONTESTED
    return Standing.SUPPORTED if searched else Standing.UNCHECKED


def counts_as_evidence(base: EvidenceBase, claim: Claim) -> bool:
    """Whether a claim may count for or against anything: not if it is advice or our inference."""
    return base.role("bases", claim.basis) in _COUNTING


def clusters(base: EvidenceBase, sources: Iterable[str]) -> tuple[str, ...]:
    """Return the independence clusters of some sources, each once; a source without a form stands alone.

    Sources of which nobody has said what they share with others may share it with any: all of them together
    count once where there are no others, and else not at all.
    """
    forms: Mapping[str, Source] = base.all(Source)
    found = dict.fromkeys(forms[source].cluster if source in forms else f"source:{source}" for source in sources)
    known = tuple(cluster for cluster in found if base.role("clusters", cluster) != "unknown")
    return known or tuple(found)
