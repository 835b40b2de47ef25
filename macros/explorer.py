"""The explorer's data: every record and claim with what it can be filtered, sorted and searched by.

One compact file of columns; `docs/assets/js/explorer.js` reads it. Rows are in reading order, and a
term's rows are given as the steps from one to the next, which is short and packs well.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from macros.anatomy import Leaf
from macros.bibliography import bibtex
from macros.context import lead, plain_text, title
from macros.facets import LINKED, Unit, judged_basis
from macros.kinds.claim import Claim
from macros.kinds.finding import Finding
from macros.kinds.source import Source
from macros.pages import SECTIONS
from macros.reference_export import csl
from macros.ris import ris
from macros.site import Site

DATA = "data/explorer.json"
REFERENCES = "data/references.json"

KIND = "kinds"
_FIRST = (KIND, "themes", "source", "bases", "directions", "learning-types", "levels", "countries")
"""Facets that are shown at once; the others fold away."""
_LAST = ("principle", "recommendation", "finding", "clusters", "statuses")
_NOT_OFFERED = {
    "answers", "appraisal-items", "appraisal-statuses", "appraisal-tools", "coders", "codings", "column-types",
    "concerns", "directness", "events", "formats", "link-bases", "precisions", "publication-statuses", "relations",
    "replies", "stage-states", "stages", "units",
}  # fmt: skip
"""Vocabularies that say how a record was made or how its parts hang together, not what it is about."""
_OURS = {"verdicts", "confidence-levels"}
"""Vocabularies whose terms are always our judgement."""
_CLASSES = (
    ("basis", "bases"),
    ("standing", "standings"),
    ("strength", "strengths"),
    ("resolution", "resolutions"),
    ("scope", "discrepancy-scopes"),
    ("type", "case-types"),
    ("type", "innovation-types"),
    ("type", "source-types"),
)
"""Fields whose term says at a glance what sort of its kind a record is, with their vocabularies."""


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    """`kind:id`."""
    record: BaseModel
    values: Sequence[Leaf]
    """All single values in it."""
    terms: Mapping[str, frozenset[str]]
    stated: frozenset[tuple[str, str]]
    """Those pairs of facet and term that the source itself states."""

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]

    @property
    def id(self) -> str:
        return self.name.partition(":")[2]


def explorer_data(site: Site) -> str:
    """Return the explorer's data as JSON."""
    rows = _rows(site)
    kinds = list(dict.fromkeys(row.kind for row in rows))
    used = [_used(site, row.name) for row in rows]
    words = [_class(site, row) for row in rows]
    classes = list(dict.fromkeys(words))
    return _compact(
        {
            "kinds": [_kind(site, kind, rows) for kind in kinds],
            "classes": classes,
            "rows": {
                "kind": [kinds.index(row.kind) for row in rows],
                "id": [row.id for row in rows],
                "title": [_title(site, row) for row in rows],
                "text": [_text(site, row) for row in rows],
                "class": [classes.index(word) for word in words],
                "used": [count for count, _ in used],
                "usedStated": [count for _, count in used],
            },
            "judged": _steps(n for n, row in enumerate(rows) if _is_judged(site, row.record)),
            "facets": list(_facets(site, rows)),
            "references": _references(site, rows),
        }
    )


def references_data(site: Site) -> str:
    """Return every reference in the forms that reference managers read, as JSON."""
    return _compact(
        {
            key: {"bibtex": bibtex(reference), "ris": ris(csl(site, key))}
            for key, reference in site.base.bibliography.references.items()
        }
    )


def outline(site: Site) -> list[tuple[str, list[tuple[str, str, list[str]]]]]:
    """Return the kinds in reading order with each record's name, class and sources, for a page without scripts."""
    found: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
    for row in _rows(site):
        found[row.kind].append((row.name, _class(site, row), sorted(row.terms.get("source", ()))))
    return list(found.items())


def _rows(site: Site) -> list[_Row]:
    records = {name: (record, values) for name, record, values in site.base.walked}
    stated = _stated_links(site)
    order = {kind: n for n, kind in enumerate(SECTIONS)}
    units = [unit for kind in site.units for unit in site.units[kind] if unit.name in site.addresses]
    rows = []

    def place(unit: Unit) -> tuple[int, bool, list[int]]:
        figures = [int(figure) for figure in re.findall(r"\d+", str(getattr(records[unit.name][0], "number", "")))]
        return order.get(unit.name.partition(":")[0], len(order)), not figures, figures

    for unit in sorted(units, key=place):
        record, values = records[unit.name]
        terms = {facet: found for facet, found in unit.facets.items() if facet not in _NOT_OFFERED}
        terms[KIND] = frozenset({unit.name.partition(":")[0]})
        rows.append(_Row(unit.name, record, values, terms, _stated(site, unit.name, values, terms, stated)))
    return rows


