"""The project's own evidence and the site made of it: whole, linked, and nobody else's."""

from __future__ import annotations

import json
import os
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from macros.address import addresses
from macros.backlinks import subjects
from macros.base import EvidenceBase
from macros.check import check, published
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.recommendation import Recommendation
from macros.links import check_links
from macros.passage import check_passages, read_sources
from macros.problem import Problem
from tests import html
from tests.projects import ROOT

SOURCES = Path(os.environ.get("SOURCES") or ROOT.parent / "shared" / "sources")
Pages = dict[str, LexborHTMLParser]


@pytest.fixture(scope="module")
def checked() -> tuple[EvidenceBase, list[Problem]]:
    return check(ROOT)


@pytest.fixture(scope="module")
def base(checked: tuple[EvidenceBase, list[Problem]]) -> EvidenceBase:
    return checked[0]


@pytest.fixture(scope="module")
def pages(flagship: Path) -> Pages:
    return dict(html.pages(flagship))


@pytest.fixture(scope="module")
def record_pages(base: EvidenceBase, pages: Pages) -> Pages:
    """The page of every record and claim that has one of its own."""
    return {address: pages[address] for address in addresses(base).values() if "#" not in address}


# The evidence ------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_the_evidence(checked: tuple[EvidenceBase, list[Problem]]) -> None:
    # A day of review passes without anybody's doing; everything else is somebody's.
    assert [f"{problem.place}: {problem.message}" for problem in checked[1] if problem.code != "E407"] == []


@pytest.mark.skipif(not SOURCES.is_dir(), reason=f"the sources' texts are not here ({SOURCES}); say where in SOURCES")
def test_every_passage_and_number_stands_in_its_source(base: EvidenceBase) -> None:
    texts = read_sources(SOURCES, base.records["source"])
    assert set(texts) == set(base.records["source"])
    assert [f"{problem.place}: {problem.message}" for problem in check_passages(base, texts)] == []


def test_everything_published_is_in_the_register(base: EvidenceBase) -> None:
    """A record that is not yet registered could disappear unnoticed."""
    present = {name for name, record in subjects(base) if getattr(record, "status", "published") != "draft"}
    assert present - published(ROOT) == set(), "run “python -m macros register”"


# The site ----------------------------------------------------------------------------------------


def test_every_record_has_its_page(record_pages: Pages, base: EvidenceBase) -> None:
    assert len(record_pages) > len(base.claims)


def test_everything_the_site_points_at_in_itself_is_there(flagship: Path) -> None:
    """Links, anchors, assets, data, redirects; every page within reach of home; every published address."""
    checked = check_links(ROOT, flagship)
    assert [f"{found.problem.place}: {found.problem.message}" for found in checked.findings] == []
    assert checked.links > 50 * len(list(flagship.rglob("index.html")))


def test_nothing_is_asked_of_another_host(pages: Pages) -> None:
    asked = {
        f"{address}: <{tag}> {target}"
        for address, page in pages.items()
        for tag, target in html.loads(page)
        if urlsplit(target).netloc or target.startswith("//")
    }
    assert asked == set()


