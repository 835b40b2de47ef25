"""The command line: what it says, to people and to machines, and its exit statuses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator, FormatChecker

from macros.cli import main
from macros.codes import CODES, DESCRIBED
from macros.problem import Place, Problem
from macros.report import FORMATS
from tests.projects import BASE, ROOT, change, lay

WELL, WRONG, MISUSED = 0, 1, 2
SLIP = {"edits": {"evidence/guidance/water-young-trees.yaml": {"strength: must": "strength: msut"}}}
OVERDUE = {
    "edits": {
        "evidence/guidance/water-young-trees.yaml": {
            "created: 2026-11-22": "created: 2019-11-22",
            "review_by: 2999-12-31": "review_by: 2020-12-31",
        }
    }
}


def command(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = lay(tmp_path, BASE)
    assert command("fix", "--root", root).exit_code == WELL
    return root


# Exit statuses -----------------------------------------------------------------------------------


def test_statuses_tell_well_from_wrong_from_misused(root: Path) -> None:
    assert command("check", "--root", root).exit_code == WELL
    change(root, SLIP)
    assert command("check", "--root", root).exit_code == WRONG
    for arguments in (
        ["chek"],
        ["check", "--root", root / "nowhere"],
        ["check", "--format", "xml"],
        ["check", "--colour"],
        ["explain", "E999"],
        ["passages", "--root", root],
        ["build", "--root", root, "one", "two"],
    ):
        result = command(*arguments)
        assert result.exit_code == MISUSED, arguments
        assert "Usage:" in result.output
        assert "Error:" in result.output


def test_a_warning_is_told_and_fails_nothing(root: Path) -> None:
    change(root, OVERDUE)
    result = command("check", "--root", root)
    assert result.exit_code == WELL
    assert "warning E407" in result.output
    assert "1 warning in 1 file." in result.output


def test_the_module_itself_passes_the_status_on(root: Path) -> None:
    change(root, SLIP)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for arguments, status in ((["check", "--root", str(root)], WRONG), (["explain", "E101"], WELL), (["x"], MISUSED)):
        ran = subprocess.run(
            [sys.executable, "-m", "macros", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert ran.returncode == status
        assert "Traceback" not in ran.stderr


# Reports -----------------------------------------------------------------------------------------


def test_text_shows_place_sentence_line_caret_and_what_to_do(root: Path) -> None:
    change(root, SLIP)
    assert command("check", "--root", root).output == (
        "evidence/guidance/water-young-trees.yaml:13:11: error E301: “msut” is not a term of the vocabulary “strengths”.\n"
        "    strength: msut\n"
        "              ^\n"
        "    → Did you mean “must”?\n"
        "1 error in 1 file. “python -m macros explain E301” tells more about a code.\n"
    )


def test_all_problems_are_told_in_one_run_sorted_by_place(root: Path) -> None:
    change(root, SLIP)
    change(
        root,
        {
            "edits": {
                "evidence/findings/shade-cools.yaml": {"title: ": "titel: "},
                "bib/references.bib": {"date = {1999}": "date = {199}"},
            }
        },
    )
    found = json.loads(command("check", "--root", root, "--format", "json").output)
    places = [(problem["path"], problem["line"], problem["column"]) for problem in found]
    assert places == sorted(places)
    assert {path for path, _, _ in places} == {
        "bib/references.bib",
        "evidence/findings/shade-cools.yaml",
        "evidence/guidance/water-young-trees.yaml",
    }


def test_reports_do_not_depend_on_the_run(root: Path) -> None:
    change(root, SLIP)
    change(
        root,
        {
            "edits": {
                "evidence/findings/shade-cools.yaml": {
                    "in one study.": "in one study [[finding:a]] [[finding:b]] [[finding:c]] [[x:d]]."
                }
            }
        },
    )
    told = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        ran = subprocess.run(
            [sys.executable, "-m", "macros", "check", "--root", str(root)],
            env=environment,
            capture_output=True,
            check=False,
            cwd=ROOT,
        )
        told.add(ran.stdout)
    assert len(told) == 1


def test_json_has_the_documented_keys(root: Path) -> None:
    assert json.loads(command("check", "--root", root, "--format", "json").output) == []
    change(root, SLIP)
    (problem,) = json.loads(command("check", "--root", root, "--format", "json").output)
    assert problem == {
        "code": "E301",
        "severity": "error",
        "path": "evidence/guidance/water-young-trees.yaml",
        "line": 13,
        "column": 11,
        "message": "“msut” is not a term of the vocabulary “strengths”.",
        "suggestion": "Did you mean “must”?",
        "fix": {"old": "msut", "new": "must"},
    }


def test_github_annotations_escape_what_would_end_them(root: Path) -> None:
    assert command("check", "--root", root, "--format", "github").output == ""
    nasty = [
        Problem(
            "E999", Place("evidence/a,b:c%d\ne.yaml", 3, 4), "100% of\nlines::error::\r are, well: lost.", "Try a,b."
        ),
        Problem("E998", Place("evidence/whole.yaml"), "All of it.", severity=CODES["E407"].severity),
    ]
    assert FORMATS["github"](nasty, root).split("\n") == [
        "::error file=evidence/a%2Cb%3Ac%25d%0Ae.yaml,line=3,col=4,title=E999::100%25 of%0Alines::error::%0D are, well: lost. Try a,b.",
        "::warning file=evidence/whole.yaml,line=1,col=1,title=E998::All of it.",
    ]


def test_a_report_of_many_problems_is_one_of_each_line(root: Path) -> None:
    change(root, SLIP)
    change(root, {"edits": {"evidence/findings/shade-cools.yaml": {"level: low": "level: lwo"}}})
    lines = command("check", "--root", root, "--format", "github").output.splitlines()
    assert len(lines) == len(json.loads(command("check", "--root", root, "--format", "json").output)) == 2
    assert all(re.fullmatch(r"::(error|warning) file=[^,]+,line=\d+,col=\d+,title=E\d+::.+", line) for line in lines)


# Codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_with_a_wrong_and_a_right_example(code: str) -> None:
    about, result = CODES[code], command("explain", code.lower())
    assert result.exit_code == WELL
    for part in (f"{code} {about.name}", about.summary, f"Why: {about.why}", "Wrong:", "Right:"):
        assert part in result.output
    for example in (about.wrong, about.right):
        assert "\n".join(f"    {line}" for line in example.splitlines()) in result.output
    assert about.wrong != about.right
    assert about.summary.endswith(".")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", about.name)


def test_codes_are_listed_and_have_names_of_their_own() -> None:
    output = command("explain").output
    assert [line.split()[0] for line in output.splitlines()] == sorted(CODES)
    assert len({about.name for about in CODES.values()}) == len(CODES)
    assert len(DESCRIBED) == len(CODES), "two rules share a code"


def test_an_unknown_code_is_misuse_with_a_guess() -> None:
    result = command("explain", "E30")
    assert result.exit_code == MISUSED
    assert "There is no code “E30”. Did you mean “E30" in result.output


def test_every_code_that_is_reported_is_described() -> None:
    reported = set()
    for file in (ROOT / "macros").rglob("*.py"):
        reported |= set(re.findall(r'"(E\d{3})"', file.read_text("utf-8")))
    assert reported == set(CODES)


# Schemas -----------------------------------------------------------------------------------------


class CoreLoader(yaml.SafeLoader):
    """Reads YAML as VS Code's extension does, which follows YAML 1.2's core schema unless told otherwise.

    `NO` and `2026-11-22` are text there, `12:30` too; `1.10` is a number, so a text that looks like
    one needs quotation marks for the editor, though `macros.document` reads it as it was typed.
    """

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - as PyYAML has it


for kind, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{pattern})$"), list(first))
CoreLoader.add_constructor(
    "tag:yaml.org,2002:int", lambda _, node: int(node.value, 0 if node.value[1:2] in "ox" else 10)
)


def test_the_core_loader_reads_as_an_editor_does() -> None:
    read = yaml.load("[NO, yes, on, 12:30, 2026-11-22, 1.10, 0o17, 017, ~, true, 1e3]", CoreLoader)
    assert read == ["NO", "yes", "on", "12:30", "2026-11-22", 1.1, 15, 17, None, True, 1000.0]


def in_editor() -> Iterator[tuple[str, str]]:
    settings = json.loads((ROOT / ".vscode/settings.json").read_text("utf-8"))
    for schema, patterns in settings["yaml.schemas"].items():
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            yield schema, pattern


def complaints(schema: str, files: list[Path]) -> list[str]:
    """Return what an editor would mark in some files."""
    description = json.loads((ROOT / schema).read_text("utf-8"))
    Draft202012Validator.check_schema(description)
    validator = Draft202012Validator(description, format_checker=FormatChecker())
    return [
        f"{file}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for file in files
        for error in validator.iter_errors(yaml.load(file.read_text("utf-8"), CoreLoader))
    ]


def test_schemas_are_as_the_models_and_vocabularies_are_now() -> None:
    result = command("schema", "--root", ROOT, "--check")
    assert result.output == ""
    assert result.exit_code == WELL


def test_schema_writes_what_is_stale_and_nothing_else(root: Path) -> None:
    assert command("schema", "--root", root, "--check").exit_code == WRONG
    assert not (root / "macros").exists()
    written = command("schema", "--root", root)
    assert written.exit_code == WELL
    assert written.output.count("written") == len(list((root / "macros/schemas").iterdir())) == 12
    assert command("schema", "--root", root, "--check").output == ""
    change(
        root,
        {"edits": {"evidence/vocabularies/themes.yaml": {"id: roots": "id: rootlets"}, "evidence/published.txt": {}}},
    )
    stale = command("schema", "--root", root, "--check")
    assert stale.exit_code == WRONG
    assert "macros/schemas/finding.schema.json is out of date" in stale.output


def test_every_record_file_has_a_schema_in_the_editor() -> None:
    covered = {file for _, pattern in in_editor() for file in ROOT.glob(pattern)}
    assert set((ROOT / "evidence").rglob("*.yaml")) - covered == set()
    assert {schema for schema, _ in in_editor()} == {
        f"macros/schemas/{file.name}" for file in (ROOT / "macros/schemas").iterdir()
    }


@pytest.mark.parametrize(("schema", "pattern"), list(in_editor()))
def test_editors_find_nothing_wrong_in_the_records(schema: str, pattern: str) -> None:
    assert complaints(schema, sorted(ROOT.glob(pattern))) == []


def test_editors_mark_what_the_check_refuses(root: Path) -> None:
    command("schema", "--root", root)
    file = root / "evidence/guidance/water-young-trees.yaml"
    assert complaints(str(root / "macros/schemas/guidance.schema.json"), [file]) == []
    for old, new in (
        ("strength: must", "strength: msut"),
        ("topic: watering", "id: water\ntopic: watering"),
        ("title: Water young trees\n", ""),
        ("review_by: 2999-12-31", "review_by: soon"),
        ("themes: [roots]", "themes: [rots]"),
        ("themes: [roots]", "themes: roots"),
        ("wording: Water", "wordings: Water"),
    ):
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        assert complaints(str(root / "macros/schemas/guidance.schema.json"), [file]), new
        assert command("check", "--root", root).exit_code == WRONG
        file.write_text(text, "utf-8")


# The register ------------------------------------------------------------------------------------


def test_register_adds_what_is_published_and_takes_nothing_out(root: Path) -> None:
    register = root / "evidence/published.txt"
    before = register.read_text("utf-8")
    change(
        root, {"edits": {"evidence/vocabularies/themes.yaml": {"id: roots, label: Roots": "id: roots, label: Roots"}}}
    )
    assert command("register", "--root", root).output == "0 added; 30 in the register.\n"
    assert register.read_text("utf-8") == before
    text = (root / "evidence/guidance/water-young-trees.yaml").read_text("utf-8")
    (root / "evidence/guidance/prune.yaml").write_text(text, "utf-8")
    (root / "evidence/guidance/graft.yaml").write_text(text.replace("status: published", "status: draft"), "utf-8")
    assert command("register", "--root", root).output == "1 added; 31 in the register.\n"
    after = register.read_text("utf-8").splitlines()
    assert set(after) - set(before.splitlines()) == {"guidance:prune"}
    assert after[1:] == sorted(after[1:])
    (root / "evidence/guidance/prune.yaml").unlink()
    result = command("register", "--root", root)
    assert result.exit_code == WRONG
    assert "“guidance:prune” was published and is gone." in result.output
    assert register.read_text("utf-8").splitlines() == after


def test_register_changes_nothing_while_something_is_wrong(root: Path) -> None:
    before = (root / "evidence/published.txt").read_text("utf-8")
    change(root, SLIP)
    assert command("register", "--root", root).exit_code == WRONG
    assert (root / "evidence/published.txt").read_text("utf-8") == before


# Passages ----------------------------------------------------------------------------------------


def test_passages_count_what_was_held_against_texts(root: Path) -> None:
    result = command("passages", "--root", root, "--sources", root / "sources")
    assert result.exit_code == WELL
    assert result.output == "13 of 13 claims held against 2 sources' texts.\n"
    (root / "sources/elmton2021.txt").unlink()
    result = command("passages", "--root", root, "--sources", root / "sources")
    assert result.output == "7 of 13 claims held against 1 sources' texts.\n"


def test_a_source_may_have_several_texts(root: Path) -> None:
    text = (root / "sources/elmton2021.txt").read_text("utf-8")
    first, _, rest = text.partition("Soil.")
    (root / "sources/elmton2021.txt").write_text(first, "utf-8")
    assert command("passages", "--root", root, "--sources", root / "sources").exit_code == WRONG
    (root / "sources/elmton2021-soil.txt").write_text(rest, "utf-8")
    assert command("passages", "--root", root, "--sources", root / "sources").exit_code == WELL


# Building ----------------------------------------------------------------------------------------


def test_build_refuses_wrong_records_and_leaves_the_site(root: Path) -> None:
    site = root / "site"
    site.mkdir()
    (site / "index.html").write_text("old", "utf-8")
    change(root, SLIP)
    result = command("build", "--root", root)
    assert result.exit_code == WRONG
    assert "E301" in result.output
    assert "Nothing was built; the site that was there is as it was." in result.output
    assert (site / "index.html").read_text("utf-8") == "old"