def _stated(
    site: Site,
    name: str,
    leaves: Sequence[Leaf],
    terms: Mapping[str, frozenset[str]],
    links: set[tuple[str, str]],
) -> frozenset[tuple[str, str]]:
    """Return the terms that do not come from our judgement alone."""
    found = set()
    derived = {KIND, "source", "source-types", "study-designs"}
    for leaf in leaves:
        scheme = leaf.part.scheme
        if scheme and scheme not in _OURS and not judged_basis(site.base, getattr(leaf.group, "basis", "")):
            found.add((scheme, leaf.value))
    for facet, values in terms.items():
        if facet in derived:
            found |= {(facet, value) for value in values}
        elif facet in LINKED:
            found |= {(facet, value) for value in values if (name, f"{facet}:{value}") in links}
    return frozenset(found)


def _stated_links(site: Site) -> set[tuple[str, str]]:
    """Return the pairs of `kind:id` that a source itself connects, both ways round."""
    found = set()
    for target, uses in site.uses.items():
        for use in uses:
            if (
                not use.by.startswith(f"{Finding.kind}:")
                and not judged_basis(site.base, use.basis)
                and use.field != "text"
            ):
                found |= {(target, use.by), (use.by, target)}
    return found


def _used(site: Site, name: str) -> tuple[int, int]:
    """Return how many records point at one, and how many of them do so by no judgement of ours."""
    uses = [use for use in site.uses.get(name, ()) if use.by in site.addresses]
    stated = [u for u in uses if not u.by.startswith(f"{Finding.kind}:") and not judged_basis(site.base, u.basis)]
    return len({use.by for use in uses}), len({use.by for use in stated})


def _is_judged(site: Site, record: BaseModel) -> bool:
    """Whether a record as a whole is ours: what we infer, and what we make of several claims together."""
    if isinstance(record, Claim):
        return site.base.role("bases", record.basis) == "inference"
    return isinstance(record, Finding)


def _kind(site: Site, kind: str, rows: Sequence[_Row]) -> dict[str, str]:
    concept = site.base.concept(KIND, kind)
    first = next(row for row in rows if row.kind == kind)
    folder = site.addresses[first.name].removesuffix(f"{first.id}/")
    return {"id": kind, "label": concept.label, "folder": folder}


def _class(site: Site, row: _Row) -> str:
    if isinstance(row.record, Finding):
        return site.base.label("confidence-levels", row.record.confidence.level)
    for field, scheme in _CLASSES:
        value = getattr(row.record, field, None)
        if isinstance(value, str) and value in site.base.concepts.get(scheme, {}):
            return site.base.label(scheme, value)
    return ""


def _title(site: Site, row: _Row) -> str:
    """Return what a row is called; a claim by its whole statement."""
    return plain_text(site, row.record.statement if isinstance(row.record, Claim) else title(site, row.name))


def _text(site: Site, row: _Row) -> str:
    return "" if isinstance(row.record, Claim) else plain_text(site, lead(row.record))


def _facets(site: Site, rows: Sequence[_Row]) -> Iterator[dict[str, Any]]:
    members: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    judged: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for n, row in enumerate(rows):
        for facet, values in row.terms.items():
            for value in values:
                members[facet][value].append(n)
                if (facet, value) not in row.stated:
                    judged[facet][value].append(n)
    for facet in _in_order(site, members):
        terms = []
        for term, label in _labels(site, facet):
            if term in members[facet]:
                terms.append([term, label, _steps(members[facet][term]), _steps(judged[facet][term])])
        if terms:
            yield {"id": facet, "title": _facet_title(site, facet), "main": facet in _FIRST, "terms": terms}


def _in_order(site: Site, facets: Iterable[str]) -> list[str]:
    """Return the facets: first what most readers ask for, last what leads away from the record itself."""
    order = [*_FIRST, *(scheme for scheme in site.base.concepts if scheme not in (*_FIRST, *_LAST)), *_LAST]
    return sorted((facet for facet in facets if facet in order), key=order.index)


def _facet_title(site: Site, facet: str) -> str:
    if facet in site.base.vocabularies:
        return site.base.vocabularies[facet].title
    return site.base.label(KIND, facet)


def _labels(site: Site, facet: str) -> list[tuple[str, str]]:
    concepts = site.base.concepts
    if facet == KIND:
        order = list(SECTIONS)
        found = sorted(concepts[KIND].values(), key=lambda c: order.index(c.id) if c.id in order else len(order))
        return [(concept.id, concept.plural or concept.label) for concept in found]
    if facet in concepts:
        return [(concept.id, concept.label) for concept in concepts[facet].values()]
    return sorted(((id_, record.title) for id_, record in site.base.records[facet].items()), key=lambda pair: pair[1])


def _references(site: Site, rows: Sequence[_Row]) -> list[list[Any]]:
    """Return for each reference the rows that are taken from it or that cite it."""
    forms = site.base.all(Source)
    found: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(rows):
        keys = {forms[source].reference for source in row.terms.get("source", ()) if source in forms}
        keys |= {leaf.value for leaf in row.values if leaf.part.kinds == ("reference",)}
        for key in keys:
            found[key].append(n)
    return [[key, _steps(found[key])] for key in site.base.bibliography.references if key in found]


def _steps(numbers: Iterable[int]) -> list[int]:
    """Return ascending numbers as the steps from each to the next, the first counted from 0."""
    return [after - before for before, after in pairwise([0, *numbers])]


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
