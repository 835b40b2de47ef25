"""What pages say of themselves: read as reference managers, crawlers and link previews read it."""

from __future__ import annotations

import datetime
import json
import re
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
import yaml
from protego import Protego
from rdflib import Graph, Literal, Namespace, URIRef
from selectolax.lexbor import LexborHTMLParser

from macros.base import load
from macros.cite import Collection
from macros.edition import Edition
from macros.metadata import Facts, Publication, head
from macros.preview import draw_preview, preview_address
from tests import html
from tests.projects import ROOT, TINY, builds, lay

HOME = "https://shade.example/in/a/town/"
REPOSITORY = "https://github.example/trees/shade"
COMMIT = "0123456789" * 4
SCHEMA = Namespace("https://schema.org/")
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own
Pages = Mapping[str, LexborHTMLParser]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the tiny site as it is where its address, its repository and its version are known."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SITE_URL", HOME.rstrip("/"))
        environment.setenv("REPO_URL", REPOSITORY)
        environment.setenv("SITE_VERSION", "v1.2")
        environment.setenv("SITE_COMMIT", COMMIT)
        environment.setenv("SITE_DATE", "2026-01-31")
        yield builds(lay(tmp_path_factory.mktemp("published"), pages=True))


def told(page: LexborHTMLParser, attribute: str = "name") -> dict[str, list[str]]:
    """Return the contents of a page's `meta` elements by name or property."""
    found: dict[str, list[str]] = {}
    for node in page.css(f"meta[{attribute}]"):
        found.setdefault(node.attributes[attribute] or "", []).append(node.attributes.get("content") or "")
    return found


def links(page: LexborHTMLParser) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in page.css("head link[rel]"):
        found.setdefault(node.attributes["rel"] or "", []).append(node.attributes.get("href") or "")
    return found


def data(page: LexborHTMLParser) -> dict[str, Any]:
    """Return a page's JSON-LD."""
    found = page.css('script[type="application/ld+json"]')
    assert len(found) == 1
    read: dict[str, Any] = json.loads(found[0].text())
    return read


def graph(page: LexborHTMLParser, address: str) -> Graph:
    """Return a page's JSON-LD as triples, with schema.org's context in short instead of over the network."""
    read = data(page)
    assert read.pop("@context") == "https://schema.org"
    context = {"@vocab": str(SCHEMA), "url": {"@type": "@id"}, "license": {"@type": "@id"}}
    found = Graph()
    found.parse(data=json.dumps({"@context": context, **read}), format="json-ld", base=address)
    return found


def content(site: Path) -> Pages:
    """Return every page but those that stand for none, and the parts of pages that other sites show."""
    apart = ("404.html", "search.html", "embed/")
    return {address: page for address, page in html.pages(site) if not address.startswith(apart)}


def heading(page: LexborHTMLParser) -> str:
    """Return a page's heading without what opens over it."""
    node = LexborHTMLParser(html.one(page, "h1").html or "")
    for hidden in node.css("[popover]"):
        hidden.decompose()
    return " ".join(unescape(node.body.text() if node.body else "").split())


@pytest.mark.parametrize("site", ["flagship", "tiny"])
def test_every_page_can_be_taken_into_a_reference_manager(site: str, request: pytest.FixtureRequest) -> None:
    for address, page in content(request.getfixturevalue(site)).items():
        names, properties = told(page), told(page, "property")
        (title,) = names["citation_title"]
        if "dcterms.identifier" in names:  # pages that people write may have a longer heading
            assert heading(page).removesuffix(".").startswith(title.removesuffix(" …")), address
        assert names["citation_author"][0].endswith(","), "else a group's name is taken apart as a person's"
        assert re.fullmatch(r"\d{4}/\d\d/\d\d", names["citation_publication_date"][0]), address
        assert properties["og:type"] == ["website"], "makes it a web page, whatever it is about"
        assert properties["og:title"] == [title]
        assert properties["og:site_name"][0]
        assert properties["og:description"][0].strip(), address
        assert "dcterms.source" not in names, "would be taken for the site's name"
        assert data(page)["name"] == title


