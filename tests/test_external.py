"""External links, asked for at servers on this machine that are well, slow, broken or hostile."""

from __future__ import annotations

import json
import re
import signal
import ssl
import subprocess
import threading
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
import yaml
from click.testing import CliRunner, Result

from macros.check import check
from macros.cli import main
from macros.external import Outcome, Written, archived_copy, check_external, gather, recall
from macros.link_codes import CODES
from macros.pages import pages
from macros.patience import retry_after
from macros.problem import Place
from macros.site import make
from macros.web import Manners, PublicTransport, Web, is_public
from tests.loopback import HASTY, QUICK, Clockwork, Loopback, Server, playing
from tests.projects import BASE, ROOT, change, edit, lay

SUITE: dict[str, Any] = yaml.safe_load((ROOT / "tests/golden/links/external.yaml").read_text("utf-8"))
FAULTS = {case["name"]: case for case in SUITE["faults"]}
PASSING = {case["name"]: case for case in SUITE["passing"]}
ARCHIVE = "http://archive.test/available"


def written(links: Sequence[str], gone: date | None = None) -> list[Written]:
    return [
        Written(link, Place("bib/trees.bib", number + 1, 9), opened="2020", gone=gone)
        for number, link in enumerate(links)
    ]


def run(
    loopback: Loopback,
    links: list[Written],
    state: Path,
    day: date | None = None,
    manners: Manners = QUICK,
    **options: Any,
) -> Outcome:
    clock = Clockwork(datetime.combine(day, datetime.min.time(), UTC).replace(hour=12) if day else None)
    return check_external(links, lambda: loopback.web(clock, manners), state, archive=ARCHIVE, **options)


@contextmanager
def servers(case: Mapping[str, Any]) -> Iterator[tuple[Server, Loopback]]:
    default = {"status": 404}
    with playing(case.get("serve", {}), default=default, certified=case.get("certified", ["trees.test"])) as (
        server,
        loopback,
    ):
        if case.get("endless"):
            numbers = iter(range(10_000))
            server.play = lambda method, address: {  # type: ignore[method-assign]
                "status": 404 if address.endswith("robots.txt") else 302,
                "headers": {"Location": f"/{next(numbers)}"},
            }
        loopback.elsewhere |= case.get("hosts", {})
        if case.get("permitted") is False:
            loopback.gate._permitted = is_public
        yield server, loopback


def told(case: Mapping[str, Any], state: Path) -> list[list[Any]]:
    with servers(case) as (_, loopback):
        for day in case.get("days", [None]):
            manners = HASTY if case.get("hasty") else QUICK
            outcome = run(loopback, written(case["links"], case.get("gone")), state, day, manners)
    found = []
    for finding in outcome.findings:
        number = case["links"].index(finding.link)
        assert finding.problem.place == Place("bib/trees.bib", number + 1, 9)
        assert finding.link in finding.problem.message
        fix = finding.problem.fix
        found.append([finding.problem.code, number, *([fix.new] if fix else [])])
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_told_once_in_its_place(name: str, tmp_path: Path) -> None:
    assert told(FAULTS[name], tmp_path / "links.json") == FAULTS[name]["expect"]


@pytest.mark.parametrize("name", PASSING)
def test_what_is_well_is_not_complained_of(name: str, tmp_path: Path) -> None:
    assert told(PASSING[name], tmp_path / "links.json") == []


def test_every_code_of_external_links_is_played() -> None:
    codes = {about.code for about in CODES if "E920" <= about.code < "E930"}
    assert {each[0] for case in FAULTS.values() for each in case["expect"]} == codes


