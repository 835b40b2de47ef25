"""Workflows: what runs on the host has few rights, is pinned, and never runs what a stranger sends.

The rules that a program knows are left to it (zizmor, and GitHub's own schema); those that are this
project's stand here.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from macros.cli import main as commands
from macros.issue_form import forms
from macros.kinds import FOLDERS
from tests.projects import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
NAMES = [file.stem for file in WORKFLOWS]

ACTIONS = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/configure-pages": "983d7736d9b0ae728b81ab479565c72886d7745b # v5.0.0",
    "actions/deploy-pages": "cd2ce8fcbc39b97be8ca5fce6e763baed58fa128 # v5.0.0",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "actions/labeler": "bf12e9b00b37c5c0ca2b87b79b2daf7891dbda13 # v7.0.0",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "actions/upload-pages-artifact": "fc324d3547104276b827a68afc52ff2a11cc49c9 # v5.0.0",
}
"""The commits that somebody looked at; a renewed pin is renewed here too."""

Workflow = dict[Any, Any]


def read(name: str) -> Workflow:
    workflow: Workflow = yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text("utf-8"))
    return workflow


def triggers(workflow: Workflow) -> set[str]:
    on = workflow[True]  # YAML 1.1 takes “on” for a truth value
    return set(on) if isinstance(on, dict | list) else {on}


def steps(workflow: Workflow) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in workflow["jobs"].items():
        for step in job["steps"]:
            yield name, step


def ran(*command: str | Path) -> None:
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_zizmor_finds_nothing() -> None:
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or shutil.which("zizmor")
    assert zizmor, "zizmor is pinned in requirements-dev.in"
    ran(zizmor, "--offline", "--no-progress", "--strict-collection", ".github")


def test_github_can_read_the_files() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    ran(*check, "vendor.github-workflows", *WORKFLOWS)
    ran(*check, "vendor.dependabot", GITHUB / "dependabot.yml")


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_pinned_to_a_commit_that_was_looked_at(name: str) -> None:
    text = (GITHUB / "workflows" / f"{name}.yml").read_text("utf-8")
    for used in re.findall(r"uses: *(.+)", text):
        action, _, pin = used.partition("@")
        assert ACTIONS.get(action) == pin, used


def test_no_pin_is_kept_that_nothing_uses() -> None:
    text = "".join(file.read_text("utf-8") for file in WORKFLOWS)
    assert [action for action in ACTIONS if f"{action}@" not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_rights_are_given_job_by_job(name: str) -> None:
    workflow = read(name)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert isinstance(job["permissions"], dict)
        assert "timeout-minutes" in job


@pytest.mark.parametrize("name", NAMES)
def test_no_checkout_keeps_the_token(name: str) -> None:
    for job, step in steps(read(name)):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, job
            # None checks out anything but what the event itself names.
            assert not {"ref", "repository"} & set(step["with"]), job


@pytest.mark.parametrize("name", NAMES)
def test_no_text_from_outside_reaches_a_shell_but_in_a_variable(name: str) -> None:
    for job, step in steps(read(name)):
        assert "${{" not in step.get("run", ""), (job, step.get("name"))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_pull_request_brings_runs_without_rights(name: str) -> None:
    workflow = read(name)
    if "pull_request" not in triggers(workflow):
        return
    assert "secrets." not in json.dumps(workflow)
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}


def test_what_has_rights_after_a_pull_request_has_no_code() -> None:
    """The job that may write sees a report and runs nothing of anybody's repository."""
    assert [name for name in NAMES if "pull_request_target" in triggers(read(name))] == []
    for name in NAMES:
        workflow = read(name)
        if "workflow_run" not in triggers(workflow):
            continue
        for job in workflow["jobs"].values():
            writes = "write" in job["permissions"].values()
            checks_out = any(step.get("uses", "").startswith("actions/checkout@") for step in job["steps"])
            assert not (writes and checks_out)
            for step in job["steps"]:
                assert not re.search(
                    r"git (checkout|switch|merge|apply)(?![-\w])|make |pip install \.", step.get("run", "")
                )


def test_an_issues_text_is_read_without_rights() -> None:
    workflow = read("import-issue")
    reading = [job for job, step in steps(workflow) if "github.event.issue.body" in json.dumps(step.get("env", {}))]
    assert reading == ["read"]
    assert workflow["jobs"]["read"]["permissions"] == {"contents": "read"}


def test_the_report_waits_for_a_workflow_that_exists() -> None:
    names = {read(name)["name"] for name in NAMES}
    for name in NAMES:
        awaited = read(name)[True]
        if isinstance(awaited, dict) and "workflow_run" in awaited:
            assert set(awaited["workflow_run"]["workflows"]) <= names


def test_the_commands_and_targets_that_are_called_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name in NAMES:
        for _, step in steps(read(name)):
            run = step.get("run", "")
            assert set(re.findall(r"-m macros ([a-z-]+)", run)) <= set(commands.commands)
            assert set(re.findall(r"\bmake ([a-z-]+)", run)) <= targets


def test_the_issues_that_are_read_are_those_of_the_forms() -> None:
    from macros.base import load

    asked = set(re.findall(r"labels\.\*\.name, '([a-z-]+)'", read("import-issue")["jobs"]["read"]["if"]))
    assert asked == {form.id for form in forms(load(ROOT)[0])}


def test_labels_stand_for_folders_that_exist() -> None:
    rules = yaml.safe_load((GITHUB / "labeler.yml").read_text("utf-8"))
    for label, conditions in rules.items():
        for glob in conditions[0]["changed-files"][0]["any-glob-to-any-file"]:
            assert next(ROOT.glob(glob.replace("/**", "") or "*"), None), (label, glob)
            if glob.startswith("evidence/") and glob.count("/") > 1:
                assert glob.split("/")[1] in {*FOLDERS, "vocabularies"}


def test_the_editor_indents_as_the_files_do() -> None:
    """What .editorconfig says of each sort of file is true of those that are there."""
    steps_of = {"*.py": 4, "*.yaml": 2, "*.yml": 2, "*.html.j2": 2, "*.css": 2, "*.js": 2, "*.toml": 2}
    for pattern, step in steps_of.items():
        depths = [
            len(line) - len(line.lstrip(" "))
            for folder in ("macros", "overrides", "docs", ".github")
            for file in (ROOT / folder).rglob(pattern)
            for line in file.read_text("utf-8").splitlines()
            if line.strip() and not line.lstrip().startswith(("*", "#", '"'))
        ]
        odd = sum(depth % step for depth in depths)
        assert odd <= len(depths) * step * 0.02, pattern


def test_the_container_prepares_the_project_by_its_own_commands() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert "make check" in container["postCreateCommand"]


def test_the_documents_name_commands_and_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), *GITHUB.glob("*.md")]
    for file in [*documents, *(ROOT / "macros" / "starter").rglob("*.md")]:
        text = file.read_text("utf-8")
        assert set(re.findall(r"python -m macros ([a-z][a-z-]*)", text)) <= set(commands.commands), file
        assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets, file
