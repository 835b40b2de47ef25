"""Feeds: other programs read them, they tell what they should, and their entries stay the same entries."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree

from macros.changes import FOLLOWED
from macros.feeds import feed_files
from macros.imprint import Imprint
from macros.site import Site, load
from tests import html
from tests.projects import ROOT, builds, edit, lay

HOME = "https://trees.example/shade/"
IMPRINT = Imprint("Shade", HOME, "Nobody needs a licence.", "en")
ATOM = "{http://www.w3.org/2005/Atom}"
ADVICE = "recommendations/plant-for-shade/feed"
HOSTILE = "</title><script>alert(1)</script>]]> &amp; <b>bold</b> & “כן” \U0001f333"
MADE = "{date: 2026-11-22, event: new, note: Made up for the tests.}"


@pytest.fixture(scope="module")
def grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))


@pytest.fixture(scope="module")
def flagship_feeds() -> dict[str, str]:
    return feed_files(load(ROOT), IMPRINT)


@pytest.fixture
def shade(tmp_path: Path) -> Path:
    return lay(tmp_path)


def happens(root: Path, record: str, *events: tuple[str, str, str]) -> None:
    """Add events to a record of the tiny topic."""
    lines = "".join(
        f"\n  - {{date: {day}, event: {event}, note: {json.dumps(note, ensure_ascii=False)}}}"
        for day, event, note in events
    )
    edit(root / "evidence" / record, {f"  - {MADE}": f"  - {MADE}{lines}"})


def read(site: Site, address: str) -> Any:
    return feedparser.parse(feed_files(site, IMPRINT)[f"{address}.atom"].encode())


def test_other_programs_read_every_feed(flagship_feeds: dict[str, str], grammar: etree.RelaxNG) -> None:
    site = load(ROOT)
    wanted = {"feeds/all"} | {
        f"{site.addresses[f'{kind}:{id_}']}feed" for kind in FOLLOWED for id_ in site.base.records[kind]
    }
    assert set(flagship_feeds) == {f"{address}.{form}" for address in wanted for form in ("atom", "json")}
    for address in wanted:
        text = flagship_feeds[f"{address}.atom"]
        grammar.assertValid(etree.fromstring(text.encode()))
        atom = feedparser.parse(text.encode())
        assert not atom.bozo
        assert [link.href for link in atom.feed.links if link.rel == "self"] == [f"{HOME}{address}.atom"]
        assert [link.rel for link in atom.feed.links] == ["self", "alternate"]
        assert atom.version == "atom10"
        told = json.loads(flagship_feeds[f"{address}.json"])
        assert told["version"] == "https://jsonfeed.org/version/1.1"
        assert told["feed_url"] == f"{HOME}{address}.json"
        assert told["home_page_url"] == atom.feed.link
        assert [
            (entry.id, entry.title, entry.link, entry.published, entry.summary.split()) for entry in atom.entries
        ] == [
            (item["id"], item["title"], item["url"], item["date_published"], item["content_text"].split())
            for item in told["items"]
        ]
        assert len({entry.id for entry in atom.entries}) == len(atom.entries) > 0


def test_a_feed_is_short_whatever_happened_on_one_day(flagship_feeds: dict[str, str]) -> None:
    for text in flagship_feeds.values():
        assert len(text) < 60_000
    whole = feedparser.parse(flagship_feeds["feeds/all.atom"].encode())
    added = [entry for entry in whole.entries if entry.title.startswith("New records: ")]
    assert added, "the first records came together"
    assert f"{len(load(ROOT).base.records['recommendation'])} recommendations" in added[-1].title


def test_entries_are_newest_first_and_only_the_newest_are_kept(shade: Path) -> None:
    edit(
        shade / "evidence/case-studies/mill-road.yaml",
        {
            f"  - {MADE}": f"  - {MADE}"
            + "".join(
                f"\n  - {{date: {date.fromordinal(740_000 + n)}, event: corrected, note: No. {n}.}}" for n in range(150)
            )
        },
    )
    found = read(load(shade), "feeds/all")
    dates = [entry.published for entry in found.entries]
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == 100
    assert found.feed.updated == dates[0]


def test_a_recommendation_hears_of_what_it_rests_on_and_of_nothing_else(shade: Path) -> None:
    happens(shade, "findings/shade-cools.yaml", ("2027-03-01", "confidence-changed", "Thermometers were checked."))
    happens(shade, "case-studies/mill-road.yaml", ("2027-03-02", "corrected", "The street is longer."))
    happens(shade, "claims/oakfield2020/results.yaml", ("2027-03-03", "corrected", "A digit was missing."))
    happens(shade, "guidance/water-young-trees.yaml", ("2027-03-04", "corrected", "Every week."))
    happens(shade, "innovations/soil-vaults.yaml", ("2027-03-05", "new-evidence", "A vault was opened."))
    site = load(shade)
    titles = [entry.title for entry in read(site, ADVICE).entries if entry.published > "2027"]
    assert titles == [
        "Corrected: Shade on hot pavements (invented study), Results",
        "Corrected: Mill Road",
        "Confidence changed: Shade cools pavements",
    ]
    assert "Reviewed" not in " ".join(titles)
    everything = [entry.title for entry in read(site, "feeds/all").entries if entry.published > "2027"]
    assert len(everything) == 5


def test_an_entry_stays_the_same_when_more_happens(shade: Path) -> None:
    happens(
        shade, "findings/shade-cools.yaml", ("2027-03-01", "corrected", "Once."), ("2027-03-01", "corrected", "Twice.")
    )
    before = {entry.id: entry.summary for entry in read(load(shade), "feeds/all").entries}
    assert {"Once.", "Twice."} < set(before.values())
    happens(
        shade,
        "case-studies/mill-road.yaml",
        ("2027-03-01", "corrected", "A street."),
        ("2028-01-01", "corrected", "B."),
    )
    after = {entry.id: entry.summary for entry in read(load(shade), "feeds/all").entries}
    assert before.items() < after.items()
    for id_ in after:
        assert id_.startswith("tag:trees.example,20")


def test_what_records_say_is_text(shade: Path, grammar: etree.RelaxNG) -> None:
    edit(
        shade / "evidence/findings/shade-cools.yaml",
        {"title: Shade cools pavements": f"title: {json.dumps(HOSTILE, ensure_ascii=False)}"},
    )
    happens(shade, "findings/shade-cools.yaml", ("2027-03-01", "corrected", HOSTILE))
    files = feed_files(load(shade), IMPRINT)
    for address in ("feeds/all", ADVICE):
        tree = etree.fromstring(files[f"{address}.atom"].encode())
        grammar.assertValid(tree)
        entry = tree.find(f"{ATOM}entry")
        assert entry is not None
        assert (entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}summary")) == (f"Corrected: {HOSTILE}", HOSTILE)
        item = json.loads(files[f"{address}.json"])["items"][0]
        assert (item["title"], item["content_text"]) == (f"Corrected: {HOSTILE}", HOSTILE)


def test_without_records_or_an_address_there_is_no_feed(tmp_path: Path, shade: Path) -> None:
    assert feed_files(load(shade), Imprint("Shade", "")) == {}
    empty = tmp_path / "empty"
    empty.mkdir()
    assert feed_files(load(empty), IMPRINT) == {}


@pytest.mark.slow
def test_pages_lead_to_feeds_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", HOME.rstrip("/"))
    site = builds(lay(tmp_path, pages=True))
    found = dict(html.pages(site))
    for address, own in {
        "": 0,
        "claims/oakfield2020/cool-pavements/": 0,
        "recommendations/plant-for-shade/": 2,
    }.items():
        offered = found[address].css("link[rel=alternate]")
        assert [link.attributes["type"] for link in offered] == [
            "application/atom+xml", "application/feed+json",
        ] * (1 + own // 2)  # fmt: skip
    assert html.broken_links(site) == []
    for file in site.rglob("*.atom"):
        for entry in feedparser.parse(file.read_bytes()).entries:
            path, fragment = urlsplit(entry.link).path.removeprefix("/shade/"), urlsplit(entry.link).fragment
            assert entry.link.startswith(HOME)
            assert path in found, entry.link
            assert not fragment or found[path].css_first(f"[id='{fragment}']") is not None, entry.link


def test_a_site_without_an_address_offers_no_feed_and_says_why(tiny: Path) -> None:
    assert not [
        file for file in tiny.rglob("*") if file.name in ("feed.atom", "feed.json") or file.parent.name == "feeds"
    ]
    found = dict(html.pages(tiny))
    assert not [address for address, page in found.items() if page.css_first("link[rel=alternate]")]
    assert "This copy of the site has no feeds" in html.text(found["methods/changes/"])
