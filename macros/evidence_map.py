"""The evidence map's data: every unit with the facets it can be counted by, and who searched for what.

The counting itself is `macros.matrix`; `docs/assets/js/evidence-map.js` does the same for the rows and
columns that a reader chooses. Titles are in a file of their own, read when somebody asks for records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from macros.base import EvidenceBase
from macros.context import plain_text, title
from macros.facets import LINKED, PLUMBING, Unit
from macros.kinds.search import Search
from macros.matrix import covers, findings_of
from macros.pages import SECTIONS
from macros.site import Site
from macros.support import clusters

DATA = "data/evidence-map.json"
TITLES = "data/evidence-map-titles.json"

LEARNING = "learning"
"""Stands for flows of learning where kinds of record are named."""
_NOT_COUNTED = {"search", "dataset", "discrepancy", "source"}
"""Kinds that say how the evidence was gathered, and are no evidence themselves."""
_FIRST = ("directions", "learning-types", "levels", "learning-modes", "themes", *LINKED)
"""Facets that most readers ask for."""
_LABEL_OF_LEARNING = "Flows of learning"


@dataclass(frozen=True, slots=True)
class Pair:
    """A map by name: what is counted, by which rows and columns."""

    of: str
    rows: str
    columns: str
    title: str


Outside = tuple[frozenset[tuple[str, str]], ...]
"""Combinations of facets' terms that are out of scope."""


def counted(site: Site) -> dict[str, Sequence[Unit]]:
    """Return what can be counted, in reading order: flows of learning, then kinds of record."""
    order = [kind for kind in ("claim", *SECTIONS) if site.units.get(kind) and kind not in _NOT_COUNTED]
    found: dict[str, Sequence[Unit]] = {LEARNING: site.flows} if site.flows else {}
    return found | {kind: site.units[kind] for kind in order}


def facets(site: Site) -> dict[str, list[str]]:
    """Return the facets that something can be counted by, each with all its terms in order."""
    used = {
        facet for units in counted(site).values() for unit in units for facet, terms in unit.facets.items() if terms
    }
    names = [*_FIRST, *(scheme for scheme in site.base.concepts if scheme not in _FIRST), "source"]
    return {
        facet: terms
        for facet in names
        if facet in used and facet not in PLUMBING and len(terms := terms_of(site, facet)) > 1
    }


def pairs_of(site: Site, written: str) -> tuple[Pair, ...]:
    """Return the maps that a text names, such as `claim: themes by bases; learning: directions by levels = Who learns`.

    For an empty text they are those that most readers ask for. Raise ValueError with the name that is
    wrong and the names that would be right.
    """
    groups, offered = counted(site), facets(site)
    if not written.strip():
        wanted = [(LEARNING, "directions", other) for other in ("learning-types", "levels")]
        wanted += [("claim", "themes", "bases")]
        return tuple(
            Pair(of, rows, columns, caption(site.base, of, rows, columns))
            for of, rows, columns in wanted
            if of in groups and rows in offered and columns in offered
        )
    found = []
    for part in written.split(";"):
        axes_of, _, heading = (piece.strip() for piece in part.partition("="))
        of, _, axes = (piece.strip() for piece in axes_of.partition(":"))
        rows, _, columns = (piece.strip() for piece in axes.partition(" by "))
        for name, allowed in ((of, groups), (rows, offered), (columns, offered)):
            if name not in allowed:
                raise ValueError(name, list(allowed))
        found.append(Pair(of, rows, columns, heading or caption(site.base, of, rows, columns)))
    return tuple(found)


def outside_of(site: Site, written: str) -> Outside:
    """Return the combinations of terms that a text names, such as `levels=team & directions=both; levels=system`."""
    offered = facets(site)
    rules = []
    for part in filter(str.strip, written.split(";")):
        rule = set()
        for piece in part.split("&"):
            facet, _, term = (word.strip() for word in piece.partition("="))
            if facet not in offered:
                raise ValueError(facet, list(offered))
            if term not in offered[facet]:
                raise ValueError(term, offered[facet])
            rule.add((facet, term))
        rules.append(frozenset(rule))
    return tuple(rules)


def caption(base: EvidenceBase, of: str, rows: str, columns: str) -> str:
    """Return what a map is called that nobody has given a title."""
    down, across = (label[:1].lower() + label[1:] for label in (facet_label(base, rows), facet_label(base, columns)))
    return f"{count_label(base, of)} by {down} and {across}"


def terms_of(site: Site, facet: str) -> list[str]:
    """Return a facet's terms in the order in which they are read: a vocabulary's own, or records by number and title."""
    if facet in site.base.concepts:
        return list(site.base.concepts[facet])
    records = site.base.records[facet]
    return sorted(records, key=lambda id_: (_number(records[id_]), title(site, f"{facet}:{id_}").lower()))


def _number(record: object) -> tuple[bool, int]:
    digits = "".join(character for character in str(getattr(record, "number", "")) if character.isdigit())
    return (not digits, int(digits or 0))


