"""Evidential differences: golden pairs of tiny evidence bases, and two revisions in git.

A case is a file in `golden/differences/`: `before` and `after` change the evidence base in
`golden/base/` one upon the other (see `projects.change`), and `expect` is the whole report. After a
change of wording `UPDATE_GOLDEN=1` in the environment writes what is told now, to be read.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from macros.base import load
from macros.check import check
from macros.cli import main
from macros.comment import inert
from macros.difference import difference
from macros.difference_report import MARKER, MOST, as_json, markdown
from tests.projects import BASE, change, lay, write

GOLDEN = Path(__file__).parent / "golden" / "differences"
CASES = sorted(file.stem for file in GOLDEN.glob("*.yaml"))


class _Words(yaml.SafeDumper):
    """Writes texts of several lines as they read."""


_Words.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def report(case: dict[str, Any], folder: Path) -> str:
    before, after = lay(folder / "before", BASE), lay(folder / "after", BASE)
    change(before, case.get("before", {}))
    change(after, case.get("before", {}))
    change(after, case["after"])
    (one, problems_one), (other, problems_other) = check(before), check(after)
    found = difference(one, other)
    sides = (("The state before", problems_one), ("The state after", problems_other))
    return markdown(found, sides)


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_by_its_consequences(name: str, tmp_path: Path) -> None:
    file = GOLDEN / f"{name}.yaml"
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    told = report(case, tmp_path)
    if os.environ.get("UPDATE_GOLDEN") and told != case.get("expect"):
        kept = file.read_text("utf-8").partition("\nexpect:")[0].rstrip() + "\n"
        file.write_text(kept + yaml.dump({"expect": told}, Dumper=_Words, allow_unicode=True, width=1000), "utf-8")
        pytest.fail("The case was written anew: read it.")
    assert told == case["expect"]


# What records say has no effect --------------------------------------------------------------------


def test_a_records_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    case = yaml.safe_load((GOLDEN / "hostile.yaml").read_text("utf-8"))
    told = report(case, tmp_path)
    assert told.count(MARKER) == 1
    shown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(told)
    assert "<img" not in shown
    assert "<a" not in shown
    assert "@team" not in shown
    assert "@octocat" not in shown
    assert "#12" not in shown
    assert shown.count("<h1") == 0


@given(st.text(max_size=200))
def test_any_text_stays_text(text: str) -> None:
    shown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(f"- `x` {inert(text)}\n")
    assert shown.startswith("<ul>\n<li><code>x</code>")
    assert set(re.findall(r"<(\w+)", shown)) == {"ul", "li", "code"}


# Size and order ------------------------------------------------------------------------------------


def test_a_report_fits_into_a_comment(tmp_path: Path) -> None:
    one, other = lay(tmp_path / "one", BASE), lay(tmp_path / "other", BASE)
    claims = yaml.safe_load((BASE / "evidence/claims/elmton2021/guide.yaml").read_text("utf-8"))
    template = claims["claims"][3]
    claims["claims"] += [
        {**copy.deepcopy(template), "id": f"again-{n}", "statement": f"Water, said {n} times. " * 9} for n in range(900)
    ]
    write(other / "evidence/claims/elmton2021/guide.yaml", yaml.safe_dump(claims, allow_unicode=True))
    found = difference(load(one)[0], load(other)[0])
    assert len(found.added) == 900
    told = markdown(found, (), "https://example.org/" + "x" * 900)
    assert len(told) <= MOST + 200
    assert "… and 888 more" in told
    assert len(json.loads(as_json(found, ()))["difference"]["added"]) == 900


# Revisions -----------------------------------------------------------------------------------------


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", root, *who, *arguments], check=True, capture_output=True)


def diff(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, ["diff", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = lay(tmp_path / "repository", BASE)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


LOWER = {"edits": {"evidence/findings/shade-cools.yaml": {"level: low": "level: very-low"}}}


def test_a_revision_is_compared_with_the_files_or_another_revision(repository: Path) -> None:
    nothing = diff("HEAD", "--root", repository)
    assert nothing.exit_code == 0
    assert "Nothing: no record" in nothing.output
    change(repository, LOWER)
    with_files = diff("HEAD", "--root", repository)
    assert "**Low confidence → Very low confidence**" in with_files.output
    git(repository, "commit", "-aqm", "second")
    assert diff("HEAD~1", "HEAD", "--root", repository).output == with_files.output
    back = json.loads(diff("HEAD", "HEAD~1", "--root", repository, "--format", "json").output)
    assert [move["weight"] > 0 for move in back["difference"]["moved"]] == [True]


def test_pages_are_linked_when_the_site_has_an_address(repository: Path) -> None:
    change(repository, LOWER)
    told = diff("HEAD", "--root", repository, "--site-url", "https://example.org/trees/").output
    assert "[`finding:shade-cools`](https://example.org/trees/findings/shade-cools/)" in told


def test_a_project_below_the_repositorys_root_is_found(tmp_path: Path) -> None:
    root = lay(tmp_path / "repository" / "topic", BASE)
    git(tmp_path / "repository", "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    change(root, LOWER)
    assert "1 conclusion stands weaker" in diff("HEAD", "--root", root).output


def test_a_broken_side_is_told_and_the_rest_still_compared(repository: Path) -> None:
    change(repository, LOWER)
    change(repository, {"files": {"evidence/guidance/water-young-trees.yaml": "title: [Water"}})
    result = diff("HEAD", "--root", repository)
    assert result.exit_code == 1
    assert "The state after has 1 problem;" in result.output
    assert "`evidence/guidance/water-young-trees.yaml:2:1` E106" in result.output
    assert "1 conclusion stands weaker" in result.output
    assert "guidance:water-young-trees` was" not in result.output


def test_what_is_no_revision_is_wrong_usage(repository: Path, tmp_path: Path) -> None:
    for revision in ("nowhere", "--output=x", "HEAD:evidence"):
        assert diff("--root", repository, "--", revision).exit_code == 2
    elsewhere = lay(tmp_path / "elsewhere", BASE)
    result = diff("HEAD", "--root", elsewhere)
    assert result.exit_code == 2
    assert "not a git repository" in result.output


def test_nothing_in_a_revision_has_a_say_in_what_is_read(repository: Path, tmp_path: Path) -> None:
    """Attributes cannot hide a file, filters do not run, and links are not followed."""
    secret = tmp_path / "secret.yaml"
    secret.write_text("title: A secret\n", "utf-8")
    change(
        repository,
        {
            "files": {
                ".gitattributes": "evidence/** export-ignore filter=evil\n",
                "evidence/guidance/linked.yaml": {"link": str(secret)},
            },
        }
        | LOWER,
    )
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "second")
    result = diff("HEAD~1", "HEAD", "--root", repository)
    assert "1 conclusion stands weaker" in result.output
    assert "`evidence/guidance/linked.yaml` E117" in result.output
    assert "secret" not in result.output
