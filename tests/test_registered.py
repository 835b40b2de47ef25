"""References held against the registry: every planted fault is found once, and nothing else is complained of.

The registry is a server on this machine that answers in the form that Crossref's and the DOI proxy's
documentation describe. Faults are data in golden/registered.yaml; the clean corpus is put together from parts
that real references are made of, and every name in it is made up.
"""

from __future__ import annotations

import gzip
import http.server
import itertools
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
import yaml
from click.testing import CliRunner

from macros.bibliography import parse_bibliography
from macros.check import check
from macros.cli import main
from macros.crossref import MOST_BYTES, Crossref, NoAnswer, read_work
from macros.kinds.source import Source
from macros.registered import differences, examine
from tests.projects import BASE, change, lay

TODAY = date(2026, 11, 22)
FAULTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "golden" / "registered.yaml").read_text("utf-8"))


class Registry:
    """What the played registry knows, and what it was asked."""

    def __init__(self) -> None:
        self.works: dict[str, dict[str, Any]] = {}
        self.notices: dict[str, list[dict[str, Any]]] = {}
        self.elsewhere: set[str] = set()
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.answers: list[Callable[[http.server.BaseHTTPRequestHandler], None]] = []
        """Ways to misbehave, used up one by one before anything else is answered."""

    def message(self, path: str, query: dict[str, list[str]]) -> dict[str, Any] | None:
        if path.startswith("/works/"):
            return self.works.get(unquote(path.removeprefix("/works/")).lower())
        if "filter" in query:
            found = self.notices.get(query["filter"][0].removeprefix("updates:").lower(), [])
        else:
            words = set(query["query.bibliographic"][0].lower().split())
            found = sorted(
                self.works.values(), key=lambda work: -len(words & set(" ".join(work.get("title", [])).lower().split()))
            )
        return {"items": found[: int(query["rows"][0])]}


@pytest.fixture
def registry() -> Iterator[tuple[Registry, Crossref]]:
    known = Registry()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

        def do_GET(self) -> None:
            known.asked.append(self.path)
            known.agents.add(self.headers.get("User-Agent", ""))
            if known.answers:
                return known.answers.pop(0)(self)
            parts = urlsplit(self.path)
            if parts.path.startswith("/handles/"):
                doi = unquote(parts.path.removeprefix("/handles/")).lower()
                code = 1 if doi in known.elsewhere or doi in known.works else 100
                return say(self, {"responseCode": code, "handle": doi}, 200 if code == 1 else 404)
            message = known.message(parts.path, parse_qs(parts.query))
            if message is None:
                return say(self, b"Resource not found.", 404)
            return say(self, {"status": "ok", "message-type": "work", "message": message})

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}"
    with httpx.Client(follow_redirects=True, max_redirects=5) as client:
        yield known, Crossref(client, "somebody@example.org", f"{home}/works", f"{home}/handles", sleep=lambda _: None)
    server.shutdown()
    server.server_close()


def say(handler: http.server.BaseHTTPRequestHandler, content: object, status: int = 200, **headers: str) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


# Planted faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", FAULTS["differing"], ids=lambda case: case["name"])
def test_what_differs_from_the_registered_is_told_field_by_field(case: dict[str, Any]) -> None:
    entry = (
        "@article{a2020,\n"
        + "".join(f"  {n} = {{{v}}},\n" for n, v in (FAULTS["entry"] | case["entry"]).items())
        + "}\n"
    )
    bibliography, problems = parse_bibliography({"a.bib": entry}, TODAY)
    assert not problems
    found = list(differences(bibliography["a2020"], read_work(FAULTS["work"] | case.get("work", {}))))
    fields = [problem.message.split(" ")[1] for problem in found]
    assert fields == case["fields"]
    for problem, field in zip(found, fields, strict=True):
        assert problem.place.line == entry[: entry.index(f"  {field} =")].count("\n") + 1
        assert f"{field} = {{" in problem.suggestion


def project(tmp_path: Path, **entry: str) -> Path:
    """Lay a small base whose first source has the given fields in its reference."""
    root = lay(tmp_path / "project", BASE)
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in entry.items())
    head = "@report{oakfield2020,\n"
    change(root, {"edits": {"bib/references.bib": {head: head + lines}}})
    return root


WORK: dict[str, Any] = {
    "DOI": "10.5555/oakfield",
    "title": ["Shade on Hot Pavements: an Invented Study for Tests"],
    "author": [{"family": "Maple", "given": "Anna"}, {"family": "Rowan", "given": "B."}],
    "issued": {"date-parts": [[2020, 3]]},
    "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"}],
}


