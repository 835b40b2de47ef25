"""Cite this: what is offered is what the citation processor writes, and it can be copied by anybody."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from bibtexparser.entrypoint import parse_string
from playwright.sync_api import Browser, BrowserContext, Page

from macros import cite
from macros.base import load
from macros.bibliography import read_bibliography
from macros.citation import format_alone
from macros.cite import STYLES, Citable, Collection, cite_pages, cite_references, csl_item, main_references
from macros.edition import Edition
from macros.kinds.finding import Finding
from macros.kinds.recommendation import Recommendation
from macros.kinds.source import Source
from macros.site import Site, make
from tests import html
from tests.projects import TINY, lay

DAY = datetime.date(2026, 1, 31)
SHADE = Collection("Shade", "Those who planted the trees", Edition("v1.2", "", DAY))
ENDS = ("", "?", "!", ".", " …", ": yes", ")", "”", "%", " (2019)", " 5", "é", "’s")


def page(number: int, title: str) -> Citable:
    return Citable(title, f"Claim a/b-{number}", f"https://shade.example/{number}/", DAY)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make(lay(tmp_path_factory.mktemp("cite")))


@pytest.mark.parametrize("collection", [SHADE, Collection("Shade", "Shade"), Collection("A. B?", "C. D. and others")])
def test_pages_are_cited_as_the_processor_would_cite_each(collection: Collection) -> None:
    pages = [page(number, f"Trees in row {number}{end}") for number, end in enumerate(ENDS)]
    pages += [Citable("Without a day", "Page x", "https://shade.example/x/"), Citable("Nowhere", "Page y", "", DAY)]
    found = cite_pages(pages, collection)
    for name, style in STYLES.items():
        # One by one, since a processor may treat works that stand together differently.
        for citable, forms in zip(pages, found, strict=True):
            (whole,) = format_alone([csl_item(citable, collection)], style)
            # The processor sets quotation marks of its own; ours are the record's.
            assert forms[name].replace("”", "’") == whole.replace("”", "’"), citable.title


def test_a_thousand_pages_cost_what_a_few_do(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(items: list[dict[str, str]], style: str, cache: Path | None) -> tuple[str, ...]:
        asked.append(len(items))
        return tuple(f"{item['title']} {item['genre']} {item['URL']}" for item in items)

    monkeypatch.setattr(cite, "format_alone", counted)
    found = cite_pages([page(number, f"Trees in row {number}") for number in range(1000)], SHADE)
    assert asked == [1, 1]
    assert len({forms["APA"] for forms in found}) == 1000


def test_a_title_cannot_stand_for_anything_else() -> None:
    names = " ".join((cite._TITLE, cite._LABEL, cite._ADDRESS))
    (forms,) = cite_pages([page(1, names)], SHADE)
    assert forms["APA"].count(names) == 1
    assert forms["APA"].endswith("https://shade.example/1/")


def test_a_citation_says_which_version_is_meant() -> None:
    (forms,) = cite_pages([page(1, "Trees")], SHADE)
    for text in forms.values():
        assert "Claim a/b-1, version v1.2" in text
        assert "https://shade.example/1/" in text
        assert "2026" in text


def test_bibtex_reads_back(tmp_path: Path) -> None:
    titles = ["100 % of {trees} & more_or #less $5", "C:\\path \\emph{x}", "Größe, “quoted”", "a}, author = {b"]
    for number, title in enumerate(titles):
        (forms,) = cite_pages([page(number, title)], SHADE)
        (tmp_path / "one.bib").write_text(forms["BibTeX"], "utf-8")
        bibliography, _ = read_bibliography([tmp_path / "one.bib"], tmp_path)
        (reference,) = bibliography.values()
        assert reference.title == title
        assert [str(author) for author in reference.authors] == [SHADE.author]
        assert (reference.url, reference.urldate) == (f"https://shade.example/{number}/", DAY.isoformat())


def test_references_are_cited_without_our_notes(site: Site) -> None:
    found = cite_references(site)
    assert found.keys() == site.base.bibliography.keys()
    for key, forms in found.items():
        (entry,) = parse_string(forms["BibTeX"]).entries
        assert entry.key == key
        assert "provenance" not in entry.fields_dict
        for style in STYLES:
            assert str(site.base.bibliography[key].year or "n.d.") in forms[style]


def test_a_record_rests_on_its_sources(site: Site) -> None:
    found, sources = main_references(site), site.base.all(Source)
    for uid, claim in site.base.claims.items():
        assert found[f"claim:{uid}"] == (sources[claim.source].reference,)
    for id_, recommendation in site.base.all(Recommendation).items():
        assert found[f"recommendation:{id_}"] == (sources[recommendation.source].reference,)
    for id_, finding in site.base.all(Finding).items():
        used = {sources[site.base.claims[each.claim].source].reference for each in finding.claims}
        assert found[f"finding:{id_}"]
        assert set(found[f"finding:{id_}"]) <= used


@pytest.mark.parametrize("site_", ["flagship", "tiny"])
def test_every_page_can_be_cited_in_every_form(site_: str, request: pytest.FixtureRequest) -> None:
    for address, found in html.pages(request.getfixturevalue(site_)):
        if address.startswith(("404.html", "search.html", "embed/")):
            continue
        offered = [node.attributes["data-cite"] or "" for node in found.css("[data-cite]")]
        for form in ("Vancouver", "APA", "BibTeX"):
            assert any(name.startswith(f"{form}, this") for name in offered), address
            if address.startswith(("claims/", "sources/", "findings/", "recommendations/")) and address.count("/") > 1:
                assert any("source" in name for name in offered if name.startswith(form)), address
        assert len(set(offered)) == len(offered), address
        assert html.one(found, ".bw-provenance").text(), address


# In a browser ---------------------------------------------------------------------------------------

CLAIM = "claims/" + next(iter(load(TINY)[0].claims)) + "/"


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    found = chromium.new_context(viewport={"width": 320, "height": 700}, permissions=["clipboard-read"])
    found.set_default_timeout(10_000)
    yield found
    found.close()


def opened(context: BrowserContext, home: str) -> Page:
    page = context.new_page()
    page.goto(home + CLAIM)
    page.get_by_role("link", name="Cite", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("#cite-this").wait_for()
    return page


def test_one_click_copies_and_says_so(context: BrowserContext, tiny: Path, served: Callable[[Path], str]) -> None:
    page = opened(context, served(tiny))
    for number, text in enumerate(page.locator("[data-cite]").all()):
        button = page.locator(".bw-cite__copy").nth(number)
        button.click()
        name = text.get_attribute("data-cite")
        page.get_by_role("status").filter(has_text=f"Copied: {name}").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == text.text_content()
    assert not Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_copies_too(context: BrowserContext, tiny: Path, served: Callable[[Path], str]) -> None:
    page = opened(context, served(tiny))
    page.locator(".bw-cite__details > summary").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.bw-cite__copy')")
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="Copied: Vancouver, this record").wait_for()


def test_where_the_clipboard_is_refused_a_selection_copies(
    context: BrowserContext, tiny: Path, served: Callable[[Path], str]
) -> None:
    context.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))")
    page = opened(context, served(tiny))
    page.locator(".bw-cite__copy").first.click()
    page.get_by_role("status").filter(has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("[data-cite]").first.text_content()


def test_without_scripts_the_text_can_be_selected(chromium: Browser, tiny: Path, served: Callable[[Path], str]) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = opened(context, served(tiny))
    assert page.locator("[data-cite]").first.is_visible()
    assert not page.locator(".bw-cite__copy").count()
    page.locator("[data-cite]").first.click(click_count=3)
    context.close()
