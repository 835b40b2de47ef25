"""The shell around every page: what the hook hands to MkDocs, and what readers get to see."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from macros.build import FAILED, OK, build
from macros.pages import RecordPage
from macros.site import make
from tests.browser import browsing, served

ROOT = Path(__file__).resolve().parents[1]
STYLE = (ROOT / "docs" / "assets" / "both-ways.css").read_text("utf-8")
GALLERY = (Path(__file__).parent / "look" / "gallery.html").read_text("utf-8")

CONFIG = """
INHERIT: project.yml
nav:
  - Home: index.md
  - Things & more: [things/index.md, things/else.md]
  - About: [about.md]
"""
FRONT = "---\nkind: Page\nreviewed: 2026-01-31\n---\n"
HOSTILE = """<script>alert(1)</script> {{ 7 * 7 }} {% raw %} "quoted" & 'so' on"""
PLAIN = RecordPage(
    address="things/plain/",
    title="A plain thing",
    kind_label="Thing",
    description="What it is.",
    body='<h1>A plain thing</h1><p class="bw-lede">Text.</p><h2 id="part">Part</h2><p>{{ 7 * 7 }}</p>',
    toc=((2, "part", "Part"), (3, "detail", "Detail"), (2, "end", "End")),
    edit_path="evidence/things/plain.yaml",
    breadcrumbs=(("Things & more", "things/"),),
    previous=None,
    next=("Next <thing>", "things/hostile/"),
    reviewed=date(2026, 2, 1),
    css_class="bw-record",
)
OF_HARM = replace(
    PLAIN,
    address="things/hostile/",
    title=HOSTILE,
    description=HOSTILE,
    breadcrumbs=((HOSTILE, "things/"),),
    previous=(HOSTILE, "things/plain/"),
    next=None,
    kind_label=HOSTILE,
)
COMPONENTS = replace(PLAIN, address="things/gallery/", title="Every component once", body=GALLERY)


def lay(root: Path, monkeypatch: pytest.MonkeyPatch, *records: RecordPage) -> None:
    """Lay a project of a few pages that has the given records."""
    for name, text in {
        "index.md": FRONT + "# Home\n\n[A record](things/plain.md#part)\n",
        "things/index.md": FRONT + "# Things\n\n## First\n\nText.\n",
        "things/else.md": FRONT + "# Something else\n\nText.\n",
        "about.md": FRONT + "# About\n\nText.\n",
    }.items():
        file = root / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    (root / "mkdocs.yml").write_text(CONFIG)
    for name, target in {
        "macros": "macros",
        "overrides": "overrides",
        "project.yml": "mkdocs.yml",
        "docs/assets": "docs/assets",
    }.items():
        (root / name).symlink_to(ROOT / target)
    for name in ("evidence", "bib"):
        (root / "empty" / name).mkdir(parents=True)
    nothing = make(root / "empty")
    monkeypatch.setattr("macros.site.load", lambda root, style="": nothing)
    monkeypatch.setattr("macros.lookup.lookup", lambda site: {"filters": [], "words": []})
    monkeypatch.setattr("macros.pages.data_files", lambda site: [])
    monkeypatch.setattr("macros.pages.pages", lambda site, imprint: iter(records))
    for name in ("SITE_URL", "REPO_URL", "EDIT_BRANCH", "EDIT_URI"):
        monkeypatch.delenv(name, raising=False)


def run(root: Path) -> tuple[int, str]:
    said = io.StringIO()
    return build(root, root / "site", stream=said), said.getvalue()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay(tmp_path, monkeypatch, PLAIN, OF_HARM)
    return tmp_path


def read(root: Path, address: str) -> str:
    return (root / "site" / address / "index.html").read_text("utf-8")


def test_a_record_has_its_body_and_its_surroundings(project: Path) -> None:
    assert run(project) == (OK, "")
    page = read(project, "things/plain")
    assert PLAIN.body.split("<h2")[0] in page
    assert "<title>A plain thing · Both Ways</title>" in page
    assert '<meta name="description" content="What it is.">' in page
    assert '<span class="bw-kind__name">Thing</span>' in page
    assert "Last reviewed 1 February 2026" in page
    assert '<a href="../">Things &amp; more</a>' in page
    assert '<a href="../" aria-current="true">Things &amp; more</a>' in page, "the section it belongs to is marked"
    assert 'href="../hostile/" rel="next"' in page
    assert "Next &lt;thing&gt;" in page
    assert '<a href="#part">Part</a>' in page
    assert "<code>evidence/things/plain.yaml</code>" in page


def test_template_syntax_in_a_record_is_text(project: Path) -> None:
    run(project)
    assert "<p>{{ 7 * 7 }}</p>" in read(project, "things/plain")
    hostile = read(project, "things/hostile")
    assert "alert(1)</script>" not in hostile
    assert "49" not in re.sub(r"<(script|style|svg)\b.*?</\1>", "", hostile, flags=re.DOTALL)
    assert hostile.count("&lt;script&gt;alert(1)") >= 5
    assert (project / "site" / "pagefind" / "pages.json").is_file()


def test_without_addresses_none_is_invented(project: Path) -> None:
    run(project)
    for file in (project / "site").rglob("*.html"):
        text = file.read_text("utf-8")
        assert 'rel="canonical"' not in text
        assert 'rel="edit"' not in text
        stated = re.sub(r'<link rel="(?:license|type)" href="[^"]*">', "", text)  # others' addresses, and true
        assert not re.search(r"""(?:href|src|action)=["'](?:https?:)?//""", stated), file
    assert not list((project / "site").glob("sitemap*"))


