"""Facets: what each record can be filtered and counted by, read off its fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from macros.anatomy import leaves
from macros.backlinks import subjects
from macros.base import EvidenceBase
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim
from macros.kinds.common import Learning, Record
from macros.kinds.innovation import Innovation
from macros.kinds.principle import Principle
from macros.kinds.recommendation import Recommendation
from macros.kinds.source import Source

LINKED = ("principle", "recommendation", "finding")
"""Kinds that serve as facets of the records linked with them."""
_HOUSEKEEPING = {"statuses", "codings", "coders", "events"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that is counted: a record, or one flow of learning in a record."""

    name: str
    """`kind:id` of the record."""
    facets: Mapping[str, frozenset[str]]
    """Terms by vocabulary; ids by kind for linked records and for `source`."""
    judged: bool
    """Whether the unit itself is a judgement of ours."""


def record_units(base: EvidenceBase) -> dict[str, list[Unit]]:
    """Return the records of each kind as units."""
    linked = _links(base)
    found: dict[str, list[Unit]] = defaultdict(list)
    for name, record in subjects(base):
        terms: dict[str, set[str]] = defaultdict(set)
        for leaf in leaves(record):
            if leaf.part.scheme:
                terms[leaf.part.scheme].add(leaf.value)
        for kind, ids in linked.get(name, {}).items():
            terms[kind] |= ids
        terms["source"] |= _sources(base, record)
        for source in terms["source"]:
            form = base.all(Source).get(source)
            if form:
                terms["source-types"].add(form.type)
                terms["study-designs"].add(form.design)
        found[name.partition(":")[0]].append(Unit(name, {k: frozenset(v) for k, v in terms.items()}, False))
    return found


def learning_units(base: EvidenceBase) -> list[Unit]:
    """Return every flow of learning that a case, an innovation or a claim records.

    A claim's flow is left out where a case or an innovation records it with that claim, so that
    nothing is counted twice. What a finding says of learning is a synthesis of these, and not counted.
    """
    units: list[Unit] = []
    carried: set[str] = set()
    for name, record in subjects(base):
        if isinstance(record, CaseStudy | Innovation):
            carried |= {flow.claim for flow in record.learning if flow.claim}
            units += [_learning_unit(base, name, record, flow) for flow in record.learning]
    for uid, claim in base.claims.items():
        if uid not in carried:
            units += [_learning_unit(base, f"claim:{uid}", claim, flow) for flow in claim.learning]
    return units


def _learning_unit(base: EvidenceBase, name: str, record: object, flow: Learning) -> Unit:
    facets: dict[str, frozenset[str]] = {
        "directions": frozenset({flow.direction}),
        "learning-types": frozenset({flow.type}),
        "levels": frozenset({flow.level}),
        "learning-modes": frozenset({flow.mode}),
        "source": frozenset(_sources(base, record)),
        "themes": frozenset(tag.term for tag in getattr(record, "themes", ())),
    }
    return Unit(name, facets, base.role("link-bases", flow.basis) == "judged")


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


def _links(base: EvidenceBase) -> dict[str, dict[str, set[str]]]:
    """Return, for each `kind:id`, the principles, recommendations and findings linked with it, both ways."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, record in subjects(base):
        kind, _, id_ = name.partition(":")
        pointed = [link.to for link in getattr(record, "links", ())]
        if isinstance(record, Recommendation | Principle) or kind == "finding":
            pointed += [f"claim:{uid}" for uid in _claims(record)]
        for target in pointed:
            other, _, other_id = target.partition(":")
            if kind in LINKED:
                found[target][kind].add(id_)
            if other in LINKED and isinstance(record, Record):
                found[name][other].add(other_id)
    return found
