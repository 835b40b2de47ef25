"""New records and references: from answers to a file that breaks no rule, with nothing made up."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from macros import entry
from macros.base import load
from macros.check import check
from macros.cli import main
from macros.document import parse
from macros.draft import id_from
from macros.newcomer import Wishes, new_reference
from tests.projects import BASE, lay

WRITTEN = "evidence/case-studies/a-street-in-porto.yaml"
ANSWERS = {
    "title": "A street in Porto",
    "type": "shopping-street",
    "claims": "elmton2021/shady-side",
    "coded_by": "ash",
    "reply.status": "not-sought",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = lay(tmp_path, BASE)
    assert CliRunner().invoke(main, ["fix", "--root", str(root)]).exit_code == 0
    return root


def new(root: Path, *arguments: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["new", *arguments, "--root", str(root)], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def settings(**changes: str) -> list[str]:
    return [f"--set={name}={value}" for name, value in {**ANSWERS, **changes}.items()]


def files(root: Path) -> dict[str, bytes]:
    return {file.as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


# Records -----------------------------------------------------------------------------------------


def test_answers_become_a_record_that_breaks_no_rule(root: Path) -> None:
    result = new(root, "case-study", "--no-input", *settings())
    assert result.exit_code == 0, result.output
    assert f"{WRITTEN} written" in result.output
    assert "python -m macros check" in result.output
    checked = CliRunner().invoke(main, ["check", "--root", str(root)])
    assert checked.output.startswith("No problems"), checked.output
    text = (root / WRITTEN).read_text("utf-8")
    document, _ = parse(text.encode(), WRITTEN)
    assert document is not None
    assert document.data["status"] == "draft"
    assert "# (optional) themes: " in text


def test_what_nobody_said_is_not_stated(root: Path) -> None:
    new(root, "case-study", "--no-input", *settings())
    base, _ = load(root)
    record: Any = base.records["case-study"]["a-street-in-porto"]
    assert (record.summary, record.start, record.end, record.done) == ("not stated",) * 4
    assert (record.partners, record.outcomes, record.countries) == ((), (), ())


def test_what_cannot_be_left_out_is_told_and_nothing_written(root: Path) -> None:
    before = files(root)
    result = new(root, "case-study", "--no-input", "--set=title=A street in Porto")
    assert result.exit_code == 1
    for name in ("type", "claims"):
        assert f"--set {name}=…" in result.output
    assert files(root) == before


def test_answers_that_break_a_rule_leave_no_file(root: Path) -> None:
    before = files(root)
    result = new(root, "case-study", "--no-input", *settings(type="shoping-street", summary="There are 31 trees."))
    assert result.exit_code == 1
    assert "Did you mean “shopping-street”?" in result.output
    assert files(root) == before


def test_nothing_is_written_over(root: Path) -> None:
    assert new(root, "case-study", "--no-input", *settings()).exit_code == 0
    before = files(root)
    again = new(root, "case-study", "--no-input", *settings(), "--anyway")
    assert again.exit_code == 1
    assert "is there already and was left as it is" in again.output
    assert files(root) == before


def test_a_likely_duplicate_is_asked_about(root: Path) -> None:
    result = new(root, "case-study", "--no-input", *settings(title="The trees of Mill Road"))
    assert result.exit_code == 1
    assert "mill-road: Mill Road" in result.output
    assert new(root, "case-study", "--no-input", "--anyway", *settings(title="The trees of Mill Road")).exit_code == 0


@pytest.mark.parametrize("id_", ["../../outside", "a/b", "A B", "", "."])
def test_an_id_leads_nowhere_else(root: Path, id_: str) -> None:
    before = files(root)
    result = new(root, "case-study", "--no-input", "--id", id_ or "-", *settings())
    assert result.exit_code == 1
    assert files(root) == before


def test_answers_from_a_file(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    answers = tmp_path_factory.mktemp("answers") / "answers.yaml"
    answers.write_text(
        "title: A street in Porto\ntype: shopping-street\nclaims: [elmton2021/shady-side]\ncoded_by: [ash]\n"
        "reply: {status: not-sought}\npartners:\n  - {name: Porto parks, side: residents, type: parks-office, role: Dug}\n",
        "utf-8",
    )
    result = new(root, "case-study", "--no-input", "--from", str(answers))
    assert result.exit_code == 0, result.output
    record: Any = load(root)[0].records["case-study"]["a-street-in-porto"]
    assert record.partners[0].name == "Porto parks"


def test_a_slip_in_a_fields_name_is_told(root: Path) -> None:
    result = new(root, "case-study", "--no-input", *settings(), "--set=sumary=x")
    assert result.exit_code == 1
    assert "no field “sumary”" in result.output


def test_in_a_terminal_terms_are_offered_by_number_and_found_by_words(root: Path) -> None:
    # What is searched for in vain takes away no number: “zzz” and then “1”.
    account = ["A street in Porto", "zzz", "1", "", "y", "", "1", "norway", "1", "", "n", "", "", "", "", "", "n"]
    learning = ["y", "1", "1", "1", "1", "Shade draws people", "judged", "They moved to it", "n", "n"]
    rest = ["vault", "1", "", "n", "Who paid", "", ""]
    result = new(root, "case-study", typed="\n".join([*account, *learning, *rest]) + "\n")
    assert result.exit_code == 0, result.output
    assert "1  Shopping street  shopping-street" in result.output
    assert "or leave it and add a term to evidence/vocabularies/case-types.yaml first" in result.output
    record: Any = load(root)[0].records["case-study"]["a-street-in-porto"]
    assert record.claims == ("elmton2021/vaults-on-mill-road",)
    assert record.type == "shopping-street"
    assert check(root)[1] == []


def test_a_terminal_asks_what_the_form_asks_in_its_words(root: Path) -> None:
    account = ["A street in Porto", "1", "", "y", "", "1", "norway", "1", "", "n", "", "", "", "", "", "n"]
    learning = ["y", "1", "1", "1", "1", "Shade draws people", "judged", "They moved to it", "n", "n"]
    rest = ["vault", "1", "", "n", "Who paid", "", ""]
    result = new(root, "case-study", typed="\n".join([*account, *learning, *rest]) + "\n")
    assert result.exit_code == 0, result.output
    assert "Partner 1: Which side is it on?" in result.output
    assert "new reference, new source, new claim-sheet" in result.output, "claims come first, and that is told at once"
    record: Any = load(root)[0].records["case-study"]["a-street-in-porto"]
    assert record.partners[0].country == "no"
    assert record.not_stated == ("Who paid",)
    # What hangs on an answer is asked only then: a judgement's reason, and no claim for it.
    assert (record.learning[0].reason, record.learning[0].claim) == ("They moved to it", None)
    assert (record.coded_by, record.reply.status) == (("contributor",), "not-sought")
    assert check(root)[1] == []


def test_giving_up_writes_nothing(root: Path) -> None:
    before = files(root)
    assert new(root, "case-study", typed="Mill Road trees\nn\n").exit_code == 1
    assert files(root) == before


def test_an_unknown_kind_is_misuse_with_a_guess(root: Path) -> None:
    result = new(root, "case-studdy")
    assert result.exit_code == 2
    assert "Did you mean “case-study”?" in result.output


def test_an_id_is_made_of_a_titles_words() -> None:
    assert id_from("Zoë’s “Trees”, 2nd round") == "zoe-s-trees-2nd-round" or id_from("Zoë's Trees") == "zoes-trees"
    assert len(id_from("word " * 40)) <= 60


# References --------------------------------------------------------------------------------------

WORK = {
    "DOI": "10.5555/roots",
    "type": "journal-article",
    "title": ["Roots <i>below</i> pavements"],
    "container-title": ["Urban Trees"],
    "volume": "3",
    "page": "1-9",
    "author": [{"family": "Elm", "given": "Ada"}, {"name": "Street Trees Group"}],
    "issued": {"date-parts": [[2019, 5]]},
}


@pytest.fixture
def crossref() -> Iterator[str]:
    """A server on this machine that plays Crossref."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path.startswith("/works/10.5555%2Froots")
            body = json.dumps({"status": "ok", "message": WORK}).encode()
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(body if known else b"Resource not found.")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/works"
    server.shutdown()
    thread.join()
    server.server_close()


