"""Every problem code: one evidence base that breaks it, told exactly, and one near to it that does not.

A case is a file in `golden/problems/`. Its `files`, `sources` and `edits` change the evidence base
in `golden/base/` (see `projects.change`), after its
fingerprints were taken where it says `fingerprints: true`, and its records put in form where it says `tidied: true`; `expect` lists all problems that follow, and `passing` is a change
after which the code is not reported. After a change of wording, `UPDATE_GOLDEN=1` in the
environment writes what is told now into the cases, to be read before it is committed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from macros.cli import main
from macros.codes import CODES
from tests.projects import BASE, change, lay, run

GOLDEN = Path(__file__).parent / "golden" / "problems"
FIELDS = ("code", "path", "line", "column", "message", "suggestion")
# What only somebody who has the sources' texts is told.
BY_TEXT = {"E802", "E803", "E804", "E805"}
# Codes of the bibliography have their cases in test_bibliography.py, those of links in test_links.py.
WANTED = {code: f"{code}-{about.name}" for code, about in CODES.items() if not code.startswith(("E5", "E9"))}
_IN_LOG = re.compile(
    r"^ERROR: (?P<path>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<code>E\d+) (?P<told>.*)$", re.MULTILINE
)

Case = dict[str, Any]


def problems(root: Path, code: str, overlay: Mapping[str, Any]) -> list[Case]:
    """Return what is wrong with the golden base after a change, as a person would ask for it."""
    lay(root, BASE, pages=code.startswith("E6"))
    if overlay.get("fingerprints"):
        made = CliRunner().invoke(main, ["fingerprint", "--root", str(root), "--sources", str(root / "sources")])
        assert made.exit_code == 0, made.output
    if overlay.get("tidied"):
        assert CliRunner().invoke(main, ["fix", "--root", str(root)]).exit_code == 0
    change(root, overlay)
    if code.startswith("E6"):
        return told_by_build(root)
    command = ["check"] if code not in BY_TEXT else ["passages", "--sources", str(root / "sources")]
    result = CliRunner().invoke(main, [*command, "--root", str(root), "--format", "json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    found: list[Case] = json.loads(result.output)
    assert result.exit_code == any(problem["severity"] == "error" for problem in found)
    assert all(problem["severity"] == CODES[problem["code"]].severity for problem in found)
    # Cases are written by hand and change texts by force; the form of records has a case of its own.
    found = [problem for problem in found if problem["code"] != "E119" or overlay.get("tidied")]
    return [{field: problem[field] for field in FIELDS} for problem in found]


def told_by_build(root: Path) -> list[Case]:
    status, output = run(root)
    found = [match.groupdict() for match in _IN_LOG.finditer(output)]
    assert status == bool(found), output
    return [problem | {"line": int(problem["line"]), "column": int(problem["column"])} for problem in found]


def as_told(code: str, expected: list[Case]) -> list[Case]:
    """A build's log has message and suggestion in one line."""
    if not code.startswith("E6"):
        return expected
    fields = ("path", "line", "column", "code")
    return [
        {field: each[field] for field in fields} | {"told": f"{each['message']} {each['suggestion']}".strip()}
        for each in expected
    ]


@pytest.mark.parametrize("code", WANTED)
def test_breaking_a_rule_is_told_exactly(code: str, tmp_path: Path) -> None:
    file = GOLDEN / f"{WANTED[code]}.yaml"
    case: Case = yaml.safe_load(file.read_text("utf-8"))
    found = problems(tmp_path, code, case)
    if os.environ.get("UPDATE_GOLDEN") and found != as_told(code, case.get("expect", [])):
        update(file, found)
        pytest.fail("The case was written anew: read it.")
    assert found == as_told(code, case["expect"])
    assert code in {problem["code"] for problem in found}


@pytest.mark.parametrize("code", WANTED)
def test_keeping_a_rule_is_not_complained_of(code: str, tmp_path: Path) -> None:
    case: Case = yaml.safe_load((GOLDEN / f"{WANTED[code]}.yaml").read_text("utf-8"))
    assert case["passing"], "what keeps the rule has to be near what breaks it"
    assert problems(tmp_path, code, case["passing"]) == []


def test_every_code_has_a_case_and_every_case_a_code() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(WANTED.values())


def test_each_of_the_ten_rules_of_evidence_is_checked() -> None:
    from macros.rules import RULES

    assert set(range(1, 11)) <= {rule.number for rule in RULES}
    assert all(rule.about.code in WANTED for rule in RULES)


def update(file: Path, found: list[Case]) -> None:
    """Write what is told now into a case, whose expectations stand last in its file."""
    for problem in found:
        if "told" in problem:
            message, stop, suggestion = problem.pop("told").partition(". ")
            problem |= {"message": message + stop.strip(), "suggestion": suggestion}
    kept = file.read_text("utf-8").partition("\nexpect:")[0].rstrip("\n")
    expected = yaml.dump(
        [{field: problem[field] for field in FIELDS} for problem in found],
        allow_unicode=True,
        sort_keys=False,
        width=118,
    )
    file.write_text(f"{kept}\nexpect:\n{expected}", "utf-8")


def test_five_mistakes_in_one_record_are_told_in_one_run(tmp_path: Path) -> None:
    """What a rule would say of a text is told although the record has errors of form besides."""
    root = lay(tmp_path, BASE)
    change(
        root,
        {
            "edits": {
                "evidence/case-studies/mill-road.yaml": {
                    "status: published": "status: publised",
                    "\ntopic: ": "\ntopik: ",
                    "\ndone: ": "\ndone: In 40 streets, as others did [@elmton2022]. ",
                }
            }
        },
    )
    result = CliRunner().invoke(main, ["check", "--root", str(root), "--format", "json"])
    found = {problem["code"] for problem in json.loads(result.output)}
    assert found >= {"E301", "E201", "E202", "E410", "E406"}
