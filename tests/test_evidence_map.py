"""The evidence map, the ledger and the board of barriers: the same counts everywhere, and what a reader does with them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from macros.author import Author, Misuse
from macros.barriers import boards, speakers
from macros.evidence_map import DATA, TITLES, counted, facets, map_files, outside_of, pairs_of, terms_of
from macros.ledger import ledger
from macros.matrix import Empty, Matrix, matrix
from macros.site import Site, load
from tests.projects import ROOT, lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAIRS = (
    ("learning", "directions", "learning-types"),
    ("learning", "levels", "directions"),
    ("learning", "principle", "learning-types"),
    ("claim", "themes", "study-designs"),
    ("claim", "recommendation", "bases"),
    ("finding", "themes", "confidence-levels"),
    ("recommendation", "stakeholders", "principle"),
    ("case-study", "countries", "directions"),
)
PAGE = "evidence/map/"


@pytest.fixture(scope="module")
def shade(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return load(lay(tmp_path_factory.mktemp("shade")))


@pytest.fixture(scope="module")
def site() -> Site:
    return load(ROOT)


def count(site: Site, of: str, rows: str, columns: str) -> Matrix:
    return matrix(site.base, counted(site)[of], (rows, terms_of(site, rows)), (columns, terms_of(site, columns)))


# What is made at build time -------------------------------------------------------------------------


def test_every_unit_has_its_terms_and_a_title(shade: Site) -> None:
    files = map_files(shade, ())
    data, titles = json.loads(files[DATA]), json.loads(files[TITLES])
    for kind, units in zip(data["kinds"], data["units"], strict=True):
        for number, unit in enumerate(counted(shade)[kind["id"]]):
            name, judged, _, _, *places = units[number]
            assert titles["records"][name][2] == shade.addresses[unit.name]
            assert judged == unit.judged
            for facet, found in zip(data["facets"], places, strict=True):
                terms = {facet["terms"][place if place >= 0 else -1 - place][0] for place in found}
                assert terms == set(unit.facets.get(facet["id"], ()))


def test_words_of_the_map_come_from_vocabularies(shade: Site) -> None:
    data = json.loads(map_files(shade, ())[DATA])
    labels = {facet["id"]: facet["label"] for facet in data["facets"]}
    assert labels["directions"] == shade.base.vocabularies["directions"].title
    assert "coders" not in labels, "how a record was made is not what it is about"


def test_a_cell_is_out_of_scope_before_it_is_searched(shade: Site) -> None:
    direction, level = terms_of(shade, "directions")[0], terms_of(shade, "levels")[-1]
    (rule,) = outside_of(shade, f"directions={direction} & levels={level}")
    assert rule == {("directions", direction), ("levels", level)}
    units = [unit for unit in shade.flows if level not in unit.facets["levels"]]
    rows, columns = ("directions", terms_of(shade, "directions")), ("levels", terms_of(shade, "levels"))
    found = matrix(shade.base, units, rows, columns, [(direction, level)])
    assert found.cells[direction, level].empty is Empty.OUT_OF_SCOPE


def test_a_term_by_our_judgement_makes_the_cell_ours(site: Site) -> None:
    found = count(site, "claim", "themes", "bases")
    judged = {name for cell in found.cells.values() for name in cell.judged}
    claims = site.base.claims
    for name in judged:
        claim = claims[name.removeprefix("claim:")]
        inferred = site.base.role("bases", claim.basis) == "inference"
        assert inferred or any(site.base.role("link-bases", tag.basis) == "judged" for tag in claim.themes)
    assert judged, "the flagship has themes of our own"
    for row, total in found.row_totals.items():
        assert found.stated_row_totals[row] <= total


@pytest.mark.parametrize(
    ("ready", "outside", "near"),
    [
        ("learning: directoins by levels", "", "directions"),
        ("lerning: directions by levels", "", "learning"),
        ("", "levels=tema", "It is one of"),
    ],
)
def test_a_slip_in_a_page_is_told_with_the_nearest_right_name(shade: Site, ready: str, outside: str, near: str) -> None:
    with pytest.raises(Misuse) as told:
        Author(shade, PAGE).evidence_map(ready, outside)
    assert told.value.code == "E601"
    assert near in told.value.suggestion


def test_ready_made_maps_may_have_titles(shade: Site) -> None:
    pairs = pairs_of(shade, "learning: directions by levels = Who learns; claim: themes by bases")
    assert pairs[0].title == "Who learns"
    assert " by " in pairs[1].title, "a map without a title is called by what it shows"


def test_another_topic_gets_the_same_instruments_in_its_own_words(shade: Site) -> None:
    author = Author(shade, PAGE)
    made = {name: getattr(author, name)() for name in ("evidence_map", "ledger", "barriers")}
    assert {DATA, TITLES} <= set(author.files)
    for direction in shade.base.concepts["directions"].values():
        assert direction.label in made["evidence_map"]
        assert direction.label in made["ledger"]
    for board in boards(shade.base):
        assert board.theme.label in made["barriers"]
    for html in made.values():
        assert not re.search(r"\b(?:UK|LMICs?|health)\b", html)


def test_the_ledger_enters_every_flow_once(site: Site) -> None:
    entries = ledger(site.base, site.flows)
    assert [entry.direction.role for entry in entries][:3] == ["home", "away", "both"]
    assert sum(len(whats) for entry in entries for whats in entry.notes.values()) == len(site.flows)
    for entry in entries:
        assert sum(entry.empty.values()) == sum(not cell.names for cell in entry.matrix.cells.values())
        assert entry.stated <= entry.records


def test_the_board_counts_every_tag_with_an_effect(site: Site) -> None:
    found = boards(site.base)
    tags = [tag for claim in site.base.claims.values() for tag in claim.themes if tag.effect]
    assert sum(effect.records for board in found for effect in board.effects.values()) == len(tags)
    stated = [tag for tag in tags if site.base.role("link-bases", tag.basis) != "judged"]
    assert sum(effect.stated for board in found for effect in board.effects.values()) == len(stated)
    every, certain = speakers(found)
    assert all(certain[side] <= every[side] for side in every)


# What a reader sees -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(flagship: Path, served: Callable[[Path], str]) -> str:
    return served(flagship)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    made = context.new_page()
    made.on("pageerror", lambda error: pytest.fail(str(error)))
    yield made
    context.close()


def show(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}{PAGE}{query}")
    page.wait_for_selector("[data-ready] [role=grid]")


def cells(page: Page) -> list[list[str]]:
    """Return what each cell says, to a reader who sees no shapes."""
    script = """() => [...document.querySelectorAll("[role=grid] tbody tr")].slice(0, -1).map((row) =>
        [...row.querySelectorAll("td")].map((cell) => {
            const copy = cell.cloneNode(true);
            copy.querySelectorAll(".bw-map__column").forEach((name) => name.remove());
            return copy.textContent.replace(/\\s+/g, " ").trim();
        }))"""
    found: list[list[str]] = page.evaluate(script)
    return found


def expected(site: Site, of: str, rows: str, columns: str, *, stated: bool) -> list[list[str]]:
    found = count(site, of, rows, columns)
    totals = found.stated_row_totals if stated else found.row_totals

    def words(row: str, column: str) -> str:
        cell = found.cells[row, column]
        number = len(cell.names) - (len(cell.judged) if stated else 0)
        independent = cell.stated_independent if stated else cell.independent
        if cell.empty:
            return {
                Empty.NONE_FOUND: "0 searched, and none found",
                Empty.NOT_SEARCHED: "? not searched; how to look",
                Empty.OUT_OF_SCOPE: "– out of scope",
            }[cell.empty]
        if not number:
            return f"0 none that a source states{len(cell.judged)} judged"
        plural = "" if number == 1 else "s"
        return f"{number} record{plural}, {independent} independent source{'' if independent == 1 else 's'}"

    return [[*(words(row, column) for column in found.columns), f"{totals[row]} in all"] for row in found.rows]


@pytest.mark.parametrize(("of", "rows", "columns"), PAIRS)
@pytest.mark.parametrize("stated", [False, True])
def test_the_browser_counts_as_the_build_does(
    page: Page, address: str, site: Site, of: str, rows: str, columns: str, stated: bool
) -> None:
    show(page, address, f"?of={of}&rows={rows}&columns={columns}{'&judgement=stated' if stated else ''}")
    levels = "|".join(level.label.lower() for level in site.base.concepts["confidence-levels"].values())
    seen = [[re.sub(f", ({levels})$", "", words) for words in line] for line in cells(page)]
    assert seen == expected(site, of, rows, columns, stated=stated)


def test_cells_rows_and_columns_open_their_records_and_the_address_holds_them(page: Page, address: str) -> None:
    show(page, address)
    page.click("[role=grid] tbody tr:first-child td:nth-child(2) a")
    page.wait_for_selector(".bw-map__panel h2")
    cell = page.url
    assert "row=" in cell
    assert "column=" in cell
    listed = page.locator(".bw-map__panel li").count()
    assert listed == int(page.text_content("[role=grid] [aria-current] .bw-cell__n") or 0)
    page.click("[role=grid] thead th:nth-child(2) a")
    page.wait_for_function("!location.search.includes('row=to')")
    page.go_back()
    assert page.url == cell
    page.wait_for_function(f"document.querySelectorAll('.bw-map__panel li').length === {listed}")
    page.goto(cell)
    page.wait_for_selector(".bw-map__panel h2")
    assert page.locator(".bw-map__panel li").count() == listed


def test_keys_walk_the_grid_open_a_cell_and_come_back(page: Page, address: str) -> None:
    show(page, address)
    assert page.locator("[role=grid] [tabindex='0']").count() == 1
    page.locator("[role=grid] [tabindex='0']").focus()
    where = """() => { const cell = document.activeElement.closest("td, th");
        return [cell.parentElement.rowIndex, cell.cellIndex]; }"""
    assert page.evaluate(where) == [1, 1]
    for key, place in (
        ("ArrowRight", [1, 2]),
        ("ArrowDown", [2, 2]),
        ("Home", [2, 0]),
        ("ArrowUp", [1, 0]),
        ("ArrowRight", [1, 1]),
        ("ArrowUp", [0, 1]),
        ("Control+End", [6, 4]),
        ("Control+Home", [0, 1]),
        ("ArrowDown", [1, 1]),
    ):
        page.keyboard.press(key)
        assert page.evaluate(where) == place, key
    page.keyboard.press("Enter")
    page.wait_for_selector(".bw-map__panel h2")
    page.wait_for_function("document.activeElement.matches('.bw-map__panel')")
    page.keyboard.press("Escape")
    assert page.locator(".bw-map__panel").is_hidden()
    assert page.evaluate(where) == [1, 1]


def test_empty_cells_lead_to_the_search_or_to_how_to_look(page: Page, address: str) -> None:
    show(page, address)
    assert "/searches/" in (page.locator("td.bw-cell--none a").first.get_attribute("href") or "")
    show(page, address, "?of=claim&rows=recommendation&columns=bases")
    how = page.locator("td.bw-cell--unsearched a").first
    assert (how.get_attribute("href") or "").endswith("methods/searches/")
    how.click()
    assert page.locator("#how-to-look").count() == 1


def test_leaving_our_judgement_out_counts_again_and_back(page: Page, address: str) -> None:
    show(page, address)
    before = cells(page)
    page.click("#bw-judgement button")
    assert cells(page) != before
    page.click("#bw-judgement button")
    assert cells(page) == before


def test_choosing_and_swapping(page: Page, address: str) -> None:
    show(page, address)
    page.select_option("[name=of]", "claim")
    page.select_option("[name=rows]", "themes")
    page.select_option("[name=columns]", "source-types")
    rows = page.locator("[role=grid] tbody tr").count()
    page.click("text=Swap rows and columns")
    assert "rows=source-types&columns=themes" in page.url
    assert page.locator("[role=grid] thead th").count() == rows
    page.select_option("[name=rows]", "themes")
    assert "rows=themes&columns=source-types" in page.url, "the same facet twice changes places instead"
    page.check("[name=filled]")
    assert page.locator("[role=grid] tbody tr").count() <= rows


def test_what_is_shown_can_be_taken_away(page: Page, address: str, site: Site) -> None:
    show(page, address, "?of=learning&rows=directions&columns=levels")
    files = {}
    for form in ("SVG", "PNG", "CSV"):
        with page.expect_download() as download:
            page.click(f".bw-map__export >> text={form}")
        assert download.value.suggested_filename == f"learning-by-directions-and-levels.{form.lower()}"
        files[form] = Path(download.value.path()).read_bytes()
    assert files["PNG"].startswith(b"\x89PNG")
    drawing = files["SVG"].decode("utf-8")
    assert drawing.startswith("<svg")
    for term in terms_of(site, "levels"):
        assert all(word in drawing for word in site.base.label("levels", term).split())
    lines = list(csv.DictReader(io.StringIO(files["CSV"].decode("utf-8-sig"))))
    found = count(site, "learning", "directions", "levels")
    assert {(line["directions"], line["levels"]): int(line["records"]) for line in lines} == {
        place: len(cell.names) for place, cell in found.cells.items()
    }


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 768), ("light", 1440), ("dark", 320)])
@pytest.mark.parametrize(
    "where", [PAGE, f"{PAGE}?row=to-uk&column=technical", "evidence/ledger/", "evidence/barriers-and-enablers/"]
)
def test_nothing_is_cut_off_and_axe_finds_nothing(
    chromium: Browser, address: str, where: str, scheme: Any, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address + where)
    page.wait_for_load_state("networkidle")
    if "row=" in where:
        page.wait_for_selector(".bw-map__panel h2")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(page).response["violations"]
    context.close()
    assert not [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations]


def test_without_scripts_every_count_is_there_and_nothing_is_dead(chromium: Browser, address: str, site: Site) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + PAGE)
    found = count(site, "learning", "directions", "learning-types")
    shown = page.locator("#map-1 tbody tr:first-child td .bw-cell__n").all_inner_texts()
    row = found.rows[0]
    filled = [len(cell.names) for column in found.columns if (cell := found.cells[row, column]).names]
    assert [int(number) for number in shown] == [*filled, found.row_totals[row]]
    assert page.locator(".bw-map button:visible, .bw-map select:visible").count() == 0
    for link in page.locator("#map-1 td a[href^='#']").all():
        assert page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']").count() == 1
    context.close()


def test_if_the_data_does_not_come_the_tables_stay(page: Page, address: str) -> None:
    page.route(f"**/{DATA}", lambda route: route.abort())
    page.goto(address + PAGE)
    page.wait_for_selector(".bw-map__choose", state="detached")
    assert page.locator("#map-1").is_visible()


def test_facets_offered_are_those_that_something_can_be_counted_by(shade: Site) -> None:
    offered = facets(shade)
    assert "themes" in offered
    for facet, terms in offered.items():
        assert len(terms) > 1
        assert any(unit.facets.get(facet) for units in counted(shade).values() for unit in units)
