"""Building: all or nothing, and nothing of anybody else's in the way."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

import pytest

from macros.build import FAILED, OK, WRONG_USAGE, build

CONFIG = """
site_name: Trial
theme: {name: mkdocs}
plugins: []
validation: {links: {not_found: warn}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    (tmp_path / "docs" / "index.md").write_text("# First\n")
    return tmp_path


def run(root: Path, target: str = "site", **options: Any) -> tuple[int, str]:
    said = io.StringIO()
    return build(root, root / target, stream=said, **options), said.getvalue()


def everything(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


def test_a_site_is_written_and_nothing_is_said(root: Path) -> None:
    assert run(root) == (OK, "")
    assert "First" in (root / "site" / "index.html").read_text()
    assert everything(root) == {"docs", "mkdocs.yml", "site"}


def test_others_may_read_the_site(root: Path) -> None:
    run(root)
    assert (root / "site").stat().st_mode & stat.S_IRWXU == stat.S_IRWXU
    assert (root / "site").stat().st_mode == (root / "docs").stat().st_mode


def test_a_site_takes_the_old_ones_place(root: Path) -> None:
    run(root)
    (root / "site" / "old.txt").write_text("left over")
    (root / "docs" / "index.md").write_text("# Second\n")
    assert run(root) == (OK, "")
    assert "Second" in (root / "site" / "index.html").read_text()
    assert not (root / "site" / "old.txt").exists()
    assert everything(root) == {"docs", "mkdocs.yml", "site"}


def test_a_warning_fails_and_leaves_the_site_as_it_was(root: Path) -> None:
    run(root)
    (root / "docs" / "index.md").write_text("# Third\n\n[nowhere](missing.md)\n")
    status, said = run(root)
    assert status == FAILED
    assert "missing.md" in said
    assert said.endswith("The build failed; the site that was there is as it was.\n")
    assert "First" in (root / "site" / "index.html").read_text()
    assert everything(root) == {"docs", "mkdocs.yml", "site"}


def test_a_failure_without_a_site_before_leaves_none(root: Path) -> None:
    (root / "docs" / "index.md").write_text("[nowhere](missing.md)\n")
    status, said = run(root)
    assert status == FAILED
    assert said.endswith("The build failed; no site was written.\n")
    assert everything(root) == {"docs", "mkdocs.yml"}


def test_a_warning_passes_where_strictness_is_given_up(root: Path) -> None:
    (root / "docs" / "index.md").write_text("[nowhere](missing.md)\n")
    status, said = run(root, strict=False)
    assert status == OK
    assert "missing.md" in said


def test_wrong_settings_fail(root: Path) -> None:
    (root / "mkdocs.yml").write_text(CONFIG + "theme: {name: nonesuch}\n")
    status, said = run(root)
    assert status == FAILED
    assert "nonesuch" in said


@pytest.mark.parametrize("target", [".", "..", "docs", "notes.txt"])
def test_what_is_not_a_site_is_not_replaced(root: Path, target: str) -> None:
    (root / "notes.txt").write_text("mine")
    before = everything(root)
    status, said = run(root, target)
    assert status == WRONG_USAGE
    assert said
    assert everything(root) == before


def test_a_link_is_not_followed(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / "site").symlink_to(root / "elsewhere")
    status, _ = run(root)
    assert status == WRONG_USAGE
    assert not list((root / "elsewhere").iterdir())


@pytest.mark.parametrize(("address", "told"), [("", 1), ("https://site.example/", 0)])
def test_whoever_builds_is_told_what_a_site_without_an_address_lacks(root: Path, address: str, told: int) -> None:
    (root / "mkdocs.yml").write_text(f"{CONFIG}site_url: '{address}'\n")
    notices: list[str] = []
    assert run(root, echo=notices.append) == (OK, "")
    assert len(notices) == told
    assert all("SITE_URL" in notice for notice in notices)