@pytest.mark.parametrize("site", ["flagship", "tiny"])
def test_without_an_address_nothing_absolute_is_said(site: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(site)
    for address, page in content(folder).items():
        assert "citation_public_url" not in told(page), address
        assert not {"og:url", "og:image"} & told(page, "property").keys(), address
        assert not {"canonical", "cite-as"} & links(page).keys(), address
        assert "url" not in data(page), address
        assert data(page)["@id"] == "", "the page itself, wherever it is"
    assert not (folder / "assets" / "previews").exists()
    assert "Sitemap" not in (folder / "robots.txt").read_text("utf-8")


def test_a_record_is_told_with_its_id_and_its_source(flagship: Path) -> None:
    base, _ = load(ROOT)
    for uid in list(base.claims)[::40]:
        page = LexborHTMLParser((flagship / "claims" / uid / "index.html").read_text("utf-8"))
        source = base.records["source"][base.claims[uid].source]
        reference = base.bibliography[source.reference]  # type: ignore[attr-defined]
        names, found = told(page), graph(page, "https://x.example/page/")
        assert names["dcterms.identifier"] == [f"claim:{uid}"]
        assert names["citation_title"] != [reference.title], "a claim does not pass for the paper"
        assert reference.title in {str(title) for title in found.objects(None, SCHEMA.name)}
        assert names["dcterms.references"][0] in (
            f"https://doi.org/{reference.doi}",
            reference.url,
            reference.title,
        )
        assert list(found.subjects(None, SCHEMA.Claim))


def test_every_kind_of_record_is_told_as_triples(tiny: Path) -> None:
    base, _ = load(TINY)
    for address, page in content(tiny).items():
        here = f"{HOME}{address}"
        found = graph(page, here)
        subject = URIRef(here)
        (title,) = told(page)["citation_title"]
        assert (subject, SCHEMA.name, Literal(title)) in found, address
        above = [node.attributes["href"] or "" for node in page.css("nav.bw-crumbs a")][1:]
        told_above = {str(target) for target in found.objects(None, SCHEMA.item)}
        assert told_above == {urljoin(here, target) for target in above}, address
    assert base.records["dataset"]
    for id_ in base.records["dataset"]:
        page = LexborHTMLParser((tiny / "datasets" / id_ / "index.html").read_text("utf-8"))
        here = f"{HOME}datasets/{id_}/"
        found = graph(page, here)
        (entity,) = found.objects(URIRef(here), SCHEMA.mainEntity)
        (download,) = found.objects(entity, SCHEMA.distribution)
        (csv,) = found.objects(download, SCHEMA.contentUrl)
        assert (tiny / urljoin(here, str(csv)).removeprefix(HOME)).is_file()
        assert links(page)["item"]


def test_relations_and_pictures_arrive(published: Path) -> None:
    broken = html.broken_links(published)
    assert [link for link in broken if not link.startswith("404.html: /in/a/town/")] == []
    pictures = set()
    for address, page in content(published).items():
        found, names, properties = links(page), told(page), told(page, "property")
        url = HOME + address
        assert found["canonical"] == found["cite-as"] == names["citation_public_url"] == properties["og:url"] == [url]
        assert data(page)["@id"] == data(page)["url"] == url
        assert data(page)["version"] == "v1.2"
        assert names["twitter:card"] == ["summary_large_image"]
        pictures.add((properties["og:image"][0], properties["og:image:alt"][0]))
    assert len(pictures) > 3, "one for each section"
    for picture, words in pictures:
        file = (published / picture.removeprefix(HOME)).read_bytes()
        assert len(file) <= 40_000
        assert file.startswith(b"\x89PNG")
        assert struct.unpack(">II", file[16:24]) == (1200, 630)
        assert words


def test_a_record_belongs_to_its_section_and_its_version_stays(published: Path) -> None:
    base, _ = load(TINY)
    claim = next(iter(base.claims.values()))
    page = LexborHTMLParser((published / "claims" / claim.uid / "index.html").read_text("utf-8"))
    assert links(page)["collection"] == [f"../../../sources/{claim.source}/"]
    described = [
        json.loads((published / "data" / "v1" / "claim" / f"{claim.uid}{end}").read_text("utf-8"))
        for end in (".json", ".jsonld")
    ]
    assert all(described)
    assert links(page)["describedby"] == [f"../../../data/v1/claim/{claim.uid}{end}" for end in (".json", ".jsonld")]
    views = [node.attributes["href"] or "" for node in page.css(".bw-cite__version a")]
    assert views == [f"{REPOSITORY}/blob/{COMMIT}/evidence/claims/{claim.sheet}.yaml"]
    assert (TINY / views[0].split(COMMIT)[1].lstrip("/")).is_file()


def test_the_sitemap_lists_every_page_and_when_it_changed(published: Path) -> None:
    tree = ElementTree.parse(published / "sitemap.xml").getroot()
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    listed = [(url.findtext("s:loc", "", space), url.findtext("s:lastmod", "", space)) for url in tree]
    assert len(listed) == len({address for address, _ in listed})
    assert {address for address, _ in listed} == {HOME + address for address in content(published)}
    assert all(datetime.date.fromisoformat(day) for _, day in listed)


def test_robots_may_read_everything(published: Path) -> None:
    rules = Protego.parse((published / "robots.txt").read_text("utf-8"))
    assert rules.can_fetch(f"{HOME}evidence/", "any")
    assert list(rules.sitemaps) == [f"{HOME}sitemap.xml"]


HOSTILE = """</script><script>alert(1)</script><!-- {{ 7 * 7 }} "quoted" & 'so' on \u2028"""


def test_no_text_gets_out_of_the_data() -> None:
    facts = Facts(title=HOSTILE, description=HOSTILE, address="x/", name="claim:x/y", trail=[(HOSTILE, "y/")])
    found = head(facts, Publication(Collection(HOSTILE, HOSTILE, Edition(HOSTILE))), "../").data
    assert not re.search("[<>&']", found)
    assert json.loads(found)["name"] == HOSTILE


def test_pictures_are_told_apart_and_show_any_words(tmp_path: Path) -> None:
    addresses = [preview_address(title) for title in ("A & b", "A b", "日本", "", "../../x")]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"assets/previews/[a-z0-9-]+\.png", address) for address in addresses)
    first = draw_preview("Site", '#panic() $x$ ] " \\', cache=tmp_path)
    assert draw_preview("Site", '#panic() $x$ ] " \\', cache=tmp_path) == first
    assert len(list(tmp_path.iterdir())) == 1


def test_the_citation_file_is_valid_and_says_what_the_site_says() -> None:
    file = ROOT / "CITATION.cff"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.citation-file-format", str(file)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    said = yaml.safe_load(file.read_text("utf-8"))
    settings = yaml.load(
        re.sub(r"!ENV \[\w+, (.*?)\]", r"\1", (ROOT / "mkdocs.yml").read_text("utf-8")), Loader=yaml.SafeLoader
    )
    assert said["title"] == settings["site_name"]
    assert said["abstract"].strip() == settings["site_description"].strip()
    assert said["authors"] == [{"name": settings["extra"]["publication"]["author"]}]
    assert settings["extra"]["publication"]["author"] in (ROOT / "LICENSE").read_text("utf-8")
    assert said["license"] == ["CC-BY-4.0", "MIT"]
    assert settings["extra"]["publication"]["licence"].endswith("/licenses/by/4.0/")
