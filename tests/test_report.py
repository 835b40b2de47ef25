"""Reports: what people and machines are told, and that words from records do nothing in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from macros.base import EvidenceBase, load
from macros.check import check
from macros.cli import main
from macros.kinds.case_study import CaseStudy
from macros.placeholder import placeholder
from macros.problem import Place, Problem, Severity
from macros.report import FORMATS, MARKER
from macros.rules.duplicate import duplicates
from macros.rules.rule import Evidence
from tests.projects import BASE, ROOT, change, lay

FINDING = "evidence/findings/shade-cools.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = lay(tmp_path, BASE)
    assert CliRunner().invoke(main, ["fix", "--root", str(root)]).exit_code == 0
    return root


def told(root: Path, form: str) -> str:
    return CliRunner().invoke(main, ["check", "--root", str(root), "--format", form]).output


# Five mistakes -----------------------------------------------------------------------------------

FIVE = {
    "edits": {
        FINDING: {
            "status: published": "status: publishd",
            "created: 2026-11-22": "created: 22 November 2026",
            "[@oakfield2020; @elmton2021]": "[@oakfeld2020; @elmton2021]",
            "claim: elmton2021/shade-cools,": "claim: elmton2021/shade-cool,",
            "Whether shade cools bedrooms.": "TBC",
        }
    }
}


def test_five_mistakes_in_one_record_are_told_in_one_run_and_putting_each_right_helps(root: Path) -> None:
    before = (root / FINDING).read_text("utf-8")
    change(root, FIVE)
    found = json.loads(told(root, "json"))
    assert [(problem["code"], problem["suggestion"]) for problem in found] == [
        ("E301", "Did you mean “published”?"),
        ("E203", "Write “2026-11-22”."),
        ("E406", "Did you mean “oakfield2020”?"),
        (
            "E302",
            "Did you mean “elmton2021/shade-cools”, “elmton2021/shady-side” or “oakfield2020/shade-cools-pavement”?",
        ),
        ("E405", "Fill it in; where the source is silent write “not stated”."),
    ]
    text = (root / FINDING).read_text("utf-8")
    for old, new in (("publishd", "published"), ("22 November 2026", "2026-11-22"), ("oakfeld", "oakfield")):
        text = text.replace(old, new)
    text = text.replace("elmton2021/shade-cool,", "elmton2021/shade-cools,").replace(
        "TBC", "Whether shade cools bedrooms."
    )
    assert text == before, "the suggestions, followed, lead to the record as it was"


@pytest.mark.parametrize(
    "text",
    ["TODO", "todo: ask Ana", "See xxxx.", "XXX", "Lorem ipsum dolor", "www.example.org/a", "...", "To be confirmed"],
)
def test_placeholders_are_refused(text: str) -> None:
    assert placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "Guidance to be written by others.",
        "Toyota",
        "an example",
        "not stated",
        "unknown to us",
        "XX",
        "Todo sobre los árboles",
        "Congress XXX",
    ],
)
def test_words_that_only_look_like_placeholders_are_not(text: str) -> None:
    assert not placeholder(text)


def test_the_help_of_a_field_is_no_content_for_it() -> None:
    assert placeholder("What was done.", "What was done.")


# Duplicates --------------------------------------------------------------------------------------


def test_many_records_with_titles_of_their_own_are_no_duplicates() -> None:
    base, problems = check(ROOT)
    assert [problem for problem in problems if problem.code in ("E409", "E528", "E405", "E529")] == []
    assert len(base.all(CaseStudy)) > 20


def test_a_copy_under_another_id_is_a_likely_duplicate(root: Path) -> None:
    copy = (root / FINDING).read_text("utf-8").replace("title: Shade cools pavements", "title: Pavements: shade cools")
    copy = copy.replace("title: Pavements: shade cools", 'title: "Shade  cools pavements"')
    (root / "evidence/findings/pavements-cooled.yaml").write_text(copy, "utf-8")
    base, _ = load(root)
    assert [str(problem.place) for problem in duplicates.check(Evidence(base), _report(base))] == [f"{FINDING}:1:8"]


def _report(_: EvidenceBase) -> Any:
    from macros.rules.rule import Report

    return Report(duplicates.about)


# Forms -------------------------------------------------------------------------------------------

NASTY = "@everyone see #1, <img src=x onerror=y> | [a](javascript:x) `b` **c** http://evil.test www.evil.test \n\n# d & gh-1"


def nasty(severity: Severity = Severity.ERROR) -> list[Problem]:
    return [
        Problem("E999", Place("evidence/a`b|c.yaml", 3, 4), NASTY, NASTY, severity),
        Problem("E998", Place("evidence/b.yaml"), "All of it.", severity=severity),
    ]


def test_a_comment_has_one_mark_and_a_table_for_each_file() -> None:
    comment = FORMATS["markdown"](nasty(), ROOT)
    assert comment.startswith(f"{MARKER}\n")
    assert comment.count(MARKER) == 1
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(comment)
    assert html.count("<table>") == html.count("<h4>") == 2
    assert html.count("<td>") == 6, "no text breaks out of its cell"


@given(st.lists(st.sampled_from(NASTY.split(" ")) | st.text(max_size=5), max_size=12).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_words_of_records_have_no_effect_in_a_comment(text: str) -> None:
    comment = FORMATS["markdown"]([Problem("E999", Place(f"evidence/{text}", 1, 1), text, text)], ROOT)
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(comment)
    body = html.removeprefix(MARKER)
    # `href` and the like may stand there as text, never in a tag.
    tags = {tag.split()[0].strip("/<>") for tag in re.findall(r"<[^>]+>", body)}
    assert tags <= {"p", "strong", "h4", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert len(re.findall(r"<t[dh]\b", body)) == 6
    outside = re.sub(r"<code>.*?</code>", "", body, flags=re.DOTALL)
    assert not re.search(r"@\w|(?<!&)#\d|https?://\w|www\.\w", outside)


def test_a_comment_stays_within_what_a_host_takes() -> None:
    many = [Problem("E999", Place(f"evidence/{n}.yaml", n), "long " * 400, "long " * 400) for n in range(500)]
    comment = FORMATS["markdown"](many, ROOT)
    assert len(comment) < 65_536
    assert "440 more" in comment


def test_nothing_wrong_is_a_comment_too(root: Path) -> None:
    assert told(root, "markdown").startswith(f"{MARKER}\n**Nothing to put right.**")


def test_sarif_places_every_problem() -> None:
    log = json.loads(FORMATS["sarif"](nasty(Severity.WARNING), ROOT))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == "warning"
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert min(region.values()) >= 1, "lines and columns count from one"
        assert re.fullmatch(r"[\w./%-]+", location["physicalLocation"]["artifactLocation"]["uri"])


def test_junit_is_xml_whatever_is_in_it() -> None:
    problems = [
        *nasty(),
        Problem("E997", Place("evidence/b.yaml", 1, 1), "bell \x07 and \ud800", severity=Severity.WARNING),
    ]
    suites = ElementTree.fromstring(FORMATS["junit"](problems, ROOT))
    assert [suite.attrib["tests"] for suite in suites] == ["1", "2"]
    assert len(suites.findall(".//failure")) == 2
    assert len(suites.findall(".//skipped")) == 1
    assert NASTY.split(" ", maxsplit=1)[0] in (suites.findall(".//failure")[0].text or "")


@pytest.mark.parametrize(("environment", "coloured"), [({}, False), ({"NO_COLOR": "1"}, False)])
def test_no_colour_where_there_is_no_terminal(root: Path, environment: dict[str, str], coloured: bool) -> None:
    change(root, FIVE)
    ran = subprocess.run(
        [sys.executable, "-m", "macros", "check", "--root", str(root)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("\x1b[" in ran.stdout) is coloured
    assert "^" in ran.stdout


def test_colour_on_a_terminal_unless_it_is_not_wanted(root: Path) -> None:
    change(root, FIVE)
    arguments = ["check", "--root", str(root)]
    assert "\x1b[" in CliRunner().invoke(main, arguments, color=True).output
    assert "\x1b[" not in CliRunner(env={"NO_COLOR": "1"}).invoke(main, arguments, color=True).output