def test_no_address_of_the_clean_corpus_is_complained_of(tmp_path: Path) -> None:
    lines = (ROOT / "tests/golden/links/clean.txt").read_text("utf-8").splitlines()
    links = [line for line in lines if not line.startswith("#")]
    assert len(links) == len(set(links)) > 300
    places = [urldefrag(link)[1].partition(":~:") for link in links]
    words = [unquote(word) for _, _, text in places for word in re.split(r"&?text=|,(?!-)", text) if word]
    page = "".join(f'<p id="{escape(form)}">' for anchor, _, _ in places for form in {anchor, unquote(anchor)} if form)
    play = {"body": page + "".join(f"<p>{escape(word)}" for word in words)}
    document = {"pages": 30, "kind": "application/pdf"}
    with playing({}, default=lambda address: document if ".pdf" in address.lower() else play) as (server, loopback):
        loopback.verify.check_hostname = False
        loopback.verify.verify_mode = ssl.CERT_NONE
        outcome = run(loopback, written(links), tmp_path / "links.json")
    assert [(finding.link, finding.problem.message) for finding in outcome.findings] == []
    assert outcome.asked == len({urldefrag(link)[0] for link in links})
    asked = {address.partition("/")[2] for _, address in server.asked}
    for path in (
        "10.1002/(SICI)1097-0258(19980815/30)17:15/16%3C1661::AID-SIM968%3E3.0.CO;2-2",
        "a%20b%2Bc?d=e%20f+g%26h",
        "page?redirect=https%3A%2F%2Fb.example%2Fx%3Fy%3Dz%23w",
        "%D0%B4%D0%BE%D0%BA%D1%83%D0%BC%D0%B5%D0%BD%D1%82%D1%8B",
        "wiki/100%25_renewable_energy",
        "a%2Fb/c%2520d",
        "page?a%5B%5D=1",
    ):
        assert path in asked, path
    assert "xn--d1abbgf6aiiy.xn--p1ai" in {address.partition("/")[0] for _, address in server.asked}


# Manners -----------------------------------------------------------------------------------------


def test_a_host_is_asked_once_at_a_time_with_a_pause_by_somebody_who_says_who_asks(tmp_path: Path) -> None:
    clock = Clockwork()
    links = written([f"http://{host}.test/{number}" for host in ("oak", "elm") for number in range(5)])
    with playing({}, default={}) as (server, loopback):
        check_external(links, lambda: loopback.web(clock), tmp_path / "links.json")
    assert set(server.most_at_once.values()) == {1}
    assert set(server.agents) == {"Test-link-check/1 (+https://trees.example/)"}
    assert clock.passed >= 5 * QUICK.pause
    assert {method for method, _ in server.asked} == {"HEAD"}


def test_a_pause_that_a_host_asks_for_is_kept_up_to_a_limit(tmp_path: Path) -> None:
    robots = {"body": "User-agent: *\nCrawl-delay: 20", "kind": "text/plain"}
    clock = Clockwork()
    with playing({"oak.test/robots.txt": robots}, default={}) as (_, loopback):
        links = written([f"http://oak.test/{number}" for number in range(4)])
        check_external(links, lambda: loopback.web(clock), tmp_path / "links.json")
    assert 60 <= clock.passed < 90


def test_servers_that_need_time_are_asked_again_others_are_not(tmp_path: Path) -> None:
    plays: dict[str, Any] = {f"oak.test/{status}": {"status": status} for status in (404, 410, 418, 429, 500, 503)}
    with playing(plays) as (server, loopback):
        run(loopback, written([f"http://{address}" for address in plays]), tmp_path / "links.json")
    heads = Counter(address for method, address in server.asked if method == "HEAD")
    assert heads == {
        f"oak.test/{status}": 3 if status in (429, 500, 503) else 1 for status in (404, 410, 418, 429, 500, 503)
    }


def test_a_wait_that_a_server_asks_for_is_waited(tmp_path: Path) -> None:
    for number, wait in enumerate(("90", "Sun, 01 Nov 2026 12:01:30 GMT")):
        clock = Clockwork()
        with playing({"oak.test/": [{"status": 429, "headers": {"Retry-After": wait}}, {}]}) as (_, loopback):
            links = written(["http://oak.test/"])
            outcome = check_external(links, lambda: loopback.web(clock), tmp_path / f"{number}.json")  # noqa: B023
        assert outcome.findings == []
        assert 88 <= max(clock.waits) <= 90


