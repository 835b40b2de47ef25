"""Small projects in temporary folders: evidence bases on street trees, and changes to them."""

from __future__ import annotations

import io
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from macros.build import build
from macros.document import Data, parse

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "tiny"
"""A whole second topic, with pages that call every macro."""
BASE = ROOT / "tests" / "golden" / "base"
"""The same topic with as little as there can be of every kind; what golden cases change."""

LINKED = {
    "macros": ROOT / "macros",
    "overrides": ROOT / "overrides",
    "project.yml": ROOT / "mkdocs.yml",
    "docs/assets": ROOT / "docs" / "assets",
}
"""What a second topic takes from the project as it is."""


def lay(folder: Path, source: Path = TINY, *, pages: bool = False) -> Path:
    """Lay a project in `folder`, with its pages and the theme if it is to be built."""
    for part in ("evidence", "bib", "sources"):
        if (source / part).is_dir():
            shutil.copytree(source / part, folder / part)
    if pages:
        shutil.copytree(source / "docs", folder / "docs")
        shutil.copy(source / "mkdocs.yml", folder)
        for name, target in LINKED.items():
            (folder / name).symlink_to(target)
    return folder


def change(root: Path, overlay: Mapping[str, Any]) -> None:
    """Apply an overlay: whole `files`, `sources`, and `edits` of a text that stands exactly once in a file."""
    for path, content in overlay.get("files", {}).items():
        write(root / path, content)
    for name, content in overlay.get("sources", {}).items():
        write(root / "sources" / name, content)
    for path, replacements in overlay.get("edits", {}).items():
        edit(root / path, replacements)


def edit(file: Path, replacements: Mapping[str, str]) -> None:
    """Replace texts in a file; each has to stand there exactly once."""
    text = file.read_text("utf-8")
    for old, new in replacements.items():
        assert text.count(old) == 1, f"“{old}” stands {text.count(old)} times in {file.name}"
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def write(file: Path, content: Any) -> None:
    """Write a file: a text, or what the golden cases need besides (see the keys below); None deletes it."""
    if content is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    match content:
        case str():
            file.write_text(content, "utf-8")
        case {"bytes": raw}:
            file.write_bytes(raw.encode("latin-1"))
        case {"link": target}:
            file.symlink_to(target)
        case {"repeat": text, "times": times, **around}:
            file.write_text(around.get("before", "") + text * times + around.get("after", ""), "utf-8")
        case {"socket": True}:  # stands for what cannot be read, also by root
            os.mknod(file, stat.S_IFSOCK | 0o600)
        case _:
            raise ValueError(content)


def run(root: Path, site: Path | None = None) -> tuple[int, str]:
    """Build the project strictly; return the exit status and what was printed."""
    stream = io.StringIO()
    status = build(root, site or root / "site", stream=stream)
    return status, stream.getvalue()


def builds(root: Path) -> Path:
    """Build the project strictly, make sure that nothing was complained of, and return the site."""
    status, output = run(root)
    assert not output, output
    assert status == 0
    return root / "site"


def records(root: Path) -> Iterator[tuple[Path, dict[str, Data]]]:
    """Yield the data of every YAML file of an evidence base as it was typed: all scalars are text."""
    for file in sorted((root / "evidence").rglob("*.yaml")):
        document, problems = parse(file.read_bytes(), file.name)
        assert document is not None, problems
        yield file, document.data


def dump(file: Path, data: Mapping[str, Data]) -> None:
    """Write a record's data back, every text in quotation marks so that none changes its meaning."""
    text = yaml.dump(dict(data), allow_unicode=True, sort_keys=False, default_style='"', width=100)
    file.write_text(text, "utf-8")
