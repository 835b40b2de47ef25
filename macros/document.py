"""Documents: YAML files as plain data, with the line and column of every value kept.

Scalars stay the text that was typed; what they mean is decided by the field they stand in.
The YAML is read as a stream of events rather than composed, so that depth, anchors, aliases
and tags are refused before anything is built from them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from macros.problem import Fix, Place, Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_SUSPICIOUS = 20
"""So many characters of one sort that may not stand in a file are told of; more would only hide the rest."""

Data = str | list["Data"] | dict[str, "Data"] | None
Step = str | int
Path_ = tuple[Step, ...]

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Characters that change the order in which text is shown, so that a reviewer sees
# something other than what is there (Unicode TR 36 and “Trojan Source”).
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its data (only text, lists and mappings) and where each part of it stands."""

    path: str
    data: dict[str, Data]
    marks: dict[Path_, tuple[int, int]]
    """Line and column, from 1, of each value by its path; a field's name is under its path plus `KEY`."""

    def place(self, path: Path_) -> Place:
        """Return the place of the value at `path`, or of the nearest thing around it that exists."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Place(self.path, line, column)

    def key_place(self, path: Path_) -> Place:
        """Return the place of the field's name whose value is at `path`."""
        line, column = self.marks.get((*path, KEY), (0, 0))
        return Place(self.path, line, column) if line else self.place(path)


KEY = "\0key"


def read(file: Path, shown_as: str) -> tuple[Document | None, list[Problem]]:
    """Read one YAML file.

    Returns the document, or None where nothing could be made of it, and every problem met.
    `shown_as` is the path used in problems.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            return None, [
                Problem(
                    "E102",
                    Place(shown_as),
                    f"The file is {size / MAX_BYTES:.1f} MiB large; at most 1 MiB is read.",
                    "Split it, or check that it is the file you meant to add.",
                )
            ]
        raw = file.read_bytes()
    except OSError as error:
        return None, [Problem("E101", Place(shown_as), f"The file cannot be read: {error.strerror}.")]
    return parse(raw, shown_as)


def parse(raw: bytes, shown_as: str) -> tuple[Document | None, list[Problem]]:
    """Parse the bytes of one YAML file; see `read`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        return None, [
            Problem(
                "E103",
                Place(shown_as, line, column),
                "The file is not valid UTF-8 text.",
                "Save it again as UTF-8 in your editor.",
            )
        ]
    problems = list(_suspicious_characters(text, shown_as))
    if problems:
        return None, problems
    try:
        return _Builder(shown_as).build(text)
    except yaml.YAMLError as error:
        return None, [_syntax_problem(error, shown_as)]


_SUSPICIOUS = (
    ("E104", _BIDI, "An invisible character here ({name}) changes the order in which text is shown."),
    ("E105", _CONTROL, "A control character stands here ({name})."),
)


def _suspicious_characters(text: str, shown_as: str) -> Iterator[Problem]:
    for code, pattern, message in _SUSPICIOUS:
        for match in islice(pattern.finditer(text), MAX_SUSPICIOUS):
            start = match.start()
            line = text.count("\n", 0, start) + 1
            column = start - (text.rfind("\n", 0, start) + 1) + 1
            yield Problem(
                code,
                Place(shown_as, line, column),
                message.format(name=_name_of(match.group())),
                "Delete it; it is often pasted in by accident.",
                fix=Fix(match.group(), ""),
            )


