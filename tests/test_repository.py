"""Edit links: only where the repository's address is known, in the form its host has."""

from __future__ import annotations

import pytest

from macros.repository import Repository

PATH = "evidence/findings/a b.yaml"


def test_without_an_address_there_is_no_link() -> None:
    assert Repository().edit(PATH) is None


@pytest.mark.parametrize(
    ("address", "tail"),
    [
        ("https://github.example/team/project", "edit/main/evidence/findings/a%20b.yaml"),
        ("https://gitlab.example/team/project/", "-/edit/main/evidence/findings/a%20b.yaml"),
        ("https://codeberg.example/team/project", "_edit/main/evidence/findings/a%20b.yaml"),
        ("https://bitbucket.example/team/project", "src/main/evidence/findings/a%20b.yaml?mode=edit"),
    ],
)
def test_each_host_has_its_own_form(address: str, tail: str) -> None:
    assert Repository(address).edit(PATH) == f"{address.rstrip('/')}/{tail}"


def test_another_host_can_be_described() -> None:
    repository = Repository("https://code.example/x", branch="next", pattern="change/{branch}?file={path}")
    assert repository.edit("docs/about.md") == "https://code.example/x/change/next?file=docs/about.md"


COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("address", "tail"),
    [
        ("https://github.example/team/project", f"blob/{COMMIT}/evidence/findings/a%20b.yaml"),
        ("https://gitlab.example/team/project/", f"-/blob/{COMMIT}/evidence/findings/a%20b.yaml"),
        ("https://codeberg.example/team/project", f"src/commit/{COMMIT}/evidence/findings/a%20b.yaml"),
        ("https://bitbucket.example/team/project", f"src/{COMMIT}/evidence/findings/a%20b.yaml"),
    ],
)
def test_a_file_can_be_seen_as_it_was(address: str, tail: str) -> None:
    assert Repository(address).view(PATH, COMMIT) == f"{address.rstrip('/')}/{tail}"


def test_where_old_files_are_is_not_guessed() -> None:
    assert Repository("https://code.example/x").view(PATH, COMMIT) is None
    assert Repository("https://github.example/x").view(PATH, "") is None
    described = Repository("https://code.example/x", view_pattern="at/{commit}?file={path}")
    assert described.view("docs/about.md", COMMIT) == f"https://code.example/x/at/{COMMIT}?file=docs/about.md"