def facet_label(base: EvidenceBase, facet: str) -> str:
    """Return what a facet is called."""
    if facet in base.vocabularies:
        return base.vocabularies[facet].title
    return base.label("kinds", facet)


def count_label(base: EvidenceBase, of: str) -> str:
    """Return what is counted, in words."""
    if of == LEARNING:
        return _LABEL_OF_LEARNING
    concept = base.concept("kinds", of)
    return concept.plural or concept.label


def term_name(facet: str, term: str) -> str:
    """Return the `kind:id` of the page on a term, if it can have one."""
    return f"theme:{term}" if facet == "themes" else f"{facet}:{term}"


def outside_pairs(outside: Outside, rows: str, columns: str, site: Site) -> list[tuple[str, str]]:
    """Return the cells of a map that are out of scope."""
    return [
        (row, column)
        for row in terms_of(site, rows)
        for column in terms_of(site, columns)
        if any(rule <= {(rows, row), (columns, column)} for rule in outside)
    ]


def map_files(site: Site, outside: Outside) -> dict[str, str]:
    """Return the map's files by their address."""
    offered = facets(site)
    groups = counted(site)
    names = list(dict.fromkeys(unit.name for units in groups.values() for unit in units))
    findings = list(site.base.records["finding"])
    voices = sorted({voice for units in groups.values() for unit in units for voice in _clusters(site.base, unit)})
    places = {facet: {term: n for n, term in enumerate(terms)} for facet, terms in offered.items()}
    numbers = {name: n for n, name in enumerate(names)}
    levels = list(site.base.concepts["confidence-levels"].values())
    data = {
        "kinds": [{"id": of, "label": count_label(site.base, of)} for of in groups],
        "facets": [
            {"id": facet, "label": facet_label(site.base, facet), "terms": [_term(site, facet, term) for term in terms]}
            for facet, terms in offered.items()
        ],
        "levels": [{"id": c.id, "label": c.label, "assessed": c.role == "assessed"} for c in levels],
        "findings": [
            [level.id for level in levels].index(finding.confidence.level)  # type: ignore[attr-defined]
            for finding in site.base.records["finding"].values()
        ],
        "searches": [_search(site, id_, search, offered) for id_, search in site.base.all(Search).items()],
        "outside": [sorted(f"{facet}={term}" for facet, term in rule) for rule in outside],
        "units": [
            [
                [
                    numbers[unit.name],
                    int(unit.judged),
                    [findings.index(id_) for id_ in sorted(findings_of(unit)) if id_ in findings],
                    [voices.index(voice) for voice in _clusters(site.base, unit)],
                    *(_places(unit, facet, place) for facet, place in places.items()),
                ]
                for unit in units
            ]
            for units in groups.values()
        ],
    }
    titles = {
        "kinds": {kind: count_label(site.base, kind) for kind in dict.fromkeys(n.partition(":")[0] for n in names)},
        "records": [
            [name.partition(":")[0], plain_text(site, title(site, name)), site.addresses[name]] for name in names
        ],
        "what": [plain_text(site, unit.what) for unit in groups.get(LEARNING, ())],
    }
    return {DATA: _compact(data), TITLES: _compact(titles)}


def _term(site: Site, facet: str, term: str) -> list[Any]:
    """Return a term's id, label, depth below broader terms, and the address of its page."""
    name = term_name(facet, term)
    address = site.addresses.get(name, "")
    if facet not in site.base.concepts:
        return [term, plain_text(site, title(site, name)), 0, address]
    return [term, site.base.label(facet, term), depth(site.base, facet, term), address]


def depth(base: EvidenceBase, facet: str, term: str) -> int:
    """Return how many broader terms a term stands below in its vocabulary."""
    concepts = base.concepts.get(facet, {})
    seen = {term}
    broader = concepts[term].broader if term in concepts else None
    while broader is not None and broader in concepts and broader not in seen:
        seen.add(broader)
        broader = concepts[broader].broader
    return len(seen) - 1


def _places(unit: Unit, facet: str, place: Mapping[str, int]) -> list[int]:
    """Return a unit's terms by their place; those that are there by our judgement alone as -1 - place."""
    found = sorted(place[term] for term in unit.facets.get(facet, ()) if term in place)
    judged = {place[term] for term in unit.by_judgement.get(facet, ()) if term in place}
    return [-1 - n if n in judged else n for n in found]


def _clusters(base: EvidenceBase, unit: Unit) -> tuple[str, ...]:
    return clusters(base, sorted(unit.facets.get("source", ())))


def _search(site: Site, id_: str, search: Search, offered: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    covered = {
        facet: [n for n, term in enumerate(terms) if covers(search, (facet, term))] for facet, terms in offered.items()
    }
    return {
        "title": plain_text(site, search.title),
        "address": site.addresses[f"search:{id_}"],
        "covers": {facet: terms for facet, terms in covered.items() if terms},
    }


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
