"""The edition: which state of the project a site was made from, so that what is cited can be found again."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONTENT = ("evidence", "bib", "docs", "macros", "overrides", "mkdocs.yml")
"""What pages are made from: a change in it that is not in the repository makes a build something else."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Edition:
    """A state of the project; all of it is empty where neither the environment nor a repository tells."""

    version: str = ""
    """A tag's name, or what git makes of the commit's id."""
    commit: str = ""
    """Full id of the commit; empty where files differ from it, because it holds something else then."""
    date: datetime.date | None = None
    changed: bool = False
    """Whether files differ from the version, so that nobody can get what was built from it alone."""

    @property
    def words(self) -> str:
        """How the edition is named in a sentence or a citation; empty where there is no version to name."""
        return f"version {self.version}{' with later changes' if self.changed else ''}" if self.version else ""


def read_edition(root: Path, environment: Mapping[str, str]) -> Edition:
    """Return the edition that the environment names, else the one that the repository at `root` stands at.

    The environment's names are `SITE_VERSION`, `SITE_COMMIT` and `SITE_DATE`; they are for builds
    from an archive, which carries no repository. A version without a commit can be named but not linked to.
    """
    version = environment.get("SITE_VERSION", "").strip()
    commit = environment.get("SITE_COMMIT", "").strip().lower()
    if version or commit:
        whole = commit if _COMMIT.fullmatch(commit) else ""
        return Edition(version or commit[:10], whole, _date(environment.get("SITE_DATE", "").strip()))
    found = _git(root, "log", "-1", "--format=%H %cs")
    if not found:
        return Edition()
    commit, _, day = found.partition(" ")
    version = _git(root, "describe", "--tags", "--always", "--abbrev=10") or commit[:10]
    if _git(root, "status", "--porcelain", "--", *CONTENT) != "":
        return Edition(version, "", _date(day), changed=True)
    return Edition(version, commit, _date(day))


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _git(root: Path, *arguments: str) -> str | None:
    """Return what git prints; None where it cannot tell."""
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - no argument comes from a record
            [program, "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