def test_a_reference_that_agrees_is_current_and_its_licence_is_told(
    tmp_path: Path, registry: tuple[Registry, Crossref]
) -> None:
    known, crossref = registry
    known.works["10.5555/oakfield"] = WORK
    base, _ = check(project(tmp_path, doi="10.5555/Oakfield"))
    (looked,) = examine(base, crossref, ["oakfield2020"])
    assert (looked.status, looked.problems) == ("current", ())
    assert looked.work
    assert looked.work.licences == ("https://creativecommons.org/licenses/by/4.0/",)
    assert all("mailto=somebody%40example.org" in path for path in known.asked)
    assert all("somebody@example.org" in agent for agent in known.agents), "whoever asks says who they are"


def test_a_doi_of_nobody_is_told_and_one_of_another_agency_is_not(
    tmp_path: Path, registry: tuple[Registry, Crossref]
) -> None:
    known, crossref = registry
    known.elsewhere.add("10.5555/elsewhere")
    for doi, codes in (("10.5555/nowhere", ["E540"]), ("10.5555/elsewhere", [])):
        base, _ = check(project(tmp_path / doi.replace("/", "-"), doi=doi))
        (looked,) = examine(base, crossref, ["oakfield2020"])
        assert [problem.code for problem in looked.problems] == codes
        assert looked.status == "", "what nobody knows is not current"


@pytest.mark.parametrize("case", FAULTS["notices"], ids=lambda case: case["name"])
def test_a_notice_is_found_wherever_it_is_registered(
    tmp_path: Path, registry: tuple[Registry, Crossref], case: dict[str, Any]
) -> None:
    known, crossref = registry
    known.works["10.5555/oakfield"] = WORK | case.get("work", {})
    known.notices["10.5555/oakfield"] = case.get("notices", [])
    base, _ = check(project(tmp_path, doi="10.5555/oakfield"))
    (looked,) = examine(base, crossref, ["oakfield2020"])
    assert looked.status == case["status"]
    assert [problem.code for problem in looked.problems] == case["codes"]
    for problem in looked.problems:
        assert problem.place.path == "evidence/sources/oakfield2020.yaml"
        assert case["told"] in problem.message


def test_a_retracted_work_that_is_only_cited_is_warned_of(tmp_path: Path, registry: tuple[Registry, Crossref]) -> None:
    known, crossref = registry
    known.works["10.5555/soil"] = {
        "DOI": "10.5555/soil",
        "title": ["Soil below Paving: an Invented Book for Tests"],
        "author": [{"family": "Linden", "given": "Carl"}],
        "issued": {"date-parts": [[1999]]},
        "updated-by": [{"type": "retraction", "DOI": "10.5555/notice", "updated": {"date-parts": [[2001, 2, 3]]}}],
    }
    root = lay(tmp_path / "project", BASE)
    change(
        root, {"edits": {"bib/references.bib": {"@book{linden1999,\n": "@book{linden1999,\n  doi = {10.5555/soil},\n"}}}
    )
    base, _ = check(root)
    (looked,) = examine(base, crossref, ["linden1999"])
    assert [(problem.code, problem.place.line) for problem in looked.problems] == [
        ("E544", base.bibliography["linden1999"].place.line)
    ]
    assert "2001-02-03" in looked.problems[0].message


@pytest.mark.parametrize("case", FAULTS["candidates"], ids=lambda case: case["name"])
def test_a_doi_is_offered_only_for_the_same_work(
    tmp_path: Path, registry: tuple[Registry, Crossref], case: dict[str, Any]
) -> None:
    known, crossref = registry
    known.works = {work["DOI"]: work for work in (WORK | changes for changes in case["works"])}
    base, _ = check(project(tmp_path))
    (looked,) = examine(base, crossref, ["oakfield2020"])
    offered = [problem.suggestion.split("{")[1].split("}")[0] for problem in looked.problems]
    assert offered == case["offered"]


# Nothing but the faults -----------------------------------------------------------------------------

