"""The explorer: its data, and what a reader does with it in a browser."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from macros.explorer import explorer_data, outline, references_data
from macros.ris import ris
from macros.site import Site, load
from tests.html import pages
from tests.projects import ROOT, TINY, lay, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

FRONT = "---\ntitle: {0}\nkind: Instrument\nreviewed: 2026-11-22\nhide: [navigation, toc]\n---\n\n# {0}\n\n{1}\n"
MANY = 10_000


def decoded(steps: list[int]) -> list[int]:
    return list(accumulate(steps))


# The data -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shade(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return load(lay(tmp_path_factory.mktemp("shade")))


@pytest.fixture(scope="module")
def data(shade: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(explorer_data(shade))
    return found


def names(data: dict[str, Any]) -> list[str]:
    rows = data["rows"]
    return [f"{data['kinds'][kind]['id']}:{id_}" for kind, id_ in zip(rows["kind"], rows["id"], strict=True)]


def members(data: dict[str, Any], facet: str, term: str, place: int = 2) -> set[str]:
    (found,) = [one for one in data["facets"] if one["id"] == facet]
    (steps,) = [one[place] for one in found["terms"] if one[0] == term]
    return {names(data)[row] for row in decoded(steps)}


def test_every_record_and_claim_is_a_row_at_its_address(shade: Site, data: dict[str, Any]) -> None:
    expected = {f"{kind}:{id_}" for kind, ids in shade.base.records.items() if kind != "claim-sheet" for id_ in ids}
    expected |= {f"claim:{uid}" for uid in shade.base.claims}
    assert sorted(names(data)) == sorted(expected)
    rows = data["rows"]
    for name, kind, id_ in zip(names(data), rows["kind"], rows["id"], strict=True):
        assert shade.addresses[name] == f"{data['kinds'][kind]['folder']}{id_}/"
    assert {len(column) for column in rows.values()} == {len(expected)}


def test_facets_come_from_the_records_and_say_what_is_judged(data: dict[str, Any]) -> None:
    assert "claim:elmton2021/shade-cools" in members(data, "themes", "shade")
    assert "claim:elmton2021/shade-cools" in members(data, "themes", "shade", place=3), "the tag is our judgement"
    assert members(data, "source", "elmton2021", place=3) == set()
    titles = {facet["id"]: facet["title"] for facet in data["facets"]}
    assert titles["themes"] == "Matters", "as the topic calls them"
    assert not {"coders", "codings", "events", "link-bases"} & titles.keys()


def test_what_is_ours_as_a_whole_is_told(data: dict[str, Any]) -> None:
    ours = {names(data)[row] for row in decoded(data["judged"])}
    assert "finding:shade-cools" in ours
    assert not any(name.startswith("recommendation:") for name in ours)


def test_rows_lead_to_references_that_are_there(shade: Site, data: dict[str, Any]) -> None:
    references = json.loads(references_data(shade))
    assert set(references) == set(shade.base.bibliography.references)
    assert {key for key, _ in data["references"]} <= set(references)
    for forms in references.values():
        assert forms["bibtex"].startswith("@")
        assert forms["ris"].startswith("TY  - ")
        assert forms["ris"].endswith("ER  - \n")


def test_the_outline_holds_every_row(shade: Site, data: dict[str, Any]) -> None:
    assert [name for _, rows in outline(shade) for name, _, _ in rows] == names(data)


@pytest.mark.parametrize(
    ("item", "lines"),
    [
        (
            {
                "type": "article-journal",
                "id": "a1",
                "title": "On shade",
                "author": [{"family": "Berg", "non-dropping-particle": "van der", "given": "J."}, {"literal": "A Council"}],
                "container-title": "Trees",
                "page": "1–10",
                "issued": {"date-parts": [[2021, 3]]},
                "DOI": "10.1/x",
            },
            ["TY  - JOUR", "AU  - van der Berg, J.", "AU  - A Council", "T2  - Trees", "SP  - 1", "EP  - 10", "DA  - 2021/03//"],
        ),
        ({"type": "no-such-type", "title": "Two\nER  - \nlines"}, ["TY  - GEN", "TI  - Two ER - lines"]),
    ],
)  # fmt: skip
def test_references_as_ris(item: dict[str, Any], lines: list[str]) -> None:
    made = ris(item).splitlines()
    assert set(lines) <= set(made)
    assert made.count("ER  - ") == 1


# In a browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny site with an explorer and a comparison."""
    root = lay(tmp_path_factory.mktemp("explored"), pages=True)
    (root / "docs" / "explorer.md").write_text(FRONT.format("Explorer", "{{ explorer() }}"), "utf-8")
    (root / "docs" / "compare.md").write_text(FRONT.format("Compare", "{{ compare() }}"), "utf-8")
    settings = (root / "mkdocs.yml").read_text("utf-8")
    (root / "mkdocs.yml").write_text(
        settings.replace("  - Words:\n", "  - Words:\n      - explorer.md\n      - compare.md\n")
    )
    assert run(root) == (0, "")
    return root / "site"


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(**getattr(request, "param", {}))
    found = context.new_page()
    found.set_default_timeout(10_000)
    problems: list[str] = []
    found.on("pageerror", lambda error: problems.append(str(error)))
    yield found
    context.close()
    assert problems == []


