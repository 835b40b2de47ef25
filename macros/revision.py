"""Revisions: the evidence of an earlier or another state of the project, taken out of git.

Files are read object by object and never checked out, so that nothing in the revision (a filter,
an attribute, a hook) has a say in what is read, and nothing of it is run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

FOLDERS = ("evidence", "bib", "docs")
"""What a revision's evidence is read from; `docs` because pages cite references too."""
_LINK = "120000"
_FILES = {"100644", "100755", "100664"}
_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_TEXT = {".yaml", ".yml", ".csv", ".bib", ".md", ".txt"}


class NoGit(Exception):  # noqa: N818 - it is the machine's, not ours
    """Git is not there, or the folder is not in a repository."""


def commit_of(root: Path, revision: str) -> str | None:
    """Return the full id of the commit that a revision names, or None when there is none."""
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False)
    return found.decode().strip() or None


def changed_lines(root: Path, commit: str) -> dict[str, frozenset[int]]:
    """Return what has changed since a commit: the new or changed lines of each file, by its path below `root`.

    Since the commit that both states come from, so that what others changed meanwhile does not count. A
    file that git does not know yet has changed as a whole, which is said by no lines at all.
    """
    ours = _git(root, "merge-base", commit, "HEAD", check=False).decode().strip() or commit
    told = _git(root, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-renames", "--relative", ours)
    found: dict[str, set[int]] = {}
    path = ""
    for line in told.decode("utf-8", "replace").splitlines():
        if line.startswith("+++ "):
            path = line[6:].rstrip("\t") if line.startswith("+++ b/") else ""
        elif path and (hunk := _HUNK.match(line)):
            start, length = int(hunk[1]), int(hunk[2] or 1)
            found.setdefault(path, set()).update(range(start, start + length))
    unknown = _git(root, "ls-files", "--others", "--exclude-standard", "-z").decode("utf-8", "replace").split("\0")
    return {path: frozenset(lines) for path, lines in found.items()} | {path: frozenset() for path in unknown if path}


def take_out(root: Path, commit: str, into: Path) -> Path:
    """Write the evidence of a commit below `into` and return that folder; a link becomes one that leads nowhere."""
    prefix = _git(root, "rev-parse", "--show-prefix").decode().strip()
    entries = list(_entries(root, f"{commit}:{prefix}"))
    contents = _contents(root, [object_id for _, _, object_id in entries])
    for (mode, path, _), content in zip(entries, contents, strict=True):
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            target.symlink_to(os.devnull)
        else:
            target.write_bytes(content)
    return into


def _entries(root: Path, tree: str) -> Iterator[tuple[str, str, str]]:
    """Yield mode, path and object of each file that evidence is read from, or that should not lie there."""
    for line in _git(root, "ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0"):
        head, _, raw = line.partition(b"\t")
        path = raw.decode("utf-8", "replace")
        parts = PurePosixPath(path).parts
        if not parts or parts[0] not in FOLDERS or ".." in parts or path.startswith("/"):
            continue
        mode, _, object_id = head.decode().split()
        wanted = parts[0] == "evidence" or PurePosixPath(path).suffix in _TEXT
        if wanted and mode in {_LINK, *_FILES}:
            yield mode, path, object_id


def _contents(root: Path, objects: Sequence[str]) -> Iterator[bytes]:
    """Yield the bytes of each object, in order."""
    out = _git(root, "cat-file", "--batch", feed="".join(f"{each}\n" for each in objects).encode())
    start = 0
    for _ in objects:
        end = out.index(b"\n", start)
        size = int(out[start:end].split()[2])
        yield out[end + 1 : end + 1 + size]
        start = end + 1 + size + 1


def _git(root: Path, *arguments: str, feed: bytes = b"", check: bool = True) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise NoGit("Git is not installed on this machine.")
    ran = subprocess.run(  # noqa: S603 - git itself, with a revision that git has made into an id
        [git, "-C", str(root), *arguments], input=feed, capture_output=True, check=False
    )
    if ran.returncode and (check or b"not a git repository" in ran.stderr):
        raise NoGit(ran.stderr.decode("utf-8", "replace").strip() or f"git {arguments[0]} failed.")
    return ran.stdout