PEOPLE: list[tuple[str, dict[str, Any]]] = [
    ("Maple, Anna", {"family": "Maple", "given": "Anna"}),
    ("Müller-Lüdenscheidt, Jörg", {"family": "Müller‐Lüdenscheidt", "given": "J."}),
    ("van der Berg, Piet", {"family": "van der Berg", "given": "Piet"}),
    ("de la Cruz, María José", {"family": "Cruz", "given": "María José de la"}),
    ("O'Neill, Shane", {"family": "O’Neill", "given": "Shane"}),
    ("Nguyễn, Văn Minh", {"family": "Nguyen", "given": "Van Minh"}),
    ("{Elmton Parks Office}", {"name": "Elmton Parks Office", "sequence": "first"}),
    ("{Group for Trees \\& Shade}", {"name": "Group for Trees & Shade"}),
    ("Øster, Bjørn", {"family": "Øster", "given": "Bjørn"}),
    ("Rowan, Jr., Sam", {"family": "Rowan", "given": "Sam", "suffix": "Jr"}),
    ("İnce, Çağrı", {"family": "İnce", "given": "Çağrı"}),
    ("al-Hassan, Omar", {"family": "Al-Hassan", "given": "Omar"}),
]
TITLES = [
    ("Shade on hot pavements", ["Shade on Hot Pavements"], []),
    ("Soil \\& water below paving: a study", ["Soil &amp; water below paving"], ["A study"]),
    ("Is a lime tree cooler? An experiment", ["Is a lime tree cooler? an experiment"], []),
    ("“Cooler than we thought”: talks with gardeners", ["'Cooler than we thought': talks with gardeners"], []),
    ("Growth of Tilia cordata in cities", ["Growth of <i>Tilia cordata</i> in cities"], []),
    ("Effect of CO2 on leaves", ["Effect of CO<sub>2</sub> on leaves"], []),
    ("Árboles de la calle y sombra", ["Árboles de la calle y sombra"], []),
    ("Trees–streets interactions, 1990–2020", ["Trees-streets interactions, 1990-2020"], []),
]
JOURNALS = [
    ("Urban Trees", ["Urban Trees"]),
    ("Int J Hort", ["International Journal of Horticulture"]),
    ("Journal of Shade and Light", ["Journal of Shade & Light", "J Shade Light"]),
    ("PLoS Trees", ["PLOS Trees"]),
    ("JAT", ["Journal of the American Trees"]),
    ("Bull World Hort Organ", ["Bulletin of the World Horticultural Organization"]),
]
YEARS: list[tuple[dict[str, Any], str]] = [
    ({"issued": {"date-parts": [[2019, 12, 30]]}, "published-print": {"date-parts": [[2020, 1]]}}, "2020"),
    ({"issued": {"date-parts": [[2020]]}}, "2020-05"),
    ({"issued": {"date-parts": [[None]]}}, "2020"),
    ({}, "2020"),
]
PAGES = [("120--128", "120-128"), ("e12", "e12"), ("1021--9", "1021-1029"), ("", "S3-S9")]


