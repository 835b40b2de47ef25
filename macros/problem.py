"""Problems: what is wrong with an input, where, and what to do about it.

Expected errors are values, not exceptions. Every stage returns what it made
*and* the problems it met, so that one run reports all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem weighs: an error stops a build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in an input file; lines and columns count from 1, 0 means the whole file."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of text that would remove the problem: replace `old` by `new` at the problem's place."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, said so that its author can act on it.

    `code` is stable and listed in `macros.catalogue`; `message` is one sentence;
    `suggestion` says what was probably meant or what to do next.
    """

    code: str
    place: Place
    message: str
    suggestion: str = ""
    severity: Severity = Severity.ERROR
    fix: Fix | None = field(default=None, compare=False)

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Order of a report: by file, then line, then column, then code; else as they were found."""
        return (self.place.path, self.place.line, self.place.column, self.code)
