"""The edition: named from the environment or by git, and never a version that the files are not."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

import pytest

from macros.edition import Edition, read_edition

COMMIT = "0123456789abcdef" * 2 + "01234567"
DAY = datetime.date(2026, 1, 31)


def git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *settings, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{DAY}T12:00:00+00:00")
    git(tmp_path, "init", "-q")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "a.yaml").write_text("a: 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "x")
    return tmp_path


def test_a_commit_names_itself(project: Path) -> None:
    commit = git(project, "rev-parse", "HEAD")
    assert read_edition(project, {}) == Edition(commit[:10], commit, DAY)
    assert read_edition(project, {}).words == f"version {commit[:10]}"


def test_a_tag_is_the_better_name(project: Path) -> None:
    git(project, "tag", "v2026.1")
    assert read_edition(project, {}).version == "v2026.1"


@pytest.mark.parametrize("name", ["evidence/a.yaml", "evidence/new.yaml"])
def test_changed_files_are_not_the_commit(project: Path, name: str) -> None:
    (project / name).write_text("a: 2\n")
    edition = read_edition(project, {})
    assert edition.changed
    assert edition.words.endswith("with later changes")
    assert not edition.commit, "a link to it would show something else"


def test_files_that_no_page_is_made_from_do_not_matter(project: Path) -> None:
    (project / "site").mkdir()
    (project / "site" / "index.html").write_text("x")
    assert read_edition(project, {}).commit


def test_the_environment_speaks_for_an_archive(tmp_path: Path) -> None:
    given = {"SITE_VERSION": "v1", "SITE_COMMIT": COMMIT, "SITE_DATE": "2026-01-31"}
    assert read_edition(tmp_path, given) == Edition("v1", COMMIT, DAY)
    assert read_edition(tmp_path, {"SITE_COMMIT": COMMIT}) == Edition(COMMIT[:10], COMMIT, None)
    assert read_edition(tmp_path, {"SITE_VERSION": "v1", "SITE_COMMIT": "main", "SITE_DATE": "soon"}) == Edition("v1")


def test_where_nobody_tells_nothing_is_made_up(tmp_path: Path) -> None:
    assert read_edition(tmp_path, {}) == Edition()
    assert not Edition().words