def test_with_addresses_links_lead_to_the_true_source(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "https://site.example/sub")
    monkeypatch.setenv("REPO_URL", "https://github.example/a/b")
    assert run(project) == (OK, "")
    page = read(project, "things/plain")
    assert '<link rel="canonical" href="https://site.example/sub/things/plain/">' in page
    assert 'href="https://github.example/a/b/edit/main/evidence/things/plain.yaml"' in page
    assert 'href="https://github.example/a/b/edit/main/docs/about.md"' in read(project, "about")
    assert "<loc>https://site.example/sub/things/plain/</loc>" in (project / "site" / "sitemap.xml").read_text("utf-8")
    assert 'href="/sub/things/"' in (project / "site" / "404.html").read_text("utf-8")
    assert 'data-md-component="source"' not in page, "Material would ask the host for stars"


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("kind: Page\nreviewed: 2026-01-31\ncite: mine\n", "docs/about.md: front matter has an unknown key “cite”"),
        ("kind: Page\nreviewed: 2026-01-31\ndescripton: x\n", "did you mean “description”?"),
        ("reviewed: 2026-01-31\n", "docs/about.md: front matter lacks “kind”"),
        ("kind: Page\n", "docs/about.md: front matter lacks “reviewed”"),
        ("kind: Page\nreviewed: soon\n", "docs/about.md: “reviewed” should be a date"),
    ],
)
def test_front_matter_is_checked(project: Path, front: str, said: str) -> None:
    (project / "docs" / "about.md").write_text(f"---\n{front}---\n# About\n", "utf-8")
    status, output = run(project)
    assert status == FAILED
    assert said in output


def test_wrong_names_and_broken_syntax_are_told_together(project: Path) -> None:
    (project / "docs" / "about.md").write_text(FRONT + '# About\n\n{{ recrod("a:b") }}\n\n{{ nonesuch }}\n', "utf-8")
    (project / "docs" / "things" / "else.md").write_text(FRONT + "# Else\n\n{{ cite( }}\n", "utf-8")
    status, output = run(project)
    assert status == FAILED
    assert "docs/about.md:7:1: E601 There is no macro “recrod”." in output
    assert "“record”" in output
    assert "docs/about.md:9:1: E601 There is no macro “nonesuch”." in output
    assert "docs/things/else.md:7:1: E604" in output