def wishes(root: Path, **changes: Any) -> Wishes:
    return Wishes(root, {}, **{"source": None, "no_input": True, **changes})


def test_a_doi_becomes_an_entry_that_says_where_it_was_seen(root: Path, crossref: str) -> None:
    assert new_reference(wishes(root, doi="https://doi.org/10.5555/roots", works=crossref)) == 0
    base, problems = load(root)
    assert problems == []
    reference = base.bibliography["elm2019"]
    assert reference.title == "Roots below pavements", "letters stay as they are registered"
    assert [str(name) for name in reference.authors] == ["Ada Elm", "Street Trees Group"]
    assert (reference.doi, reference.year, reference.text("pages")) == ("10.5555/roots", 2019, "1–9")
    assert re.fullmatch(
        r"Crossref, https://api.crossref.org/works/10.5555/roots, looked up \d{4}-\d\d-\d\d", reference.provenance
    )
    before = files(root)
    assert new_reference(wishes(root, doi="10.5555/ROOTS", works=crossref)) == 1, "it is there already"
    assert new_reference(wishes(root, doi="10.5555/nothing", works=crossref)) == 1
    assert new_reference(wishes(root, doi="roots", works=crossref)) == 1
    assert files(root) == before


RIS = "TY  - JOUR\nAU  - Elm, Ada\nTI  - Roots below pavements\nJO  - Urban Trees\nPY  - 2019\nER  - \n"
BIB = "@article{Whatever_1, author = {Elm, Ada}, title = {Roots below pavements}, journal = {Urban Trees}, year = 2019}"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.ris", RIS), ("a.bib", BIB), ("a.json", json.dumps(entry.csl(WORK)))],
    ids=["ris", "bib", "csl"],
)
def test_files_of_reference_managers_become_entries(
    root: Path, tmp_path_factory: pytest.TempPathFactory, name: str, content: str
) -> None:
    file = tmp_path_factory.mktemp("given") / name
    file.write_text(content, "utf-8")
    result = new(root, "reference", "--no-input", "--from", str(file))
    assert result.exit_code == 0, result.output
    base, problems = load(root)
    assert problems == []
    assert base.bibliography["elm2019"].title == "Roots below pavements"
    assert base.bibliography["elm2019"].provenance.startswith(f"The file {name}, added ")
    assert "[@elm2019]" in result.output


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ris", "no RIS at all"),
        ("a.bib", ""),
        ("a.bib", BIB + "\n" + BIB.replace("Whatever_1", "b")),
        ("a.json", "{"),
        ("a.json", "[1, 2]"),
        ("a.txt", BIB),
        ("a.bib", "@article{a, title = {Only a title of something}}"),
    ],
)
def test_what_is_no_reference_is_told_and_not_written(
    root: Path, tmp_path_factory: pytest.TempPathFactory, name: str, content: str
) -> None:
    file = tmp_path_factory.mktemp("given") / name
    file.write_text(content, "utf-8")
    before = files(root)
    result = new(root, "reference", "--no-input", "--from", str(file))
    assert result.exit_code == 1
    assert "Nothing was written" in result.output
    assert files(root) == before


def test_without_the_network_another_way_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("macros.crossref.TRIES", 1)
    assert new_reference(wishes(root, doi="10.5555/roots", works="http://127.0.0.1:9/works")) == 1
    said = capsys.readouterr().out
    assert "could not be asked" in said
    assert "--from FILE" in said