def _name_of(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")


def _syntax_problem(error: yaml.YAMLError, shown_as: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(shown_as, mark.line + 1, mark.column + 1) if mark else Place(shown_as)
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    hints = {
        "mapping values are not allowed": "A “: ” inside a text needs quotation marks around the whole text.",
        "could not find expected ':'": "A colon or a quotation mark is missing on this line or the one before.",
        "found character that cannot start any token": "A text may not start with @, ` or a tab, nor hold [ ] or { } within braces; put it in quotation marks.",
        "did not find expected key": "Check the indentation and the quotation marks of this line and the one before.",
        "did not find expected '-' indicator": "Check the indentation of this line against the list it belongs to.",
        "did not find expected ',' or ']'": "A text with [ ] or a comma needs quotation marks.",
        "found unexpected end of stream": "A quotation mark is opened and never closed.",
        "while scanning a quoted scalar": "A quotation mark is opened and never closed.",
        "block sequence entries are not allowed": "The list has to start on a line of its own.",
    }
    hint = next((hint for start, hint in hints.items() if start in what), "Check indentation and quotation marks here.")
    return Problem("E106", place, f"The file is not valid YAML: {what}.", hint)


@dataclass(slots=True)
class _Open:
    """A collection that is being filled."""

    value: list[Data] | dict[str, Data]
    path: Path_
    key: str | None = None


class _Builder:
    """Builds data from YAML events with an explicit stack, so that depth cannot exhaust Python's."""

    def __init__(self, shown_as: str) -> None:
        self.shown_as = shown_as
        self.problems: list[Problem] = []
        self.marks: dict[Path_, tuple[int, int]] = {}
        self.stack: list[_Open] = []
        self.root: Data = None
        self.documents = 0

    def build(self, text: str) -> tuple[Document | None, list[Problem]]:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.ScalarEvent):
                self._refuse_extras(event)
                self._refuse_escapes(event)
                plain = not event.style  # None, or "" from the parser written in C
                self._add(None if plain and event.value in _NULLS else event.value, event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._refuse_extras(event)
                if len(self.stack) >= MAX_DEPTH:
                    self._problem("E107", event, f"The file is nested more than {MAX_DEPTH} levels deep.", "")
                    return None, self.problems
                self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
            elif isinstance(event, yaml.AliasEvent):
                self._problem(
                    "E108", event, f"“*{event.anchor}” is an alias; aliases are not allowed.", "Write the value out."
                )
                self._add("", event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self._problem(
                        "E111", event, "A second document starts here (“---”); a file holds one.", "Delete the line."
                    )
                    return None, self.problems
        if not isinstance(self.root, dict):
            what = "empty" if self.root is None else "not a list of fields (“name: value”)"
            self.problems.append(
                Problem("E110", Place(self.shown_as, 1, 1), f"The file is {what}.", "Start with “title: …”.")
            )
            return None, self.problems
        return Document(self.shown_as, self.root, self.marks), self.problems

    def _refuse_extras(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._problem(
                "E108",
                event,
                f"“&{event.anchor}” is an anchor; anchors are not allowed.",
                "Delete it and write values out.",
            )
        if event.tag is not None:
            self._problem("E109", event, f"“{event.tag}” is a tag; tags are not allowed.", "Delete it.")

    def _refuse_escapes(self, event: yaml.ScalarEvent) -> None:
        """Refuse the characters that a file may not hold, when a quoted text writes them as escapes."""
        for code, pattern, message in _SUSPICIOUS if event.style == '"' else ():
            match = pattern.search(event.value)
            if match:
                told = message.format(name=_name_of(match.group()))
                self._problem(code, event, told, "Delete the escape that stands for it.")

    def _open(self, value: list[Data] | dict[str, Data], event: yaml.Event) -> None:
        if self._expects_key():
            self._problem("E112", event, "A field's name has to be plain text.", "Check for a stray “?”, “[” or “{”.")
            # Filled and thrown away with the value that follows, so that the rest of the file is still read.
            self.stack[-1].key = "\0discarded"
            self.stack.append(_Open(value, ("\0discarded",)))
            return
        path = self._place(value, event)
        self.stack.append(_Open(value, path))

    def _add(self, value: str | None, event: yaml.Event) -> None:
        if self._expects_key():
            self._add_key(value or "", event)
        else:
            self._place(value, event)

    def _expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def _add_key(self, key: str, event: yaml.Event) -> None:
        top = self.stack[-1]
        assert isinstance(top.value, dict)
        if key in top.value:
            first = self.marks.get((*top.path, key, KEY), (0, 0))[0]
            self._problem(
                "E113",
                event,
                f"The field “{key}” is written twice; it stands on line {first} already.",
                "Keep one of them.",
            )
            key = f"\0again {len(self.marks)}"
        else:
            self.marks[(*top.path, key, KEY)] = _mark(event)
        top.key = key

    def _place(self, value: Data, event: yaml.Event) -> Path_:
        """Put a value where it belongs and return its path."""
        mark = _mark(event)
        if not self.stack:
            self.root = value
            self.marks[()] = mark
            return ()
        top = self.stack[-1]
        step: Step
        if isinstance(top.value, list):
            step = len(top.value)
            top.value.append(value)
        else:
            assert top.key is not None
            step, top.key = top.key, None
            if not step.startswith("\0"):
                top.value[step] = value
        path = (*top.path, step)
        self.marks[path] = mark
        return path

    def _problem(self, code: str, event: yaml.Event, message: str, suggestion: str) -> None:
        self.problems.append(Problem(code, Place(self.shown_as, *_mark(event)), message, suggestion))


def _mark(event: yaml.Event) -> tuple[int, int]:
    """Return the line and column of an event, counted from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def as_yaml(data: Mapping[str, Any], width: int = 120) -> str:
    """Return data as the YAML of a record: lists indented below their field, and no aliases, which records may not hold."""
    text: str = yaml.dump(dict(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=width)
    return text


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the base class's
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - likewise
        return True