def opened(page: Page, served: Any, site: Path, address: str = "") -> Page:
    page.goto(f"{served(site)}explorer/{address}")
    page.locator(".bw-explorer__app:not([aria-busy])").wait_for()
    return page


def count(page: Page) -> str:
    return page.locator("[data-count]").inner_text()


def titles(page: Page) -> list[str]:
    return page.locator(".bw-explorer__table tbody th a").all_inner_texts()


def test_filters_narrow_the_address_follows_and_back_undoes(page: Page, served: Any, site: Path) -> None:
    opened(page, served, site)
    everything = count(page)
    page.locator("[name=kinds][value=claim]").check()
    claims = count(page)
    assert claims != everything
    assert page.url.endswith("?kinds=claim")
    page.locator("[name=kinds][value=finding]").check()
    assert count(page) != claims, "two terms of one facet widen"
    page.locator("summary", has_text="Matters").click()
    page.locator('[name=themes][value="shade"]').check()
    narrowed = count(page)
    page.reload()
    page.locator(".bw-explorer__app:not([aria-busy])").wait_for()
    assert count(page) == narrowed, "the address brings it back"
    page.go_back()
    page.go_back()
    assert count(page) == claims
    assert page.locator("[name=kinds][value=claim]").is_checked()
    assert not page.locator("[name=kinds][value=finding]").is_checked()


def test_words_sorting_and_views(page: Page, served: Any, site: Path) -> None:
    opened(page, served, site, "?kinds=claim")
    page.get_by_label("Words in titles and statements").fill("PAVEMENT")
    page.wait_for_url("**q=PAVEMENT*")
    assert titles(page)
    assert all("pavement" in title.lower() for title in titles(page))
    page.get_by_label("Words in titles and statements").fill("")
    page.wait_for_url(lambda address: "q=" not in address)
    page.get_by_role("button", name="Record", exact=True).click()
    assert page.locator("th[data-column=title]").get_attribute("aria-sort") == "ascending"
    up = titles(page)
    page.get_by_role("button", name="Record", exact=True).click()
    assert page.locator("th[data-column=title]").get_attribute("aria-sort") == "descending"
    assert titles(page) == up[::-1]
    page.get_by_role("button", name="Cards").click()
    assert page.locator(".bw-card").count() == len(up)


def test_nothing_that_fits_says_so_and_leads_back(page: Page, served: Any, site: Path) -> None:
    opened(page, served, site, "?q=nosuchword")
    assert page.get_by_text("That does not mean that there is no evidence").is_visible()
    page.get_by_role("button", name="Take all filters off").click()
    assert not page.get_by_text("No record fits").is_visible()
    assert page.evaluate("document.activeElement.hasAttribute('data-count')")


def test_downloads_hold_exactly_what_is_shown(page: Page, served: Any, site: Path) -> None:
    opened(page, served, site, "?kinds=claim&source=elmton2021&sort=title")
    shown = titles(page)
    texts = {}
    for form in ("CSV", "JSON", "BibTeX", "RIS"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=form).click()
        texts[form] = Path(waiting.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(texts["CSV"])))
    assert [row["Title"] for row in rows] == shown
    assert any("(our judgement)" in row["Matters"] for row in rows)
    records = json.loads(texts["JSON"])
    assert [record["title"] for record in records["records"]] == shown
    assert records["from"] == page.url
    assert "elmton2021" in texts["BibTeX"]
    assert "ID  - elmton2021" in texts["RIS"]
    assert "oakfield2020" not in texts["RIS"]


def test_without_our_judgement_counts_are_made_anew(page: Page, served: Any, site: Path) -> None:
    opened(page, served, site, "?themes=shade")
    assert titles(page)
    page.locator("#bw-judgement button").click()
    assert "finding" not in " ".join(titles(page))
    assert page.locator("[data-left-out]").is_visible()
    assert "themes=shade" in page.url
    assert "judgement=stated" in page.url