def test_a_host_that_does_not_answer_is_left_alone_after_a_few_attempts(tmp_path: Path) -> None:
    links = written([f"http://slow.test/{number}" for number in range(40)])
    with playing({}, default={"stall": 5}) as (server, loopback):
        outcome = run(loopback, links, tmp_path / "links.json", manners=HASTY)
    assert len(server.asked) <= 3
    assert len(outcome.findings) in (0, 40)  # nobody answered: it may be the network


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("255.255.255.255", False), ("::1", False), ("::", False), ("fe80::1%eth0", False), ("fc00::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:8.8.8.8", True), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
        ("ff02::1", False), ("192.0.2.1", False), ("198.18.0.1", False),
    ],
)  # fmt: skip
def test_only_the_public_internet_is_asked(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
def test_no_way_of_writing_this_machine_gets_through(host: str, tmp_path: Path) -> None:
    outcome = check_external(
        written([f"http://{host}/"]), lambda: Web(QUICK, PublicTransport(), Clockwork()), tmp_path / "links.json"
    )
    assert [finding.problem.code for finding in outcome.findings] == ["E926"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), ("0", 0), ("Sun, 01 Nov 2026 12:00:30 GMT", 30), ("Sun, 01 Nov 2020 12:00:30 GMT", 0),
        ("Sun, 01 Nov 2026 12:00:30", 30), ("-5", 0), ("soon", 0), ("", 0), ("99999999999999", 0),
    ],
)  # fmt: skip
def test_both_forms_of_retry_after_are_read(value: str, seconds: float) -> None:
    assert retry_after(value, datetime(2026, 11, 1, 12, tzinfo=UTC)) == seconds


# Misery ------------------------------------------------------------------------------------------


def test_ten_thousand_links_to_one_host_are_bounded_and_none_is_lost(tmp_path: Path) -> None:
    links = written([f"http://oak.test/{number}" for number in range(10_000)])
    state = tmp_path / "links.json"
    with playing({}, default={}) as (server, loopback):
        tracemalloc.start()
        first = run(loopback, links, state, date(2026, 11, 1), minutes=2)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        asked = set(server.asked)
        second = run(loopback, links, state, date(2026, 11, 2), minutes=2)
    assert peak < 50_000_000
    for outcome in (first, second):
        assert outcome.findings == []
        assert outcome.asked + outcome.remembered + outcome.left == 10_000
        assert 100 < outcome.asked < 150
    assert "left for another day" in first.summary()
    assert second.remembered == first.asked
    assert set(server.asked) - asked
    assert len(server.asked) == len(set(server.asked)), "what was left comes first the next time"


def test_a_bomb_costs_no_more_than_the_limit(tmp_path: Path) -> None:
    with playing({"oak.test/": {"bomb": 300_000_000}}) as (_, loopback):
        tracemalloc.start()
        outcome = run(loopback, written(["http://oak.test/#end"]), tmp_path / "links.json")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert outcome.findings == []
    assert peak < 20_000_000


def test_an_interrupted_run_tells_and_keeps_what_it_found(tmp_path: Path) -> None:
    links = written([f"http://oak.test/{number}" for number in range(50)])
    state = tmp_path / "links.json"

    def interrupt(done: int, total: int, address: str) -> None:
        if done == 10:
            signal.raise_signal(signal.SIGINT)

    with playing({}, default={"status": 404}) as (_, loopback):
        outcome = run(loopback, links, state, progress=interrupt)
        assert outcome.interrupted
        assert outcome.summary().startswith("Interrupted. 1")
        assert 10 <= len(outcome.findings) <= 11
        assert len(recall(state)) == len(outcome.findings)
        assert len(run(loopback, links, state).findings) == 50


def test_where_nobody_answers_nothing_is_held_against_the_links(tmp_path: Path) -> None:
    links = written([f"http://{name}.test/" for name in ("oak", "elm", "ash", "yew", "fir")])
    state = tmp_path / "links.json"
    with playing({}) as (_, loopback):
        loopback.elsewhere |= dict.fromkeys(("oak.test", "elm.test", "ash.test", "yew.test", "fir.test"))
        outcome = run(loopback, links, state)
    assert outcome.no_network
    assert outcome.findings == []
    assert outcome.summary().startswith("Nobody answered at all")
    assert recall(state) == {}


# Memory ------------------------------------------------------------------------------------------