def corpus() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield a key, an entry and what is registered of it: as varied, and as unlike in form, as they come."""
    parts = itertools.product(range(len(PEOPLE)), range(len(TITLES)), range(len(JOURNALS)))
    for n, (person, title, journal) in enumerate(itertools.islice(parts, 0, None, 2)):
        cited = [PEOPLE[(person + step * (1 + n % 3)) % len(PEOPLE)] for step in range(1 + n % 4)]
        cut = n % 5 == 0
        typed, registered, subtitle = TITLES[title]
        years, year = YEARS[n % len(YEARS)]
        pages, registered_pages = PAGES[n % len(PAGES)]
        doi = f"10.5555/tree.{n}(x)-{'ABC'[n % 3]};{n:04}"
        entry = (
            f"@article{{tree-{n},\n  author = {{{' and '.join(name for name, _ in cited)}{' and others' if cut else ''}}},\n"
            f"  title = {{{typed}}},\n  journaltitle = {{{JOURNALS[journal][0]}}},\n  date = {{{year}}},\n"
            f"  volume = {{{n % 40 + 1}}},\n"
            + (f"  pages = {{{pages}}},\n" if pages else "")
            + f"  doi = {{{doi}}},\n  provenance = {{made up}},\n}}\n"
        )
        people = [person for _, person in cited] + ([{"family": "Further", "given": "A."}] if cut else [])
        work = {
            "DOI": doi.lower(),
            "title": registered,
            "subtitle": subtitle,
            "author": people,
            "container-title": JOURNALS[journal][1],
            "volume": str(n % 40 + 1),
            "page": registered_pages,
            **years,
        }
        yield f"tree-{n}", entry, work


def test_no_false_alarm_over_a_varied_corpus(registry: tuple[Registry, Crossref], tmp_path: Path) -> None:
    known, crossref = registry
    keys, entries, works = zip(*corpus(), strict=True)
    assert len(keys) >= 250
    root = lay(tmp_path / "project", BASE)
    (root / "bib" / "corpus.bib").write_text("\n".join(entries), "utf-8")
    base, problems = check(root)
    assert [problem for problem in problems if problem.place.path == "bib/corpus.bib" and problem.code != "E516"] == []
    known.works = {work["DOI"].lower(): work for work in works}
    told = [(one.key, problem.message) for one in examine(base, crossref, keys) for problem in one.problems]
    assert told == []


# A registry that misbehaves ---------------------------------------------------------------------------

Misbehaviour = Callable[[http.server.BaseHTTPRequestHandler], None]


def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    bomb = gzip.compress(b" " * (MOST_BYTES * 20))
    handler.send_header("Content-Length", str(len(bomb)))
    handler.end_headers()
    handler.wfile.write(bomb)


def cut_off(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"status": "ok", ')
    handler.close_connection = True


def round_and_round(handler: http.server.BaseHTTPRequestHandler) -> None:
    say(handler, b"", 302, Location=handler.path)


def lone(content: object, status: int = 200, **headers: str) -> Misbehaviour:
    return lambda handler: say(handler, content, status, **headers)


HOSTILE = {
    "one that is busy for good": ([lone(b"", 503)] * 9, "answers 503"),
    "one that asks to wait a day": ([lone(b"", 429, Retry_After="86400")], "answers 429"),
    "one that forbids": ([lone(b"", 403)], "answers 403"),
    "an answer cut off each time": ([cut_off] * 9, "could not be asked"),
    "an answer that grows without end": ([endless], "more than 4 MB"),
    "redirects in a circle": ([round_and_round] * 99, "could not be asked"),
    "a page in place of data": ([lone(b"<html>Sign in")], "not JSON"),
    "nesting without end": ([lone(b"[" * 100_000)], "not JSON"),
    "a list in place of a record": ([lone([1, 2])], "not a record"),
    "a record of another form": ([lone({"status": "failed"})], "not of the documented form"),
    "bytes of no encoding": ([lone(b"\xff\xfe\x00{")], "not JSON"),
}


@pytest.mark.parametrize(("answers", "told"), HOSTILE.values(), ids=HOSTILE)
def test_no_answer_is_told_as_such_and_the_others_are_still_asked(
    tmp_path: Path, registry: tuple[Registry, Crossref], answers: list[Misbehaviour], told: str
) -> None:
    known, crossref = registry
    known.answers = list(answers)
    known.works["10.5555/oakfield"] = WORK
    base, _ = check(project(tmp_path, doi="10.5555/oakfield"))
    (looked,) = examine(base, crossref, ["oakfield2020"])
    assert [problem.code for problem in looked.problems] == ["E545"]
    assert told in looked.problems[0].message
    assert looked.status == ""
    known.answers = []
    (looked,) = examine(base, crossref, ["oakfield2020"])
    assert looked.status == "current"


def test_who_is_asked_to_wait_waits_and_asks_again(registry: tuple[Registry, Crossref]) -> None:
    known, crossref = registry
    waited: list[float] = []
    crossref._sleep = waited.append
    known.answers = [lone(b"", 429, Retry_After="7"), lone(b"", 500)]
    known.works["10.5555/oakfield"] = WORK
    assert crossref.work("10.5555/oakfield") is not None
    assert 7.0 in waited
    assert len(known.asked) == 3


def test_a_server_that_is_not_there() -> None:
    with httpx.Client() as client, pytest.raises(NoAnswer, match="could not be asked"):
        Crossref(client, works="http://127.0.0.1:9/works", sleep=lambda _: None).work("10.5555/x")


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"title": "x", "author": "y", "issued": []},
        {"title": [None, 3], "author": [None, {"family": 3}, []], "issued": {"date-parts": [[]]}, "license": [{}, 3]},
        {"issued": {"date-parts": [["2020"]]}, "updated-by": [3, {}, {"type": 3}], "container-title": [[]]},
        {"issued": {"date-parts": [[10**30, -1]]}, "title": ["<" * 10_000], "license": [{"URL": "javascript:x"}]},
    ],
)
def test_whatever_is_registered_can_be_read(message: dict[str, Any]) -> None:
    work = read_work(message)
    assert (work.licences, work.updates) == ((), ())


# The command ------------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, crossref: Crossref, *arguments: str) -> tuple[int, str]:
    made = partial(Crossref, works=crossref._works, handles=crossref._handles, sleep=lambda _: None)
    monkeypatch.setattr("macros.crossref.Crossref", made)
    result = CliRunner().invoke(main, ["check", "citations", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_retraction_is_entered_and_reopens_what_rests_on_it(
    tmp_path: Path, registry: tuple[Registry, Crossref], monkeypatch: pytest.MonkeyPatch
) -> None:
    known, crossref = registry
    known.works["10.5555/oakfield"] = WORK | {
        "updated-by": [{"type": "retraction", "DOI": "10.5555/notice", "updated": {"date-parts": [[2026, 1, 2]]}}]
    }
    root = project(tmp_path, doi="10.5555/oakfield")
    CliRunner().invoke(main, ["fix", "--root", str(root)])
    finding = root / "evidence" / "findings" / "shade-cools.yaml"
    before = finding.read_text("utf-8")
    status, told = run(monkeypatch, crossref, "--root", str(root), "--online")
    assert status == 1
    assert "error E543" in told
    assert "free to read at https://doi.org/10.5555/oakfield under https://creativecommons.org/licenses/by/4.0/" in told
    assert finding.read_text("utf-8") == before, "nothing is written unasked"

    status, told = run(monkeypatch, crossref, "--root", str(root), "--online", "--write")
    assert "evidence/findings/shade-cools.yaml: written." in told
    base, problems = check(root)
    assert [str(problem) for problem in problems] == []
    entered = base.all(Source)["oakfield2020"].publication_status
    assert entered.status == "retracted"
    assert "10.5555/notice" in entered.method
    reopened = base.records["finding"]["shade-cools"].history[-1]
    assert (reopened.event, reopened.date) == ("reopened", date.today())
    assert "oakfield2020" in reopened.note
    for line in before.splitlines():
        assert line.startswith("modified:") or line in finding.read_text("utf-8"), "nothing else is touched"

    after = finding.read_text("utf-8")
    run(monkeypatch, crossref, "--root", str(root), "--online", "--write")
    assert finding.read_text("utf-8") == after, "what was reopened is not reopened for the same again"


def test_an_exception_holds_for_a_while_and_only_while_it_is_needed(
    tmp_path: Path, registry: tuple[Registry, Crossref], monkeypatch: pytest.MonkeyPatch
) -> None:
    known, crossref = registry
    known.works["10.5555/oakfield"] = WORK | {"issued": {"date-parts": [[2018]]}}
    root = project(tmp_path, doi="10.5555/oakfield")
    status, told = run(monkeypatch, crossref, "--root", str(root), "--online")
    assert (status, told.count("warning E541")) == (0, 1)
    until = date.today().replace(year=date.today().year + 1)
    entry = '- {link: "@oakfield2020", code: E541, reason: A reprint., until: %s}'
    (root / "link-exceptions.yml").write_text("exceptions:\n" + entry % until, "utf-8")
    assert "E541" not in run(monkeypatch, crossref, "--root", str(root), "--online")[1]
    (root / "link-exceptions.yml").write_text("exceptions:\n" + entry % "2020-01-01", "utf-8")
    assert "E932" in run(monkeypatch, crossref, "--root", str(root), "--online")[1]
    known.works["10.5555/oakfield"] = WORK
    (root / "link-exceptions.yml").write_text("exceptions:\n" + entry % until, "utf-8")
    status, told = run(monkeypatch, crossref, "--root", str(root), "--online")
    assert "E931" in told


def test_a_pull_request_asks_only_for_what_it_brings(
    tmp_path: Path, registry: tuple[Registry, Crossref], monkeypatch: pytest.MonkeyPatch
) -> None:
    known, crossref = registry
    known.works["10.5555/oakfield"] = WORK
    root = project(tmp_path)

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@trees.test")
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "Before")
    change(
        root,
        {
            "edits": {
                "bib/references.bib": {
                    "@report{oakfield2020,\n": "@report{oakfield2020,\n  doi = {10.5555/oakfield},\n"
                }
            }
        },
    )
    status, told = run(monkeypatch, crossref, "--root", str(root), "--online", "--changed", "HEAD")
    assert status == 0
    assert "1 of 1 looked up" in told
    assert all("oakfield" in path for path in known.asked)
    assert run(monkeypatch, crossref, "--root", str(root), "--online", "--changed", "nothing")[0] == 2


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit", "markdown"])
def test_machines_are_told_in_their_own_forms(
    tmp_path: Path, registry: tuple[Registry, Crossref], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    _, crossref = registry
    root = project(tmp_path, doi="10.5555/nowhere")
    status, told = run(monkeypatch, crossref, "--root", str(root), "--online", "--format", form)
    assert status == 1
    assert "E540" in told
    assert "Asking" not in told


def test_online_and_write_are_asked_for_together(tmp_path: Path) -> None:
    for arguments in (["--online"], ["citations", "--write"], ["citations", "--changed", "HEAD"], ["citation"]):
        assert CliRunner().invoke(main, ["check", *arguments, "--root", str(tmp_path)]).exit_code == 2
