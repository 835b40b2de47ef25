"""Lookup: what a reader can search and filter by: each page's facets, and the words that stand for each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from macros.base import EvidenceBase
from macros.context import title
from macros.prose import plain
from macros.site import Site

FILTERS: Mapping[str, str] = {
    "principle": "principle",
    "theme": "themes",
    "direction": "directions",
    "level": "levels",
    "country": "countries",
    "source-type": "source-types",
}
"""Names of the filters besides `kind`, as they stand in addresses, with the facet each is read off."""

JUDGED = "~"
"""Stands before a value that a page has only by our judgement, so that a reader can leave it out."""

PAGE = "page"
"""What stands for the kind of a page that somebody wrote."""

KINDS = (
    "recommendation", "finding", "principle", "case-study", "innovation", "guidance", "theme",
    "discrepancy", "dataset", "claim", "source", "search", PAGE,
)  # fmt: skip
"""Kinds in the order in which results are grouped: what to do, what is known, what it rests on."""

_WORDS = ("glossary", "themes", "stakeholders", "countries", "directions", "levels")
"""Vocabularies whose terms people look for by other words."""

Facets = Mapping[str, tuple[str, ...]]


def page_facets(site: Site) -> Mapping[str, Facets]:
    """Return the values of each filter for every record's page, by the page's address."""
    stated, linked = _pairs(site)

    def value(name: str, facet: str, term: str) -> str:
        target = f"{facet}:{term}" if facet in site.base.records else f"term:{facet}/{term}"
        pair = frozenset((name, target))
        return f"{JUDGED}{term}" if pair in linked and pair not in stated else term

    found: dict[str, Facets] = {}
    for kind, units in site.units.items():
        for unit in units:
            facets = {
                name: tuple(sorted(value(unit.name, facet, term) for term in unit.facets[facet]))
                for name, facet in FILTERS.items()
                if unit.facets.get(facet)
            }
            found[site.addresses[unit.name]] = {"kind": (kind,), **facets}
    for term in site.base.concepts.get("themes", {}):
        found[site.addresses[f"theme:{term}"]] = {"kind": ("theme",), "theme": (term,)}
    return found


def _pairs(site: Site) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Return which things are tied by something a source states, and which are tied at all."""
    stated, linked = set(), set()
    for target, uses in site.uses.items():
        for use in uses:
            pair = frozenset((use.by, target))
            linked.add(pair)
            if not use.basis or site.base.role("link-bases", use.basis) != "judged":
                stated.add(pair)
    return stated, linked


def lookup(site: Site) -> dict[str, Any]:
    """Return what the search box needs to know besides the index: filters with their words, and synonyms.

    `words` holds, for each thing that has names, its address (empty if it has none) and its names.
    """
    return {"filters": list(_filters(site)), "words": list(_words(site))}


def _filters(site: Site) -> Iterator[dict[str, Any]]:
    base = site.base
    kinds = {kind: concept.plural or concept.label for kind, concept in base.concepts.get("kinds", {}).items()}
    kinds.setdefault(PAGE, "Other pages")
    yield {
        "name": "kind",
        "label": base.vocabularies["kinds"].title if "kinds" in base.vocabularies else "Kinds",
        "terms": [[kind, kinds[kind]] for kind in KINDS if kind in kinds],
    }
    for name, facet in FILTERS.items():
        terms = list(_terms(site, facet))
        if terms:
            label = kinds.get(facet) or base.vocabularies[facet].title
            yield {"name": name, "label": label, "terms": terms}


def _terms(site: Site, facet: str) -> Iterator[list[str]]:
    if facet in site.base.records:
        names = [f"{facet}:{id_}" for id_ in site.base.records[facet]]
        yield from ([name.partition(":")[2], plain(title(site, name))] for name in sorted(names))
    else:
        yield from ([id_, concept.label] for id_, concept in site.base.concepts.get(facet, {}).items())


def _words(site: Site) -> Iterator[list[str]]:
    """Yield each term's address and names; a name that is an abbreviation stands beside what it is short for."""
    seen: dict[str, list[str]] = defaultdict(list)
    for scheme in _WORDS:
        for id_, names in _names(site.base, scheme):
            kind = {"glossary": "term", "themes": "theme"}.get(scheme, "")
            entry = [site.addresses.get(f"{kind}:{id_}", ""), *names]
            if entry[0] or len(names) > 1:
                key = names[0].lower()
                seen[key] = [seen[key][0], *dict.fromkeys([*seen[key][1:], *names])] if key in seen else entry
    yield from seen.values()


def _names(base: EvidenceBase, scheme: str) -> Iterator[tuple[str, list[str]]]:
    for id_, concept in base.concepts.get(scheme, {}).items():
        short = concept.notation if scheme == "glossary" else None
        names = [concept.label, short, concept.plural, *concept.alt]
        yield id_, list(dict.fromkeys(name.strip("“”\"' ") for name in names if name))
