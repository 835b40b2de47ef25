"""What changed: every event is told once, newest first, in a list that a person can read and filter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from selectolax.lexbor import LexborHTMLParser

from macros.author import Author
from macros.changes import CHANGES, MANY, Change, changes, earlier, foundations, groups, recent
from macros.site import Site, load
from tests import browser, html
from tests.projects import ROOT, builds, edit, lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def site() -> Site:
    return load(ROOT)


@pytest.fixture(scope="module")
def listed(site: Site) -> LexborHTMLParser:
    return LexborHTMLParser(str(Author(site, CHANGES).changes()))


def change(day: date, number: int = 1) -> Change:
    return Change(day, "corrected", "finding:a", "A slip.", number)


def test_every_event_of_every_record_is_told_once(site: Site) -> None:
    told = changes(site.base)
    written = [
        (f"{kind}:{id_}", event.date, event.event, event.note)
        for kind, records in site.base.records.items()
        for id_, record in records.items()
        for event in record.history
    ]
    assert sorted((c.name, c.date, c.event, c.note) for c in told) == sorted(written)
    assert len({(c.name, c.date, c.event, c.number) for c in told}) == len(told)
    assert [c.date for c in told] == sorted((c.date for c in told), reverse=True)


def test_the_first_days_flood_can_be_read(site: Site, listed: LexborHTMLParser) -> None:
    assert len(listed.css(".bw-changes li > a")) == len(recent(changes(site.base)))
    folded = listed.css("details li > a")
    assert len(listed.css(".bw-changes li > a")) - len(folded) <= MANY * len(listed.css("[data-event]"))
    assert not listed.css("details[open]")
    kinds = next(
        html.one(LexborHTMLParser(part.html or ""), ".bw-changes__kinds").text()
        for part in listed.css("[data-event=new]")
    )
    for kind in ("recommendation", "finding"):
        assert f"{len(site.base.records[kind])} {kind}s" in kinds


def test_each_group_says_of_how_many_records_it_tells(site: Site) -> None:
    for group in groups(changes(site.base)):
        for kind, count in group.kinds.items():
            told = [c for c in group.changes if c.kind == kind]
            assert count == len({c.name for c in told})
            assert sum(len(members) for members in group.notes(kind).values()) == len(told)


def test_every_type_of_event_has_words_for_readers(site: Site) -> None:
    for concept in site.base.concepts["events"].values():
        assert concept.label
        assert concept.definition


def test_the_page_shows_a_year_and_the_rest_has_pages_of_its_own() -> None:
    days = [date(2028, 3, 1), date(2027, 6, 1), date(2027, 1, 1), date(2025, 5, 5)]
    found = tuple(change(day) for day in days)
    assert recent(found) == found[:2]
    assert earlier(found) == {2027: found[1:3], 2025: found[3:]}
    assert recent(found[2:]) == found[2:3], "a quiet year does not empty the page"
    assert (recent(()), earlier(())) == ((), {})


def test_a_record_rests_on_what_it_points_at_and_on_the_claims_behind_that(site: Site) -> None:
    base = site.base
    for name, below in foundations(base, site.uses).items():
        kind, _, id_ = name.partition(":")
        record = base.records[kind][id_]
        for link in record.links:  # type: ignore[attr-defined]
            target, _, other = link.to.partition(":")
            if target == "finding":
                assert link.to in below
                sheets = {base.claims[a.claim].sheet for a in base.records["finding"][other].claims}  # type: ignore[attr-defined]
                assert {f"claim-sheet:{sheet}" for sheet in sheets} <= below
        assert {other.partition(":")[0] for other in below} <= {"finding", "case-study", "innovation", "claim-sheet"}


def test_earlier_years_are_within_reach_and_words_are_only_words(tmp_path: Path) -> None:
    root = lay(tmp_path, pages=True)
    old = "created: 2026-11-22\nmodified: 2026-11-22"
    made = "  - {date: 2026-11-22, event: new, note: Made up for the tests.}"
    edit(
        root / "evidence/findings/shade-cools.yaml",
        {
            "title: Shade cools pavements": 'title: "<script>alert(1)</script> {{ 7 }}"',
            old: "created: 2024-05-05\nmodified: 2026-11-22",
            made: "  - {date: 2024-05-05, event: new, note: '<img src=x onerror=alert(1)>'}",
        },
    )
    edit(
        root / "evidence/case-studies/mill-road.yaml",
        {old: "created: 2023-05-05\nmodified: 2026-11-22", made: made.replace("2026-11-22", "2023-05-05")},
    )
    found = dict(html.pages(builds(root)))
    assert html.broken_links(root / "site") == []
    links = [link.attributes["href"] for link in found[CHANGES].css(".bw-article p > a")]
    assert [link for link in links if link in ("2024/", "2023/")] == ["2024/", "2023/"]
    year = found[f"{CHANGES}2024/"]
    assert html.one(year, "h1").text() == "News 2024"
    assert "<script>alert(1)</script> {{ 7 }}" in html.text(year)
    assert "<img src=x onerror=alert(1)>" in html.text(year)
    assert not year.css(".bw-article img")
    assert [link.attributes["href"] for link in year.css("link[rel=prev]")] == ["../2023/"]


def test_a_record_shows_its_history_and_leads_to_everybody_elses(tiny: Path) -> None:
    page = dict(html.pages(tiny))["guidance/paint-trunks/"]
    assert "It is about fruit trees." in html.one(page, ".bw-history").text()
    assert any(link.attributes["href"] == "../../methods/changes/" for link in page.css(".bw-footer a"))


# In a browser -------------------------------------------------------------------------------------


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(**getattr(request, "param", {}))
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "page",
    [
        {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        for width in (320, 1440)
        for scheme in ("light", "dark")
    ],
    indirect=True,
    ids=lambda options: f"{options['viewport']['width']}-{options['color_scheme']}",
)
def test_the_page_fits_and_is_accessible(page: Page, tiny: Path, served: Any) -> None:
    told: list[str] = []
    browser.watch(page, served(tiny), told)
    page.goto(served(tiny) + CHANGES)
    page.locator(".bw-changes form:visible").wait_for()
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []
    assert told == []


def test_readers_filter_by_what_happened_and_to_what(page: Page, tiny: Path, served: Any) -> None:
    page.goto(served(tiny) + CHANGES)
    count = page.locator(".bw-changes output")
    everything = len(page.locator("[data-event] li").all())
    assert count.text_content() == f"{everything} changes"
    page.get_by_label("What happened").select_option("withdrawn")
    assert page.locator("[data-event] li:visible").all_inner_texts()[0].startswith("Paint trunks")
    assert count.text_content() == f"1 of {everything} changes"
    assert "event=withdrawn" in page.url
    page.get_by_label("What happened").select_option("")
    page.get_by_label("Kind of record").select_option("case-study")
    assert page.locator("[data-event] li:visible").all_inner_texts() == ["Mill Road"], "what is folded up opens"
    page.reload()
    assert page.get_by_label("Kind of record").input_value() == "case-study"
    page.goto(page.url.replace("case-study", "no-such-kind"))
    assert count.text_content() == f"{everything} changes"


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no-scripts"])
def test_without_scripts_all_is_listed_and_no_dead_form_is_shown(page: Page, tiny: Path, served: Any) -> None:
    page.goto(served(tiny) + CHANGES)
    assert not page.locator(".bw-changes form").is_visible()
    assert page.get_by_role("heading", name="Withdrawn").first.is_visible()
    page.get_by_text("Show the records").first.click()
    assert page.get_by_role("link", name="Mill Road").first.is_visible()
