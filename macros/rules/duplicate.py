"""Duplicates: records of one kind that probably are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from macros.anatomy import Leaf
from macros.catalogue import Code
from macros.fields import NOT_STATED
from macros.likeness import alike
from macros.problem import Problem, Severity
from macros.rules.rule import Evidence, Report, rule

_SAME_TITLE = 96
"""From here on titles differ in how they are typed, not in what they say."""
_NEAR_TITLE = 65
_SAME_FACTS = 0.5
"""Share of partners and countries that two records have to have in common for a near title to count."""


@rule(
    Code(
        "E409",
        "likely-duplicate",
        "Two records of one kind probably are the same.",
        "What is recorded twice is counted twice, and the two drift apart.",
        "evidence/case-studies/mill-road.yaml and evidence/case-studies/mill-road-trees.yaml, of the same partners",
        "one record; or two whose titles say what sets them apart, or that are linked",
        Severity.WARNING,
    )
)
def duplicates(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    facts = {name: _facts(leaves) for name, _, leaves in base.walked}
    for kind, records in base.records.items():
        titles = {
            id_: record.title
            for id_, record in records.items()
            if kind != "claim-sheet" and base.role("statuses", record.status) != "withdrawn"
        }
        for one, other, score in alike(titles, _NEAR_TITLE):
            first, second = f"{kind}:{one}", f"{kind}:{other}"
            shared = facts[first] & facts[second]
            same_facts = bool(shared) and len(shared) >= _SAME_FACTS * len(facts[first] | facts[second])
            if (score >= _SAME_TITLE or same_facts) and not _linked(evidence, first, second):
                yield report(
                    base.place(records[other], "title"),
                    f"This is probably the same as “{titles[one]}” ({base.documents[kind, one].path}).",
                    "If it is, keep one record; if not, say in the titles what sets them apart, or link one to the other.",
                )


def _facts(leaves: Iterable[Leaf]) -> frozenset[str]:
    """Return whom and which countries a record names."""
    return frozenset(
        str(leaf.value).casefold()
        for leaf in leaves
        if leaf.value != NOT_STATED
        and (leaf.part.scheme == "countries" or (leaf.path[0] == "partners" and leaf.part.name == "name"))
    )


def _linked(evidence: Evidence, one: str, other: str) -> bool:
    return any(use.by == other for use in evidence.uses.get(one, ())) or any(
        use.by == one for use in evidence.uses.get(other, ())
    )