def test_what_answered_is_not_asked_for_again_for_some_days(tmp_path: Path) -> None:
    state = tmp_path / "links.json"
    links = written(["http://oak.test/", "http://oak.test/nowhere"])
    with playing({"oak.test/": {"body": "<p id=leaf>"}}) as (server, loopback):

        def asked(day: int, links: list[Written] = links) -> Counter[str]:
            server.asked.clear()
            run(loopback, links, state, date(2026, 11, day))
            return Counter(address for _, address in server.asked if address.startswith("oak"))

        assert asked(1) == {"oak.test/": 1, "oak.test/nowhere": 2}
        assert asked(3) == {"oak.test/nowhere": 2}
        assert asked(4, written(["http://oak.test/#leaf"])) == {"oak.test/": 1}
        assert asked(5, written(["http://oak.test/#leaf"])) == {}
        assert asked(12, written(["http://oak.test/#leaf"])) == {"oak.test/": 1}


@pytest.mark.parametrize(
    "damage",
    [
        "", "{", "[]", "null", '{"version": 2, "links": {"http://oak.test/": {}}}', '{"version": 1, "links": []}',
        '{"version": 1, "links": {"http://oak.test/": 3}}',
        '{"version": 1, "links": {"http://oak.test/": {"failed_on": ["soon"], "outcome": "failing"}}}',
        '{"version": 1, "links": {"http://oak.test/": {"outcome": "well", "checked": "2026-11-01"}}}',
        '{"version": 1, "links": {"http://oak.test/": {"outcome": "well", "checked": 7}}}',
        '{"version": 1, "links": {"http://oak.test/": {"outcome": "well"}}}',
    ],
)  # fmt: skip
def test_a_damaged_memory_is_no_memory(damage: str, tmp_path: Path) -> None:
    state = tmp_path / "deep" / "links.json"
    state.parent.mkdir()
    state.write_text(damage, "utf-8")
    with playing({}, default={}) as (_, loopback):
        outcome = run(loopback, written(["http://oak.test/"]), state)
    assert (outcome.asked, outcome.findings) == (1, [])
    assert recall(state)["http://oak.test/"].outcome == "well"


@pytest.mark.parametrize(
    ("body", "copy"),
    [
        ('{"url": "x", "archived_snapshots": {}}', ("", "")),
        ('{"archived_snapshots": {"closest": {"available": false, "url": "http://web.archive.org/web/1/x", "timestamp": "20200101"}}}', ("", "")),
        ('{"archived_snapshots": {"closest": {"available": true, "status": "404", "url": "http://web.archive.org/x", "timestamp": "20200101000000"}}}', ("", "")),
        ('{"archived_snapshots": {"closest": {"available": true, "status": "200", "url": "javascript:alert(1)", "timestamp": "20200101000000"}}}', ("", "")),
        ('{"archived_snapshots": {"closest": {"available": true, "status": "200", "url": "http://web.archive.org/web/20200101000000/http://x.org/", "timestamp": "20200101000000"}}}', ("https://web.archive.org/web/20200101000000/http://x.org/", "2020-01-01")),
        ("<html>", ("", "")),
    ],
)  # fmt: skip
def test_an_archives_answer_is_read_as_it_is_documented(body: str, copy: tuple[str, str]) -> None:
    assert archived_copy(body.encode()) == copy


# Gathering and the command -----------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = lay(tmp_path, BASE)
    change(
        root,
        {
            "edits": {
                "evidence/findings/shade-cools.yaml": {
                    "in one study.": "in one study ([see](https://trees.test/study))."
                },
                "bib/references.bib": {"  publisher = {Meadow Press},": "  doi = {10.1234/soil_(1)},"},
            },
            "files": {"site/index.html": '<a href="https://trees.test/only-here">x</a>', "evidence/published.txt": ""},
        },
    )
    return root