def test_a_comparison_is_chosen_with_the_keyboard(page: Page, served: Any, site: Path) -> None:
    opened(page, served, site, "?kinds=claim")
    boxes = page.locator(".bw-explorer__table tbody input[type=checkbox]")
    for number in (0, 1):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
        assert page.evaluate("document.activeElement.checked"), "focus stays where the reader is"
    page.get_by_role("link", name="Compare them").focus()
    page.keyboard.press("Enter")
    page.locator(".bw-compare__table").wait_for()
    assert page.locator(".bw-compare__table thead th").count() == 2


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_it_is_a_table(page: Page, served: Any, site: Path) -> None:
    page.goto(f"{served(site)}explorer/")
    assert page.get_by_role("link", name="Plant for shade").is_visible()
    assert page.get_by_text("Filtering and searching need JavaScript").is_visible()
    assert not page.locator(".bw-explorer__app").is_visible()


def test_the_tables_show_when_the_data_cannot_be_had(chromium: Browser, served: Any, site: Path) -> None:
    page = chromium.new_page()
    page.route("**/data/explorer.json", lambda route: route.abort())
    page.goto(f"{served(site)}explorer/")
    page.get_by_text("The filters could not be loaded").wait_for()
    assert page.get_by_role("link", name="Plant for shade").is_visible()
    page.close()


VIEWS = [
    pytest.param({"viewport": {"width": width, "height": 900}, "color_scheme": scheme}, id=f"{width}-{scheme}")
    for width, scheme in ((320, "light"), (320, "dark"), (1440, "light"), (1440, "dark"))
]


@pytest.mark.parametrize("page", VIEWS, indirect=True)
@pytest.mark.parametrize("address", ["", "?view=cards&themes=shade", "?q=nosuchword"])
def test_it_is_accessible_and_fits(page: Page, served: Any, site: Path, address: str) -> None:
    opened(page, served, site, address)
    page.evaluate("document.querySelectorAll('.bw-explorer details').forEach(e => e.open = true)")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
    small = page.evaluate(
        "[...document.querySelectorAll('.bw-explorer :is(button, select, label, summary)')]"
        ".map(e => e.getBoundingClientRect()).filter(r => r.width && (r.height < 24 || r.width < 24)).length"
    )
    assert small == 0


def many() -> str:
    """Return the data of a base with ten thousand rows and facets of twenty terms each."""

    def spread(step: int, start: int) -> list[int]:
        rows = list(range(start, MANY, step))
        return [after - before for before, after in zip([0, *rows], rows, strict=False)]

    facets = [
        {
            "id": facet,
            "title": facet.title(),
            "main": facet != "f9",
            "terms": [
                [f"{facet}-{n}", f"{facet} term {n}", spread(20 + f, n), spread(40 + 2 * f, n)] for n in range(20)
            ],
        }
        for f, facet in enumerate(["source", "themes", *(f"f{n}" for n in range(20))])
    ]
    rows = {
        "kind": [n % 2 for n in range(MANY)],
        "id": [f"s/row-{n}" for n in range(MANY)],
        "title": [
            f"Row {n} says that shade number {n * 7919 % MANY} matters in a rather long sentence" for n in range(MANY)
        ],
        "text": [""] * MANY,
        "class": [0] * MANY,
        "used": [n % 13 for n in range(MANY)],
        "usedStated": [n % 7 for n in range(MANY)],
    }
    kinds = [{"id": kind, "label": kind.title(), "folder": f"{kind}s/"} for kind in ("claim", "finding")]
    return json.dumps(
        {"kinds": kinds, "classes": ["Reported"], "rows": rows, "judged": [3], "facets": facets, "references": [["x", [1, 2]]]}
    )  # fmt: skip


def test_ten_thousand_records(page: Page, served: Any, site: Path) -> None:
    body = many()

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="application/json")

    page.route("**/data/explorer.json", answer)
    opened(page, served, site)
    assert count(page) == "10,000 records"
    page.locator("summary", has_text="Themes").click()
    page.locator('[name=themes][value="themes-3"]').check()
    assert count(page) == "477 of 10,000 records"
    page.locator('[name=themes][value="themes-4"]').check()
    assert count(page) == "953 of 10,000 records"
    page.get_by_label("Words in titles and statements").fill("number 12")
    page.wait_for_url("**q=number*")
    assert count(page).endswith("of 10,000 records")
    page.get_by_label("Words in titles and statements").fill("")
    page.wait_for_url(lambda address: "q=" not in address)
    page.get_by_role("button", name="Used by").click()
    page.get_by_role("button", name="Next").click()
    assert page.locator("[data-page]").inner_text() == "Page 2 of 20"
    assert page.locator(".bw-explorer__table tbody tr").count() == 50
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    assert len(list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig"))))) == 954


def test_the_flagship_has_both_instruments_in_its_navigation(flagship: Path) -> None:
    found = {address: page for address, page in pages(flagship) if address in {"explorer/", "compare/"}}
    assert set(found) == {"explorer/", "compare/"}
    claims = next(iter((ROOT / "evidence" / "claims").iterdir())).name
    assert any(
        claims in (link.attributes.get("href") or "") for link in found["explorer/"].css(".bw-explorer__plain a")
    )
    assert TINY.exists()
