"""Fixing: records and references put in form, file by file, and what is told of each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from macros.base import load
from macros.bibliography import read_bibliography
from macros.document import read
from macros.problem import Problem
from macros.reference_form import Correction, corrected
from macros.tidiness import Form, Slip, told


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of one file."""

    file: Path
    shown_as: str
    before: str = ""
    text: str | None = None
    """The text in form; None where nothing is to be changed."""
    slips: tuple[Slip, ...] = ()
    corrections: tuple[Correction, ...] = ()
    refused: str = ""
    problems: tuple[Problem, ...] = ()
    """Why the file cannot be read at all."""

    def told(self, *, show_diff: bool, dry: bool) -> Iterator[str]:
        """Yield lines about the file, nothing where there is nothing to tell."""
        if self.refused:
            yield f"{self.shown_as}: left as it was. {self.refused}"
            return
        if self.text is None:
            return
        if show_diff:
            lines = self.before.splitlines(keepends=True), self.text.splitlines(keepends=True)
            for line in difflib.unified_diff(*lines, f"a/{self.shown_as}", f"b/{self.shown_as}"):
                yield line.rstrip("\n")
        else:
            what = told(self.slips) or f"{len(self.corrections)} corrected"
            yield f"{self.shown_as}{' would change' if dry else ''}: {what}"
        for slip in self.slips:
            if slip.what == "spelling":
                guess = " This is what was probably meant: look at it." if slip.guessed else ""
                yield f"    line {slip.line}: “{slip.old}” → “{slip.new}”.{guess}"
        for correction in self.corrections:
            yield f"    line {correction.place.line}: “{correction.old}” → “{correction.new}”."


def records_and_references(root: Path, paths: Iterable[Path]) -> list[Path]:
    """Return the files of records and references among `paths` and below them; all of them without any."""
    found: set[Path] = set()
    for path in [*paths] or [root / "evidence", root / "bib"]:
        inside = path.rglob("*") if path.is_dir() else [path]
        found |= {file for file in inside if file.is_file() and not file.is_symlink() and _ours(file, root)}
    return sorted(found)


def _ours(file: Path, root: Path) -> bool:
    if not file.is_relative_to(root):
        return False
    folder = file.relative_to(root).parts[0]
    return (folder, file.suffix) in {("evidence", ".yaml"), ("bib", ".bib")}


def fixed(root: Path, files: Iterable[Path]) -> Iterator[Fixed]:
    """Put each file in form, without writing it."""
    form = Form.of(load(root)[0])
    for file in files:
        shown_as = file.relative_to(root).as_posix()
        if file.suffix == ".bib":
            yield _fixed_references(file, root, shown_as)
            continue
        document, problems = read(file, shown_as)
        if document is None or problems:
            yield Fixed(file, shown_as, problems=tuple(problems))
            continue
        tidied = form.file(file, root)
        if tidied is None:
            continue
        before = file.read_bytes().decode("utf-8")
        changed = not tidied.refused and tidied.text != before
        yield Fixed(
            file,
            shown_as,
            before,
            tidied.text if changed else None,
            tidied.slips if changed else (),
            (),
            tidied.refused,
        )


def _fixed_references(file: Path, root: Path, shown_as: str) -> Fixed:
    _, problems = read_bibliography([file], root)
    unreadable = tuple(problem for problem in problems if problem.code in ("E501", "E502", "E518", "E523"))
    if unreadable:
        return Fixed(file, shown_as, problems=unreadable)
    before = file.read_bytes().decode("utf-8-sig")
    text, corrections, refused = corrected(before, shown_as)
    return Fixed(file, shown_as, before, text if corrections and not refused else None, (), corrections, refused)
