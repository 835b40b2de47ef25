"""What readers search and filter by: facets of pages, words that stand for each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from macros.lookup import FILTERS, JUDGED, KINDS, lookup, page_facets
from macros.pages import pages
from macros.site import Site, make
from tests.projects import ROOT, TINY


@pytest.fixture(scope="module")
def site() -> Site:
    return make(TINY)


def test_every_record_page_says_what_kind_it_is(site: Site) -> None:
    found = {page.address: page.facets for page in pages(site)}
    assert found
    assert all(facets["kind"][0] in KINDS for facets in found.values())


def test_every_value_is_a_term_that_readers_are_offered(site: Site) -> None:
    offered = {entry["name"]: {term for term, _ in entry["terms"]} for entry in lookup(site)["filters"]}
    assert set(offered) <= {"kind", *FILTERS}
    for facets in page_facets(site).values():
        for name, values in facets.items():
            assert {value.removeprefix(JUDGED) for value in values} <= offered[name]


def test_what_we_judged_is_told_apart_from_what_is_stated() -> None:
    """The flagship's themes are ours where a tag says nothing else."""
    site = make(ROOT)
    facets = page_facets(site)
    for uid, claim in site.base.claims.items():
        values = facets[site.addresses[f"claim:{uid}"]].get("theme", ())
        for tag in claim.themes:
            judged = site.base.role("link-bases", tag.basis) == "judged"
            assert (f"{JUDGED}{tag.term}" if judged else tag.term) in values


def test_a_term_is_found_by_its_other_names(site: Site) -> None:
    words = {names[0]: (address, names) for address, *names in lookup(site)["words"]}
    address, names = words["Canopy"]
    assert address == "glossary/#canopy"
    assert {"Canopies", "crown"} <= set(names)


def test_no_topic_is_known_to_the_code() -> None:
    code = (ROOT / "macros" / "lookup.py").read_text("utf-8") + (ROOT / "macros" / "index.py").read_text("utf-8")
    code += "".join(file.read_text("utf-8") for file in Path(ROOT / "docs/assets/js").glob("search*.js"))
    for word in ("THET", "LMIC", "NHS", "partnership"):
        assert word not in code
