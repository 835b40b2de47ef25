"""A new site: another team starts with the generator, adds a record of a kind of its own, and publishes."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from macros.cli import main
from macros.starter import _TAKEN, GENERATOR, new_site
from tests import html
from tests.projects import TINY, change
from tests.test_topic import ASSETS, FLAGSHIP_WORDS

pytestmark = pytest.mark.slow

TODAY = datetime.date(2026, 11, 22)
OWN_KIND = {
    "evidence/vocabularies/kinds.yaml": """\
title: Kinds of record
description: What a record can be on this site.
concepts:
  - {id: guidance, label: Hint, plural: Hints}
""",
    "evidence/guidance/leave-stems.yaml": """\
title: Leave stems over winter
status: published
created: 2026-11-22
modified: 2026-11-22
review_by: 2999-12-31
coding: single
coded_by: [contributor]
history:
  - {date: 2026-11-22, event: new, note: Made up for the tests.}
topic: watering
statement: Stems are left standing over winter.
strength: should
wording: Leave
applies_to: every-street
order: 1
source: example2020
claim: example2020/first-claim
themes: [first-theme]
""",
}


def run(folder: Path, *arguments: str) -> str:
    """Run the new project's own generator, in its folder, as its people would."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "SITE_URL"}}
    ran = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "bees"
    result = CliRunner().invoke(main, ["new-site", str(folder), "--name", "Bees: a start"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was started with the example, and to which somebody added a record of a kind of their own."""
    folder = tmp_path_factory.mktemp("begun")
    new_site(folder, "Bees", example=True, today=TODAY)
    for name in ("guidance-topics", "applies-to"):
        shutil.copy(TINY / f"evidence/vocabularies/{name}.yaml", folder / "evidence/vocabularies")
    change(folder, {"files": OWN_KIND})
    return folder


def test_a_new_site_is_empty_and_builds_strictly(empty: Path) -> None:
    assert run(empty, "macros", "check") == "No problems in 0 records, 0 claims and 0 references.\n"
    assert not re.search("WARNING|ERROR", run(empty, "macros", "build"))
    pages = dict(html.pages(empty / "site"))
    assert html.one(pages[""], "h1").text() == "Bees: a start"
    assert html.broken_links(empty / "site") == []


def test_no_word_of_this_topic_goes_with_it(empty: Path, begun: Path) -> None:
    run(begun, "macros", "build")
    found: dict[str, set[str]] = {}
    for folder in (empty, begun):
        for file in sorted(folder.rglob("*")):
            path = file.relative_to(folder)
            generator = path.parts[0] in {"macros", "overrides"} or "assets" in path.parts
            if (
                file.is_dir()
                or generator
                or file.suffix not in {".md", ".yml", ".yaml", ".html", ".json", ".xml", ".toml"}
            ):
                continue
            words = {match[0] for match in FLAGSHIP_WORDS.finditer(ASSETS.sub("", file.read_text("utf-8")))}
            if words:
                found[path.as_posix()] = words
    assert found == {}


def test_a_record_of_a_kind_of_its_own_is_on_the_site(begun: Path) -> None:
    run(begun, "macros", "build")
    page = dict(html.pages(begun / "site"))["guidance/leave-stems/"]
    assert html.one(page, ".bw-kind__name").text() == "Hint"
    assert html.one(page, "h1").text() == "Leave stems over winter"
    assert html.broken_links(begun / "site") == []


def test_what_is_made_from_the_model_is_made_for_the_new_topic(empty: Path) -> None:
    run(empty, "macros", "schema", "--check")
    run(empty, "macros", "issue-forms", "--check")


def test_what_it_starts_with_is_in_form(begun: Path) -> None:
    assert "Everything is in form." in run(begun, "macros", "fix", "--check")


def test_the_new_sites_own_test_passes_and_needs_nothing_of_this_project(begun: Path) -> None:
    assert "2 passed" in run(begun, "pytest", "-q", "-p", "no:cacheprovider")


def test_a_new_site_can_start_another(begun: Path, tmp_path: Path) -> None:
    run(begun, "macros", "new-site", str(tmp_path / "again"), "--name", "Again")
    settings = (tmp_path / "again" / "mkdocs.yml").read_text("utf-8")
    assert "site_name: Again\n" in settings
    assert "Bees" not in settings


def test_settings_keep_their_order_and_are_the_projects_apart_from_words(empty: Path) -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!ENV", lambda loader, node: str(node.value))
    one, other = (
        yaml.load(file.read_text("utf-8"), Loader) for file in (GENERATOR / "mkdocs.yml", empty / "mkdocs.yml")
    )
    assert list(one) == list(other)
    words = {"site_name", "site_description", "extra", "nav"}
    assert {key: one[key] for key in one if key not in words} == {key: other[key] for key in other if key not in words}


def test_everything_that_is_taken_is_there() -> None:
    assert [path for path in _TAKEN if not (GENERATOR / path).exists()] == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    result = CliRunner().invoke(main, ["new-site", str(tmp_path)])
    assert result.exit_code == 2
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    for name in ("", "x" * 81, "two\nlines"):
        assert CliRunner().invoke(main, ["new-site", str(tmp_path / "new"), "--name", name]).exit_code == 2
