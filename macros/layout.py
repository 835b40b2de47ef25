"""Layouts: where in a YAML file's text every value stands and how it is written there, comments included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from macros.document import Path_, Step

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for YAML; marks count lines by it."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value in a file's text."""

    start: int
    end: int
    """Behind its last character; spaces, line ends and comments after it left out."""
    style: str
    """How it is written: `"`, `'`, `>`, `|`, `{` and `[` for what begins so, “block” for a collection
    by indentation, nothing for plain text."""
    inside_flow: bool
    """Whether it stands within a collection in braces or brackets."""
    key: tuple[int, int] | None
    """Start and end of the name of the field, for the value of a field."""
    value: str = ""
    """What it says, unless it is a collection."""


@dataclass(frozen=True)
class Layout:
    """A file's text and the nodes in it by path."""

    text: str
    nodes: Mapping[Path_, Node]

    @classmethod
    def of(cls, text: str) -> Layout:
        """Lay out a text that has been found to be a valid document."""
        return cls(text, _nodes(text))

    @cached_property
    def scalars(self) -> tuple[tuple[int, int], ...]:
        """Start and end of every single value and every field's name, in order."""
        spans = [(node.start, node.end) for node in self.nodes.values() if node.style not in ("{", "[", "block")]
        return tuple(sorted([*spans, *(node.key for node in self.nodes.values() if node.key)]))

    @cached_property
    def comments(self) -> tuple[tuple[int, int], ...]:
        """Start and end of every comment, in order."""
        return tuple(self._comments())

    def _comments(self) -> Iterator[tuple[int, int]]:
        at = 0
        for start, end in (*self.scalars, (len(self.text), len(self.text))):
            # The head of a block text (“>-”) is part of its span, and so is a comment on that line.
            if self.text[start : start + 1] in ("|", ">"):
                head = _COMMENT.search(self.text, start, self._line_end(start))
                if head:
                    yield head.span(1)
            for match in _COMMENT.finditer(self.text, at, max(at, start)):
                yield match.span(1)
            at = end

    def _line_end(self, at: int) -> int:
        match = LINE_END.search(self.text, at)
        return match.start() if match else len(self.text)

    def line_start(self, at: int) -> int:
        """Return where the line begins on which a character stands."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return where the line ends on which a character stands."""
        return self._line_end(at)

    def commented(self, start: int, end: int) -> bool:
        """Whether a comment stands in part of the text."""
        return any(start <= first < end for first, _ in self.comments)


_COMMENT = re.compile(r"(?:(?<=\s)|^)(#[^\n\r\x85\u2028\u2029]*)", re.MULTILINE)


_NO_NAME = "\0no name"


@dataclass(slots=True)
class _Open:
    path: Path_
    start: int
    style: str
    key_of_self: tuple[int, int] | None
    inside_flow: bool
    mapping: bool
    end: int
    name: str | None = None
    name_span: tuple[int, int] | None = None
    count: int = 0


def _nodes(text: str) -> dict[Path_, Node]:
    found: dict[Path_, Node] = {}
    stack: list[_Open] = []

    def step() -> tuple[Path_, tuple[int, int] | None]:
        if not stack:
            return (), None
        top = stack[-1]
        last: Step
        if top.mapping:
            assert top.name is not None
            last, span = top.name, top.name_span
            top.name, top.name_span = None, None
            return (*top.path, last), span
        last, top.count = top.count, top.count + 1
        return (*top.path, last), None

    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.ScalarEvent):
            start, end = _index(event.start_mark), _index(event.end_mark)
            end = start + len(text[start:end].rstrip())
            if stack:
                stack[-1].end = max(stack[-1].end, end)
            if stack and stack[-1].mapping and stack[-1].name is None:
                stack[-1].name, stack[-1].name_span = event.value, (start, end)
                continue
            inside = bool(stack) and (stack[-1].style in ("{", "[") or stack[-1].inside_flow)
            path, key = step()
            found[path] = Node(start, end, event.style or "", inside, key, event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            inside = bool(stack) and (stack[-1].style in ("{", "[") or stack[-1].inside_flow)
            if stack and stack[-1].mapping and stack[-1].name is None:
                # A field's name has to be plain text; that it is not has been told.
                path, key, stack[-1].name = (*stack[-1].path, _NO_NAME), None, _NO_NAME
            else:
                path, key = step()
            mapping = isinstance(event, yaml.MappingStartEvent)
            style = ("{" if mapping else "[") if event.flow_style else "block"
            start = _index(event.start_mark)
            stack.append(_Open(path, start, style, key, inside, mapping, start))
        elif isinstance(event, yaml.CollectionEndEvent):
            top = stack.pop()
            end = top.end if top.style == "block" else _index(event.end_mark)
            found[top.path] = Node(top.start, end, top.style, top.inside_flow, top.key_of_self)
            if stack:
                stack[-1].end = max(stack[-1].end, end)
    return found


def _index(mark: Any) -> int:
    """Return a mark's place in the text."""
    return int(mark.index)