def test_two_pages_cannot_have_one_address(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("macros.pages.pages", lambda site, imprint: iter([PLAIN, replace(PLAIN, address="about/")]))
    status, output = run(project)
    assert status == FAILED
    assert "Two pages want the address “about/”: evidence/things/plain.yaml and docs/about.md." in output


def test_a_link_to_a_place_that_a_record_lacks_fails(project: Path) -> None:
    (project / "docs" / "about.md").write_text(FRONT + "# About\n\n[x](things/plain.md#nowhere)\n", "utf-8")
    status, output = run(project)
    assert status == FAILED
    assert "#nowhere" in output


# The style sheet ------------------------------------------------------------------------------------


def names(selector_of: str) -> set[str]:
    return set(re.findall(r"--bw-[a-z0-9-]+(?=:)", selector_of))


def test_both_ways_to_the_dark_scheme_are_equal() -> None:
    chosen = re.search(r'\n:root\[data-scheme="dark"\] \{(.*?)\}', STYLE, re.DOTALL)
    device = re.search(r'\n  :root:not\(\[data-scheme="light"\]\) \{(.*?)\}', STYLE, re.DOTALL)
    assert chosen
    assert device
    assert chosen[1].split() == device[1].split()


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert not re.search(r"@import|url\((?!\"data:)", STYLE)


def test_every_documented_class_is_in_the_gallery() -> None:
    documented = set(re.findall(r"\bbw-[a-z]+(?:(?:--|__|-)[a-z]+)*", STYLE[: STYLE.index("*/")]))
    shown = set(re.findall(r"bw-[a-z_-]+", " ".join(re.findall(r'class="([^"]*)"', GALLERY))))
    assert documented <= shown, sorted(documented - shown)


# In a browser ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("shell")
    with pytest.MonkeyPatch.context() as monkeypatch:
        lay(root, monkeypatch, PLAIN, OF_HARM, COMPONENTS)
        assert run(root) == (OK, "")
    with served(root / "site") as found:
        yield found


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    options: dict[str, Any] = getattr(request, "param", {})
    context = browser.new_context(**options)
    found = context.new_page()
    found.set_default_timeout(10_000)
    yield found
    context.close()


VIEWS = [
    pytest.param({"viewport": {"width": width, "height": 900}, "color_scheme": scheme}, id=f"{width}-{scheme}")
    for width, scheme in ((320, "light"), (320, "dark"), (768, "light"), (1440, "light"), (1440, "dark"))
]
PAGES = ("", "things/", "things/gallery/", "things/hostile/", "404.html")


@pytest.mark.browser
@pytest.mark.parametrize("page", VIEWS, indirect=True)
def test_pages_are_accessible_fit_and_ask_nobody(page: Page, address: str) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for name in PAGES:
        page.goto(address + name, wait_until="networkidle")
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{name} is wider than the window"
        if name != "404.html":  # without a site address its links can only be right at a host's root
            found = Axe().run(page).response["violations"]
            assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
    here = address.split("/in/", maxsplit=1)[0]
    assert not [url for url in asked if not url.startswith((here, "data:", "blob:"))]
    assert not [text for text in complaints if "404" not in text]


@pytest.mark.browser
@pytest.mark.parametrize("page", [{"java_script_enabled": False, "color_scheme": "dark"}], indirect=True)
def test_without_scripts_popovers_open_and_the_device_decides_on_colours(page: Page, address: str) -> None:
    page.goto(address + "things/gallery/")
    assert not page.locator("#c1").is_visible()
    page.locator("[popovertarget=c1]").click()
    assert page.locator("#c1").is_visible()
    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(17, 25, 30)"


@pytest.mark.browser
@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 700}}], indirect=True)
def test_the_menu_works_from_the_keyboard_on_a_narrow_screen(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Things & more").click()
    assert page.url == address + "things/"


@pytest.mark.browser
def test_paper_has_no_furniture(page: Page, address: str) -> None:
    page.goto(address + "things/gallery/")
    page.emulate_media(media="print")
    for furniture in (".bw-header", ".bw-contents", ".bw-filter", ".bw-menu", ".bw-turn"):
        assert not page.locator(furniture).first.is_visible(), furniture
    assert "https://example.org/" in page.locator(".bw-passage[href^=http]").evaluate(
        "e => getComputedStyle(e, '::after').content"
    )