def test_style_sheets_ask_for_nothing_elsewhere(flagship: Path) -> None:
    for file in flagship.rglob("*.css"):
        for target in re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""", file.read_text("utf-8")):
            assert not urlsplit(target).netloc, f"{file.name}: {target}"
            if not target.startswith(("data:", "#")):
                assert (file.parent / urlsplit(target).path).is_file(), f"{file.name}: {target}"


def test_no_address_is_invented(pages: Pages) -> None:
    """Nobody has said where the site or its repository is, so no page says it."""
    assert not os.environ.get("SITE_URL")
    assert not os.environ.get("REPO_URL")
    for address, page in pages.items():
        assert page.css_first("link[rel=canonical]") is None, address
        assert page.css_first('a[rel="edit"]') is None, address
        assert not {node.attributes.get("content") for node in page.css('meta[property="og:url"]')}, address


def test_no_template_syntax_is_left(pages: Pages) -> None:
    for address, page in pages.items():
        visible = html.text(page, code=False)
        assert "{{" not in visible, address
        assert "{%" not in visible, address
        assert "bw-error" not in (page.html or ""), address
        assert "\ue000" not in (page.html or ""), address


def test_every_page_has_one_title_one_heading_and_a_language(pages: Pages) -> None:
    for address, page in pages.items():
        assert html.one(page, "html").attributes.get("lang") == "en", address
        assert len(page.css("title")) == len(page.css("h1")) == 1, address
        assert html.one(page, "title").text().strip(), address
        assert html.one(page, "h1").text().strip(), address
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids)), f"{address}: {sorted({id_ for id_ in ids if ids.count(id_) > 1}, key=str)}"


def test_headings_leave_out_no_level(pages: Pages) -> None:
    for address, page in pages.items():
        levels = [int((node.tag or "h1")[1]) for node in html.one(page, "article").css("h1, h2, h3, h4, h5, h6")]
        assert levels, address
        assert levels[0] == 1, address
        for before, after in pairwise(levels):
            assert after <= before + 1, f"{address}: h{before} is followed by h{after}"


def test_every_description_says_something_of_its_own(pages: Pages, record_pages: Pages) -> None:
    for address in record_pages:
        content = html.one(pages[address], "meta[name=description]").attributes.get("content") or ""
        assert len(content) > 10, address
        assert not re.search(r"\[\[|\]\]|\*\*|\[@", content), f"{address}: {content}"


def test_record_pages_say_what_they_are_when_reviewed_and_how_to_change_them(
    record_pages: Pages, base: EvidenceBase
) -> None:
    labels = {concept.label for concept in base.concepts["kinds"].values()}
    for address, page in record_pages.items():
        assert html.one(page, ".bw-kind__name").text() in labels, address
        assert re.fullmatch(r"Last reviewed \d{1,2} [A-Z][a-z]+ \d{4}", html.one(page, ".bw-kind__reviewed").text()), (
            address
        )
        hint = html.one(page, ".bw-foot__meta code").text()
        assert (ROOT / hint).is_file(), f"{address}: {hint}"
        assert "To change this record, edit" in html.one(page, ".bw-foot__meta").text(), address


def test_a_record_page_names_the_file_that_holds_it(pages: Pages, base: EvidenceBase) -> None:
    for (kind, id_), document in base.documents.items():
        address = addresses(base).get(f"{kind}:{id_}")
        if address is not None:
            assert html.one(pages[address], ".bw-foot__meta code").text() == document.path


def test_breadcrumbs_lead_home_and_to_the_section(record_pages: Pages) -> None:
    for address, page in record_pages.items():
        crumbs = [
            urljoin(f"http://site/{address}", link.attributes.get("href") or "") for link in page.css(".bw-crumbs a")
        ]
        assert crumbs[0] == "http://site/", address
        assert len(crumbs) >= 2, address


def test_previous_and_next_lead_back_to_each_other(record_pages: Pages) -> None:
    def turn(address: str, way: str) -> str | None:
        link = record_pages[address].css_first(f".bw-turn__link--{way}")
        return (
            urljoin(f"http://site/{address}", link.attributes["href"] or "").removeprefix("http://site/")
            if link
            else None
        )

    for address in record_pages:
        after = turn(address, "next")
        if after is not None:
            assert turn(after, "previous") == address


def test_a_discrepancy_is_shown_wherever_one_of_its_values_is(pages: Pages, base: EvidenceBase) -> None:
    for id_, discrepancy in base.all(Discrepancy).items():
        for value in discrepancy.values:
            page = pages[f"claims/{value.claim}/"]
            links = {link.attributes["href"] for link in page.css(".bw-note--discrepancy a")}
            assert f"../../../discrepancies/{id_}/" in links, value.claim


def test_every_quoted_number_leads_to_its_claim(pages: Pages) -> None:
    quoted = 0
    for address, page in pages.items():
        for button in page.css("button.bw-value"):
            panel = page.css_first(f"#{button.attributes['popovertarget']}")
            assert panel is not None, address
            assert any("claims/" in (link.attributes["href"] or "") for link in panel.css("a")), address
            quoted += 1
    assert quoted > 50


def test_what_we_judged_is_marked_on_the_page(pages: Pages, base: EvidenceBase) -> None:
    for id_, recommendation in base.all(Recommendation).items():
        judged = [link for link in recommendation.links if base.role("link-bases", link.basis) == "judged"]
        marks = html.one(pages[f"recommendations/{id_}/"], "article").css(".bw-trace .bw-judged-label")
        assert len(marks) >= len(judged), id_


def test_sites_data_is_json(flagship: Path) -> None:
    for file in flagship.rglob("*.json"):
        json.loads(file.read_text("utf-8"))
    for page in html.pages(flagship):
        for node in page[1].css('script[type$="json"]'):
            json.loads(node.text())