def test_addresses_are_gathered_from_references_records_and_pages(project: Path) -> None:
    base, _ = check(project)
    found = gather(base, {"https://trees.test/only-here": ["index.html"]}, lambda name, _: Place(f"site/{name}", 1, 10))
    assert {(each.address, each.place.path) for each in found} >= {
        ("https://doi.org/10.1234/soil_(1)", "bib/references.bib"),
        ("https://trees.test/oakfield", "bib/references.bib"),
        ("https://trees.test/oakfield", "evidence/sources/oakfield2020.yaml"),
        ("https://trees.test/study", "evidence/findings/shade-cools.yaml"),
        ("https://trees.test/only-here", "site/index.html"),
    }
    for written_ in found:
        if written_.place.path.endswith(".bib"):
            line = (project / written_.place.path).read_text("utf-8").splitlines()[written_.place.line - 1]
            assert written_.address.removeprefix("https://doi.org/") in line[written_.place.column - 1 :]


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Loopback]]:
    """The command, led to servers on this machine by a clock that does not wait."""
    with playing({}, default={}) as (server, loopback):
        loopback.verify.check_hostname = False
        loopback.verify.verify_mode = ssl.CERT_NONE
        monkeypatch.setattr("macros.web.PublicTransport", lambda: loopback)
        monkeypatch.setattr("macros.web.WallClock", Clockwork)
        yield server, loopback


def command(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["links", "--root", str(root), "--external", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_command_asks_and_tells(project: Path, played: tuple[Server, Loopback]) -> None:
    result = command(project)
    assert result.exit_code == 0, result.output
    assert "hosts were asked for." in result.output
    assert (project / ".cache/links.json").is_file()
    played[0].plays = {"trees.test/study": {"status": 404}}
    (project / ".cache/links.json").unlink()
    result = command(project, "--cache", str(project / "elsewhere.json"))
    assert "warning E921: “https://trees.test/study” fails: its server says 404 (not found)." in result.output
    assert result.exit_code == 0, "one failure proves nothing"
    assert not (project / ".cache/links.json").exists()
    excuse = "exceptions:\n- {link: https://trees.test/study, reason: A test., until: 2999-12-31}\n"
    (project / "link-exceptions.yml").write_text(excuse, "utf-8")
    assert json.loads(command(project, "--format", "json").output) == []
    played[0].plays = {}
    (project / ".cache/links.json").unlink()
    found = json.loads(command(project, "--format", "json").output)
    assert [problem["code"] for problem in found] == ["E931"]


def test_only_what_has_changed_is_asked_for(project: Path, played: tuple[Server, Loopback]) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(project), "-c", "user.name=Ash", "-c", "user.email=ash@trees.test", *arguments],
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "Before")
    assert "0 addresses" in command(project, "--changed", "HEAD").output
    edit(project / "evidence/findings/shade-cools.yaml", {"trees.test/study": "trees.test/studies"})
    assert "1 addresses at 1 hosts were asked for." in command(project, "--changed", "HEAD").output
    assert [address for _, address in played[0].asked] == ["trees.test/studies"]
    assert command(project, "--changed", "nowhere").exit_code == 2
    assert CliRunner().invoke(main, ["links", "--root", str(project), "--changed", "HEAD"]).exit_code == 2


def test_an_interrupted_command_says_so_with_its_status(
    project: Path, played: tuple[Server, Loopback], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = played[0].play

    def interrupting(method: str, address: str) -> Any:
        if address == "trees.test/study":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return asked(method, address)

    monkeypatch.setattr(played[0], "play", interrupting)
    result = command(project)
    assert result.exit_code == 130
    assert "Interrupted." in result.output


# Readers -----------------------------------------------------------------------------------------


def test_readers_are_led_to_the_copy_of_a_source_that_is_gone(tmp_path: Path) -> None:
    root = lay(tmp_path, BASE)
    source = root / "evidence/sources/oakfield2020.yaml"
    text = re.sub(r"\n  url: \S+", "", source.read_text("utf-8"))
    copy = "  url: https://trees.test/paper\n  archived: {url: https://archive.test/2020/paper, date: 2020-09-07%s}\n"
    for gone, offered in ((", gone: 2026-11-22", "Open an archived copy"), ("", "Open the source")):
        source.write_text(text.replace("access:\n", f"access:\n{copy % gone}"), "utf-8")
        site = make(root)
        page = next(page for page in pages(site) if page.address == f"sources/{source.stem}/")
        assert offered in page.body
        assert "https://archive.test/2020/paper" in page.body
        assert "7 September 2020" in page.body
        assert ("led nowhere on 22 November 2026" in page.body) is bool(gone)
