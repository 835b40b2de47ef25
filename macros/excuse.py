"""Exceptions: links and references that the checks may find fault with for a while, each with a reason and a last day.

They stand in one file. One that excuses nothing, or whose last day is past, is itself a problem, so that
the list stays short and true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from macros.document import Data, Document, read
from macros.nearest import did_you_mean
from macros.problem import Place, Problem

FILE = "link-exceptions.yml"
_LIST = "exceptions"
_NEEDED = ("link", "reason", "until")
_FIELDS = (*_NEEDED, "code")


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with a link, and the link."""

    link: str
    """As it is written, in full."""
    problem: Problem


@dataclass(frozen=True, slots=True)
class Excuse:
    """One exception."""

    link: str
    """The address as written, or @ and a reference's key; one that ends in * stands for all that start so."""
    code: str
    """The only problem that is excused; empty for any."""
    reason: str
    until: date
    place: Place

    @property
    def is_external(self) -> bool:
        """Whether the exception is for an address elsewhere."""
        return self.link.startswith(("http://", "https://"))

    @property
    def is_reference(self) -> bool:
        """Whether the exception is for what is registered of a reference."""
        return self.link.startswith("@")

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is excused."""
        return self.matches(finding.link) and self.code in ("", finding.problem.code)

    def matches(self, link: str) -> bool:
        """Whether the exception is for a link."""
        return link.startswith(self.link[:-1]) if self.link.endswith("*") else link == self.link


def read_excuses(root: Path) -> tuple[tuple[Excuse, ...], list[Problem]]:
    """Read the exceptions of a project, with every problem met on the way; none where there is no file."""
    file = root / FILE
    if not file.exists():
        return (), []
    document, problems = read(file, FILE)
    if document is None:
        return (), problems
    listed = document.data.get(_LIST)
    for name in document.data.keys() - {_LIST}:
        problems.append(_malformed(document, (name,), f"“{name}” is not known here; the list is called “{_LIST}”."))
    if not isinstance(listed, list):
        problems += [] if problems else [_malformed(document, (_LIST,), f"“{_LIST}” is not a list.")]
        return (), problems
    read_ = [_excuse(document, index, entry) for index, entry in enumerate(listed)]
    problems += [found for found in read_ if isinstance(found, Problem)]
    return tuple(found for found in read_ if isinstance(found, Excuse)), problems


def _excuse(document: Document, index: int, entry: Data) -> Excuse | Problem:
    path = (_LIST, index)
    if not isinstance(entry, dict):
        return _malformed(
            document, path, "An exception is a group of fields: link, reason, until and, if wanted, code."
        )
    for name, value in entry.items():
        if name not in _FIELDS:
            return _malformed(document, (*path, name), f"There is no field “{name}”.", did_you_mean(name, _FIELDS))
        if not isinstance(value, str) or not value.strip():
            return _malformed(document, (*path, name), f"“{name}” is empty, or not a text.")
    missing = [name for name in _NEEDED if name not in entry]
    if missing:
        return _malformed(document, path, f"“{missing[0]}” is missing.")
    texts = {name: str(value).strip() for name, value in entry.items()}
    try:
        until = date.fromisoformat(texts["until"])
    except ValueError:
        return _malformed(document, (*path, "until"), "“until” is not a day such as 2027-05-01.")
    return Excuse(texts["link"], texts.get("code", "").upper(), texts["reason"], until, document.place(path))


def _malformed(document: Document, path: tuple[str | int, ...], message: str, suggestion: str = "") -> Problem:
    return Problem("E930", document.place(path), message, suggestion or "See “python -m macros explain E930”.")


def hold(
    excuses: Sequence[Excuse], findings: Iterable[Finding], today: date, judged: Callable[[Excuse], bool]
) -> list[Problem]:
    """Return the problems that are not excused, and those of the exceptions themselves.

    `judged` tells whether this run looked at everything that an exception could excuse, so that one which
    excused nothing is needless.
    """
    problems, used = [], set()
    for finding in findings:
        covering = [excuse for excuse in excuses if excuse.covers(finding)]
        used.update(covering)
        if not any(excuse.until >= today for excuse in covering):
            problems.append(finding.problem)
    for excuse in excuses:
        if excuse not in used and judged(excuse):
            message = f"Nothing is wrong with “{excuse.link}” that this would excuse."
            problems.append(Problem("E931", excuse.place, message, "Delete the exception."))
        elif excuse.until < today:
            message = f"The exception for “{excuse.link}” ended on {excuse.until.isoformat()}."
            problems.append(
                Problem("E932", excuse.place, message, "Mend the link, or look again and name another day.")
            )
    return sorted(problems, key=lambda problem: problem.sort_key)
