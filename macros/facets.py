"""Facets: what each record can be filtered and counted by, read off its fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from macros.anatomy import Leaf
from macros.backlinks import subjects
from macros.base import EvidenceBase
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim
from macros.kinds.common import Learning, Record
from macros.kinds.finding import Finding
from macros.kinds.innovation import Innovation
from macros.kinds.principle import Principle
from macros.kinds.recommendation import Recommendation
from macros.kinds.source import Source

LINKED = ("principle", "recommendation", "finding")
"""Kinds that serve as facets of the records linked with them."""
_FLOW = ("directions", "learning-types", "levels", "learning-modes", "link-bases")
"""Vocabularies of a flow's own terms; in all others it shares those of its record."""

PLUMBING = frozenset(
    {
        "answers", "appraisal-items", "appraisal-statuses", "appraisal-tools", "coders", "codings", "column-types",
        "concerns", "directness", "events", "formats", "link-bases", "precisions", "publication-statuses", "relations",
        "replies", "stage-states", "stages", "statuses", "units",
    }
)  # fmt: skip
"""Vocabularies that say how a record was made or how its parts hang together, not what it is about."""

Terms = dict[str, dict[str, bool]]
"""Terms by facet, each with whether it is there by our judgement alone."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that is counted: a record, or one flow of learning in a record."""

    name: str
    """`kind:id` of the record."""
    facets: Mapping[str, frozenset[str]]
    """Terms by vocabulary; ids by kind for linked records and for `source`."""
    judged: bool
    """Whether the unit itself is a judgement of ours."""
    by_judgement: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Those of the facets' terms that are there by our judgement alone."""
    what: str = ""
    """For a flow of learning, what is learnt."""

    def is_judged(self, *terms: tuple[str, str]) -> bool:
        """Whether the unit shares these facets' terms by our judgement alone."""
        return self.judged or any(term in self.by_judgement.get(facet, ()) for facet, term in terms)


def judged_basis(base: EvidenceBase, basis: object) -> bool:
    """Whether a basis is our judgement; what kind of statement a claim is says nothing of that sort."""
    return (
        isinstance(basis, str) and basis in base.concepts["link-bases"] and base.role("link-bases", basis) == "judged"
    )


def record_units(base: EvidenceBase) -> dict[str, list[Unit]]:
    """Return the records of each kind as units."""
    linked = _links(base)
    found: dict[str, list[Unit]] = defaultdict(list)
    for name, record, leaves in base.walked:
        facets, judged = _split(_terms(base, name, record, leaves, linked))
        found[name.partition(":")[0]].append(Unit(name, facets, _is_ours(base, record), judged))
    return found


def _terms(
    base: EvidenceBase, name: str, record: BaseModel, leaves: Sequence[Leaf], linked: Mapping[str, Terms]
) -> Terms:
    terms: Terms = defaultdict(dict)
    for leaf in leaves:
        if leaf.part.scheme:
            _add(terms[leaf.part.scheme], leaf.value, _is_judged(base, leaf.group))
    for kind, ids in linked.get(name, {}).items():
        for id_, judged in ids.items():
            _add(terms[kind], id_, judged)
    for source in _sources(base, record):
        _add(terms["source"], source, False)
        form = base.all(Source).get(source)
        if form:
            _add(terms["source-types"], form.type, False)
            _add(terms["study-designs"], form.design, False)
    return terms


def _is_ours(base: EvidenceBase, record: BaseModel) -> bool:
    """Whether a record as a whole is our judgement: what we infer, and what we make of several claims together."""
    if isinstance(record, Claim):
        return base.role("bases", record.basis) == "inference"
    return isinstance(record, Finding)


def _add(terms: dict[str, bool], term: str, judged: bool) -> None:
    terms[term] = judged and terms.get(term, True)


def _is_judged(base: EvidenceBase, group: object) -> bool:
    """Whether a group of fields, such as a tag or a link, says of itself that it is our judgement."""
    basis = getattr(group, "basis", None)
    return basis in base.concepts.get("link-bases", {}) and base.role("link-bases", str(basis)) == "judged"


def _split(terms: Terms) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    judged = {facet: frozenset(t for t, ours in found.items() if ours) for facet, found in terms.items()}
    return {facet: frozenset(found) for facet, found in terms.items()}, {f: t for f, t in judged.items() if t}


def learning_units(base: EvidenceBase) -> list[Unit]:
    """Return every flow of learning that a case, an innovation or a claim records.

    A claim's flow is left out where a case or an innovation records it with that claim, so that
    nothing is counted twice. What a finding says of learning is a synthesis of these, and not counted.
    """
    units: list[Unit] = []
    carried: set[str] = set()
    linked = _links(base)
    # Claims come last in the walk: by then all that are carried are known.
    for name, record, leaves in base.walked:
        if isinstance(record, CaseStudy | Innovation):
            carried |= {flow.claim for flow in record.learning if flow.claim}
        elif not isinstance(record, Claim) or name.removeprefix("claim:") in carried:
            continue
        if record.learning:
            terms = _terms(base, name, record, leaves, linked)
            units += [_learning_unit(base, name, terms, flow) for flow in record.learning]
    return units


def _learning_unit(base: EvidenceBase, name: str, terms: Terms, flow: Learning) -> Unit:
    facets, judged = _split({facet: found for facet, found in terms.items() if facet not in _FLOW})
    facets |= {
        "directions": frozenset({flow.direction}),
        "learning-types": frozenset({flow.type}),
        "levels": frozenset({flow.level}),
        "learning-modes": frozenset({flow.mode}),
        "link-bases": frozenset({flow.basis}),
    }
    return Unit(name, facets, _is_judged(base, flow), judged, flow.what)


def _sources(base: EvidenceBase, record: object) -> set[str]:
    if isinstance(record, Claim):
        return {record.source}
    if isinstance(record, Source):
        return {record.id}
    found = {base.claims[uid].source for uid in _claims(record) if uid in base.claims}
    source = getattr(record, "source", None)
    return found | ({source} if isinstance(source, str) else set())


def _claims(record: object) -> Iterator[str]:
    for entry in getattr(record, "claims", ()):
        yield entry if isinstance(entry, str) else getattr(entry, "claim", "")
    for name in ("claim", "definition_claim"):
        value = getattr(record, name, None)
        if isinstance(value, str):
            yield value


def _links(base: EvidenceBase) -> dict[str, Terms]:
    """Return, for each `kind:id`, the principles, recommendations and findings linked with it, both ways."""
    found: dict[str, Terms] = defaultdict(lambda: defaultdict(dict))
    for name, record in subjects(base):
        kind, _, id_ = name.partition(":")
        pointed = [(link.to, _is_judged(base, link)) for link in getattr(record, "links", ())]
        if isinstance(record, Recommendation | Principle):
            pointed += [(f"claim:{uid}", False) for uid in _claims(record)]
        elif kind == "finding":  # which claims bear on a finding is always our judgement
            pointed += [(f"claim:{uid}", True) for uid in _claims(record)]
        for target, judged in pointed:
            other, _, other_id = target.partition(":")
            if kind in LINKED:
                _add(found[target][kind], id_, judged)
            if other in LINKED and isinstance(record, Record):
                _add(found[name][other], other_id, judged)
    return found
