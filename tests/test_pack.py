"""The evidence pack: what a reader collects, puts in order, shares and takes away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rispy
from axe_playwright_python.sync_playwright import Axe

from macros.brief import brief, cited
from macros.pack import ADDRESS, FOLDER, pack_files
from macros.site import load
from macros.typeset import Printed
from tests import browser
from tests.html import pages
from tests.projects import lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FINDING, ADVICE, CLAIM = "finding:shade-cools", "recommendation:plant-for-shade", "claim:elmton2021/shade-cools"
TITLES = {FINDING: "Shade cools pavements", ADVICE: "Plant for shade", CLAIM: "Shade keeps a pavement 9 °C cooler."}
WHERE = {FINDING: "findings/shade-cools/", ADVICE: "recommendations/plant-for-shade/", CLAIM: "claims/elmton2021/shade-cools/"}  # fmt: skip


# The data -----------------------------------------------------------------------------------------------


def test_every_record_and_claim_has_a_file_with_the_references_it_cites(tmp_path: Path) -> None:
    site = load(lay(tmp_path))
    files = {name: json.loads(text) for name, text in pack_files(site, {FINDING: Printed(b"x" * 1001, 2)}).items()}
    assert {name.removeprefix(FOLDER).split("/")[0] for name in files} == {*site.base.records, "claim"} - {
        "claim-sheet"
    }
    assert len(files) == sum(len(r) for k, r in site.base.records.items() if k != "claim-sheet") + len(site.base.claims)
    for record in files.values():
        assert list(record["references"]) == cited(brief(site, record["name"]))
        assert record["address"] == site.addresses[record["name"]]
        assert set(record.get("brief", {})) in ({"at", "pages", "kilobytes"}, set())
    assert files[f"{FOLDER}finding/shade-cools.json"]["brief"] == {
        "at": "findings/shade-cools/brief.pdf", "pages": 2, "kilobytes": 2,
    }  # fmt: skip


def test_in_a_style_by_author_and_date_each_file_says_how_to_cite(tmp_path: Path) -> None:
    files = pack_files(load(lay(tmp_path), "apa"), {})
    marks = json.loads(files[f"{FOLDER}finding/shade-cools.json"])["marks"]
    assert set(marks) == {"oakfield2020", "elmton2021"}
    assert all("20" in mark for mark in marks.values())


def test_every_record_offers_to_be_collected_and_no_other_page_does(tiny: Path) -> None:
    offered = {
        node.attributes.get("data-pack"): address for address, page in pages(tiny) for node in page.css("[data-pack]")
    }
    files = {str(file.relative_to(tiny / FOLDER).with_suffix("")).replace("/", ":", 1) for file in (tiny / FOLDER).rglob("*.json")}  # fmt: skip
    assert set(offered) == files
    assert {name: offered[name] for name in WHERE} == WHERE


# In a browser ---------------------------------------------------------------------------------------------


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"], **getattr(request, "param", {}))
    found = context.new_page()
    found.set_default_timeout(10_000)
    told: list[str] = []
    browser.watch(found, "http://127.0.0.1", told)
    # That a file is missing is told to the reader, and tests hold the page to it.
    found.on(
        "console",
        lambda said: (
            told.append(said.text) if said.type == "error" and "Failed to load resource" not in said.text else None
        ),
    )
    yield found
    context.close()
    assert told == []


def opened(page: Page, address: str) -> Page:
    page.goto("about:blank")
    page.goto(address)
    page.locator("[data-app]:not([hidden])").wait_for()
    page.locator("[data-filled]:not([hidden]), [data-empty]:not([hidden])").first.wait_for()
    return page


def titles(page: Page) -> list[str]:
    return page.locator("[data-list] .bw-pack__title").all_inner_texts()


def collect(page: Page, home: str, *names: str) -> None:
    for name in names:
        page.goto(home + WHERE[name])
        page.get_by_role("button", name="Add to pack").click()


def test_records_are_collected_while_reading(page: Page, served: Any, tiny: Path) -> None:
    home = served(tiny)
    page.goto(home + WHERE[FINDING])
    assert not page.locator("[data-pack-link]").is_visible(), "nothing is collected, so nothing leads to it"
    page.get_by_role("button", name="Add to pack").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Remove from pack").is_visible()
    assert page.locator(".bw-take [role=status]").inner_text() == "Added. 1 record in your pack."
    collect(page, home, CLAIM, ADVICE)
    assert page.locator("[data-pack-count]").inner_text() == "3"
    page.goto(home + WHERE[CLAIM])
    page.get_by_role("button", name="Remove from pack").click()
    page.locator("[data-pack-link]").click()
    page.wait_for_url("**/use-it/pack/#*")
    assert titles(page) == [TITLES[FINDING], TITLES[ADVICE]]
    assert page.url.endswith(f"#r={FINDING},{ADVICE}")
    article = page.locator("article.bw-pack__record").first.inner_text().replace("\xa0", " ")
    for words in ("Low confidence", "2 independent sources", "What it rests on", "What speaks against it", "[1]"):
        assert words in article
    assert page.locator("[data-entries] li").count() == 3
    page.locator(".bw-pack__record a", has_text="2").first.focus()
    page.get_by_role("link", name="2", exact=True).first.click()
    assert page.evaluate("document.activeElement.id").startswith("pack-ref-")
    assert page.url.endswith(f"#r={FINDING},{ADVICE}"), "the address goes on holding the pack"


def test_they_are_put_in_order_taken_out_and_brought_back_with_the_keyboard(
    page: Page, served: Any, tiny: Path
) -> None:
    home = served(tiny)
    collect(page, home, FINDING, ADVICE, CLAIM)
    opened(page, home + ADDRESS)
    item = page.locator(f"[data-name='{CLAIM}']")
    item.get_by_role("button", name="Move up").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#r={FINDING},{CLAIM},{ADVICE}")
    assert page.evaluate("document.activeElement.dataset.move") == "up", "focus stays on what was pressed"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#r={CLAIM},{FINDING},{ADVICE}")
    assert page.evaluate("document.activeElement.dataset.move") == "down", "or on what can be pressed"
    assert page.locator("[data-status]").inner_text() == f"Moved: {TITLES[CLAIM]} is number 1."
    page.locator(f"[data-name='{FINDING}']").get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#r={CLAIM},{ADVICE}")
    assert page.evaluate("document.activeElement.dataset.do") == "undo"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#r={CLAIM},{FINDING},{ADVICE}")
    page.get_by_role("button", name="Empty the pack").click()
    page.locator("[data-empty]").wait_for()
    assert "#" not in page.url
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**#r={CLAIM},{FINDING},{ADVICE}")
    opened(page, home + ADDRESS)
    assert titles(page) == [TITLES[CLAIM], TITLES[FINDING], TITLES[ADVICE]], "and it is kept"


def test_a_pack_from_a_link_leaves_ones_own_as_it_is(page: Page, served: Any, tiny: Path) -> None:
    home = served(tiny)
    collect(page, home, ADVICE)
    opened(page, f"{home}{ADDRESS}#r={CLAIM},{FINDING},finding:no-such,%3Cscript%3E,../../x")
    assert titles(page) == [TITLES[CLAIM], TITLES[FINDING]]
    assert "There is no record with this name: finding:no-such" in page.locator("[data-status]").inner_text()
    assert page.locator("[data-foreign]").is_visible()
    page.get_by_role("button", name="Remove").first.click()
    assert titles(page) == [TITLES[FINDING]]
    page.get_by_role("button", name="Show my own pack").click()
    page.wait_for_url(f"**#r={ADVICE}")
    assert not page.locator("[data-foreign]").is_visible()
    opened(page, f"{home}{ADDRESS}#r={CLAIM}")
    page.get_by_role("button", name="Add them to my pack").click()
    page.wait_for_url(f"**#r={ADVICE},{CLAIM}")
    page.get_by_role("button", name="Copy a link to this pack").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def downloaded(page: Page, button: str) -> tuple[str, str]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_text("utf-8-sig")


def test_what_is_downloaded_holds_what_is_shown(
    page: Page, served: Any, tiny: Path, chromium: Browser, tmp_path: Path
) -> None:
    home = served(tiny)
    opened(page, f"{home}{ADDRESS}#r={ADVICE},{FINDING},{CLAIM}")
    shown = titles(page)
    name, text = downloaded(page, "Table (CSV)")
    assert name == "evidence-pack.csv"
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Title"] for row in rows] == shown
    assert rows[1]["How sure we are (our judgement)"] == "Low confidence"
    assert rows[1]["Rests on"].replace("\xa0", " ") == "2 independent sources"
    assert rows[1]["Address"] == home + WHERE[FINDING]
    data = json.loads(downloaded(page, "Data (JSON)")[1])
    assert [record["name"] for record in data["records"]] == [ADVICE, FINDING, CLAIM]
    assert data["address"] == page.url
    assert "@" in downloaded(page, "References (BibTeX)")[1]
    entries = rispy.loads(downloaded(page, "References (RIS)")[1])
    assert {entry["id"] for entry in entries} == {"oakfield2020", "elmton2021", "linden1999"}
    name, text = downloaded(page, "Document (HTML)")
    assert name == "evidence-pack.html"
    file = tmp_path / name
    file.write_text(text, "utf-8")
    alone = chromium.new_page()
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    assert asked == [file.as_uri()], "it needs nothing else"
    assert alone.locator("article h2").all_inner_texts() == shown
    assert alone.locator("button, script, form").count() == 0
    assert alone.locator("article h2 a").first.get_attribute("href") == home + WHERE[ADVICE]
    found = Axe().run(alone).response["violations"]
    alone.close()
    assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]


def test_our_judgement_can_be_left_out(page: Page, served: Any, tiny: Path) -> None:
    opened(page, f"{served(tiny)}{ADDRESS}#r={FINDING}")
    assert page.get_by_text("Low confidence.").is_visible()
    page.locator("#bw-judgement button").click()
    assert not page.get_by_text("Low confidence.").is_visible()
    assert page.get_by_text("Whether shade cools bedrooms.").is_visible()


def test_it_prints_without_its_controls(page: Page, served: Any, tiny: Path) -> None:
    home = served(tiny)
    collect(page, home, FINDING)
    page.emulate_media(media="print")
    for selector in (".bw-take", ".bw-pack-link"):
        assert not page.locator(selector).is_visible()
    page.emulate_media(media="screen")
    opened(page, home + ADDRESS)
    page.emulate_media(media="print")
    for selector in (".bw-pack button", ".bw-pack__status"):
        assert not any(each.is_visible() for each in page.locator(selector).all())
    assert page.locator("article.bw-pack__record").is_visible()


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_briefs_are_pointed_at(page: Page, served: Any, tiny: Path) -> None:
    home = served(tiny)
    page.goto(home + WHERE[FINDING])
    assert not page.locator("[data-pack]").is_visible()
    assert page.get_by_role("link", name="Brief (PDF").is_visible()
    page.goto(home + ADDRESS)
    assert page.get_by_text("Collecting records needs JavaScript").is_visible()
    assert not page.locator("[data-app]").is_visible()
    page.get_by_role("link", name="the ready-made briefs").click()
    assert page.locator("article a[href$='brief.pdf']").count() == 3


@pytest.mark.parametrize("kept", ["null", '{"a": 1}', "not json", '["finding:../../x", 7, "finding:shade-cools"]'])
def test_whatever_the_browser_kept_the_page_works(page: Page, served: Any, tiny: Path, kept: str) -> None:
    home = served(tiny)
    page.goto(home + WHERE[ADVICE])
    page.evaluate("kept => localStorage.setItem('pack', kept)", kept)
    opened(page, home + ADDRESS)
    assert titles(page) == ([TITLES[FINDING]] if "shade-cools" in kept else [])


VIEWS = [
    pytest.param({"viewport": {"width": width, "height": 900}, "color_scheme": scheme}, id=f"{width}-{scheme}")
    for width, scheme in ((320, "light"), (320, "dark"), (1440, "light"), (1440, "dark"))
]


@pytest.mark.parametrize("page", VIEWS, indirect=True)
def test_it_is_accessible_and_fits(page: Page, served: Any, tiny: Path) -> None:
    home = served(tiny)
    collect(page, home, FINDING, CLAIM)
    for address in (WHERE[CLAIM], ADDRESS, f"{ADDRESS}#r={ADVICE}", "use-it/briefs/"):
        page.goto("about:blank")
        page.goto(home + address)
        page.wait_for_load_state("networkidle")
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], address
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(each["id"], each["nodes"][0]["html"]) for each in found])
        small = page.evaluate(
            "[...document.querySelectorAll('.bw-pack button, .bw-take :is(a, button), .bw-pack-link')]"
            ".map(e => e.getBoundingClientRect()).filter(r => r.width && (r.height < 24 || r.width < 24)).length"
        )
        assert small == 0, address
