"""Tidiness: the one form that records are kept in, what departs from it, and how it is put right.

Fields stand in the order of the model; terms, dates and addresses are spelt in one way; quotation
marks stand where other readers of YAML need them; no line is longer than it has to be. Putting a
file right changes its text only where something is out of form, so comments, blank lines and the
author's own choices stay. (A library that reads and writes the whole file hangs each comment on
the value before it, and takes it along when fields change places.)
"""

from __future__ import annotations

import datetime
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from pydantic import AfterValidator, BaseModel, PlainValidator

from macros import spelling
from macros.base import EvidenceBase
from macros.contribution import FOLDER
from macros.document import Data, Document, Path_, parse
from macros.fields import Address as AddressField
from macros.fields import Known, Ref, Shorthand, Term
from macros.fields import Slug as SlugField
from macros.kinds import FOLDERS, VOCABULARY_FOLDER
from macros.kinds.common import Record
from macros.kinds.vocabulary import Vocabulary
from macros.layout import LINE_END, Layout, Node
from macros.problem import Place, Problem, Severity
from macros.validation import model_at, written_names

MODELS: Mapping[str, type[Record] | type[Vocabulary]] = {**FOLDERS, VOCABULARY_FOLDER: Vocabulary}
"""The model of each folder's files."""

WIDTH = 120
"""Characters in a line."""
_MAX_PASSES = 40
_UNQUOTED = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9_/-])?")
_FILLER = re.compile(r"[ \t]+(?=\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class Slip:
    """One departure from the form."""

    path: Path_
    line: int
    column: int
    what: str
    """“order”, “spelling”, “quotes”, “width” or “lines”."""
    old: str = ""
    new: str = ""
    """For a spelling: the value as it should be."""
    guessed: bool = False
    """Whether the new value is what was probably meant, and no other spelling of the same."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What became of a file."""

    text: str
    slips: tuple[Slip, ...]
    refused: str = ""
    """Why the file was left as it was, though it has slips."""


@dataclass(frozen=True, slots=True)
class FieldForm:
    """How the values of a field are written."""

    scheme: str = ""
    text: bool = False
    """Free text, whose author chooses its quotation marks."""
    word: bool = False
    """A term or an id: text for other readers of YAML too."""
    date: bool = False
    address: bool = False
    inner: type[BaseModel] | None = None
    shorthand: str = ""
    """The field of `inner` that a value without braces stands for."""


@cache
def forms(model: type[BaseModel]) -> dict[str, FieldForm]:
    """Return how the values of each field of a model are written."""
    found = {}
    address, slug = AddressField.__metadata__[0], SlugField.__metadata__[0]  # type: ignore[attr-defined]
    for name, info in model.model_fields.items():
        marks = [*info.metadata, *_marks(info.annotation)]
        bare = {argument for argument in _bare(info.annotation) if isinstance(argument, type)}
        inner = model_at(model, (name,))
        number = any(isinstance(mark, PlainValidator) for mark in marks) or bool(bare & {int, bool, Decimal})
        word = any(isinstance(mark, Term | Ref) or mark is slug for mark in marks)
        day = datetime.date in bare
        found[name] = FieldForm(
            scheme=next((mark.scheme for mark in marks if isinstance(mark, Term)), ""),
            text=inner is None and not (number or word or day),
            word=word,
            date=day,
            address=any(isinstance(mark, AfterValidator) and mark is address for mark in marks),
            inner=inner,
            shorthand=next((mark.field for mark in marks if isinstance(mark, Shorthand)), ""),
        )
    return found


def _marks(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for argument in typing.get_args(annotation):
        yield from _marks(argument)


def _bare(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in typing.get_args(annotation):
        yield from _bare(argument)


@dataclass(frozen=True)
class Form:
    """The form of the records of one evidence base."""

    known: Known
    terms: Mapping[str, spelling.Terms] = field(repr=False)

    @classmethod
    def of(cls, base: EvidenceBase) -> Form:
        """Take the terms and their names from an evidence base."""
        terms = {
            scheme: spelling.Terms.of(
                {
                    concept.id: [
                        name for name in (concept.label, *concept.alt, concept.plural, concept.notation) if name
                    ]
                    for concept in vocabulary.concepts
                }
            )
            for scheme, vocabulary in base.vocabularies.items()
        }
        ids = {scheme: frozenset(names.ids) for scheme, names in terms.items()}
        return cls(Known(ids, {}), terms)

    def file(self, file: Path, root: Path) -> Tidied | None:
        """Put a file of records right, without writing it; None where it is none, or cannot be read as one."""
        parts = file.relative_to(root).parts
        model = MODELS.get(parts[1]) if parts[:1] == ("evidence",) and file.suffix == ".yaml" else None
        if model is None or file.is_symlink():
            return None
        return self.tidied(file.read_bytes(), file.relative_to(root).as_posix(), model)

    # Looking -----------------------------------------------------------------------------------

    def slips(self, document: Document, text: str, model: type[BaseModel]) -> list[Slip]:
        """Return what in a file departs from the form, in the order of the file."""
        lines = LINE_END.split(text)
        found = [*_line_slips(text), *self._walk(document.data, model, (), _Sheet(document, lines))]
        if any(len(line) > WIDTH for line in lines):
            layout = Layout.of(text)
            found += [_slip(document, path, "width") for path in _too_wide(layout)]
        return sorted(found, key=lambda slip: (slip.line, slip.column, slip.what))

    def _walk(self, data: Data, model: type[BaseModel], path: Path_, sheet: _Sheet) -> Iterator[Slip]:
        if not isinstance(data, dict):
            return
        order = written_names(model)
        written = [name for name in data if not name.startswith("\0")]
        if all(name in order for name in written) and written != [name for name in order if name in data]:
            yield _slip(sheet.document, path, "order")
        fields = forms(model)
        for name, value in data.items():
            form = fields.get(name)
            if form is None:
                continue
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from self._value(item, form, (*path, name, index), sheet)
            else:
                yield from self._value(value, form, (*path, name), sheet)

    def _value(self, value: Data, form: FieldForm, path: Path_, sheet: _Sheet) -> Iterator[Slip]:
        if form.inner is not None:
            if isinstance(value, dict):
                yield from self._walk(value, form.inner, path, sheet)
                return
            if not (form.shorthand and isinstance(value, str)):
                return
            form = forms(form.inner)[form.shorthand]
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._value(item, form, (*path, index), sheet)
            return
        if not isinstance(value, str):
            return
        better, guessed = self._respelt(value, form)
        if better != value:
            yield _slip(sheet.document, path, "spelling", value, better, guessed=guessed)
        elif _quoting(value, form, sheet.style(path)) is not None:
            yield _slip(sheet.document, path, "quotes")

    def _respelt(self, value: str, form: FieldForm) -> tuple[str, bool]:
        if form.scheme:
            terms = self.terms.get(form.scheme)
            if terms is None or value in terms.ids:
                return value, False
            meant, guessed = terms.meant_by(value)
            return meant or value, guessed
        if form.date:
            return spelling.date(value), False
        if form.address:
            return spelling.address(value), False
        return value, False

    # Putting right -----------------------------------------------------------------------------

    def tidied(self, raw: bytes, shown_as: str, model: type[BaseModel]) -> Tidied | None:
        """Put a file right, or say why not; None where it cannot be read as a document at all.

        What is given back reads exactly as what was there, but for the spellings among the slips,
        and has the same comments; else the file is left as it was.
        """
        document, problems = parse(raw, shown_as)
        if document is None or problems:
            return None
        before = raw.decode("utf-8")
        text = before.removeprefix("\ufeff")
        first = self.slips(document, text, model) + ([Slip((), 1, 1, "lines")] if text != before else [])
        if not first:
            return Tidied(before, ())
        wanted = _with_spellings(document.data, first)
        current, slips = document, first
        for _ in range(_MAX_PASSES):
            text, untouched = self._pass(text, slips, current, model), text
            if text == untouched:
                break
            again, problems = parse(text.encode(), shown_as)
            if again is None or problems or again.data != wanted:
                return Tidied(before, tuple(first), "Putting it in form would have changed what it says.")
            current = again
            slips = self.slips(current, text, model)
            if not slips:
                break
        if slips:
            left = ", ".join(f"line {slip.line} ({WORDS[slip.what]})" for slip in slips[:3])
            return Tidied(before, tuple(first), f"What is left cannot be put right by a program: {left}.")
        if _comments(text) != _comments(before.removeprefix("\ufeff")):
            return Tidied(before, tuple(first), "A comment would have been lost.")
        return Tidied(text, tuple(first))

    def _pass(self, text: str, slips: Iterable[Slip], document: Document, model: type[BaseModel]) -> str:
        """Put right the first sort of slip there is; the others have to be looked for anew after it."""
        slips = list(slips)
        kinds = {slip.what for slip in slips}
        if "lines" in kinds:
            return _with_clean_lines(text)
        layout = Layout.of(text)
        edits: list[tuple[int, int, str]] = []
        if kinds & {"spelling", "quotes"}:
            for slip in slips:
                node = layout.nodes[slip.path] if slip.what in ("spelling", "quotes") else None
                if node is not None:
                    value = slip.new if slip.what == "spelling" else str(_at(document.data, slip.path))
                    form = self._form_at(model, slip.path)
                    edits.append((node.start, node.end, _written(value, form, node)))
        elif "order" in kinds:
            # The innermost first: what is around them moves as a whole.
            paths = [slip.path for slip in slips if slip.what == "order"]
            deepest = max(map(len, paths))
            edits = [_in_order(layout, path, model) for path in paths if len(path) == deepest]
        else:
            paths = [slip.path for slip in slips]
            outermost = [path for path in paths if not any(path[:n] in paths for n in range(len(path)))]
            edits = [_wrapped(layout, path) for path in outermost]
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _form_at(self, model: type[BaseModel], path: Path_) -> FieldForm:
        """Return how the value at a path is written."""
        names = [step for step in path if isinstance(step, str)]
        around = model_at(model, tuple(names[:-1]))
        assert around is not None
        form = forms(around)[names[-1]]
        return forms(form.inner)[form.shorthand] if form.inner and form.shorthand else form


def untidy(base: EvidenceBase) -> Iterator[Problem]:
    """Yield a warning for each record that is not in form; for one that has errors, those come first."""
    form = Form.of(base)
    models = {model.kind: model for model in MODELS.values()}
    for (kind, id_), document in base.documents.items():
        valid = id_ in (base.vocabularies if kind == Vocabulary.kind else base.records.get(kind, {}))
        file = base.root / document.path
        # A contribution's parts are put in form when they become files of their own.
        if not valid or not document.path.startswith("evidence/") or document.path.startswith(f"evidence/{FOLDER}/"):
            continue
        raw = file.read_bytes()
        # A topic's vocabulary may have been laid over one that comes with the program.
        own = parse(raw, document.path)[0] if kind == Vocabulary.kind else document
        slips = form.slips(own, raw.decode("utf-8"), models[kind]) if own else []
        if slips:
            yield Problem(
                "E119",
                Place(document.path, slips[0].line, slips[0].column),
                f"The file is not in the form that records are kept in: {told(slips)}.",
                f"Run “python -m macros fix {document.path}”; it changes no meaning.",
                Severity.WARNING,
            )


WORDS = {
    "order": "fields out of order",
    "spelling": "spelling",
    "quotes": "quotation marks",
    "width": f"longer than {WIDTH} characters",
    "lines": "spaces or line ends",
}
"""What each sort of slip is called."""


def told(slips: Iterable[Slip]) -> str:
    """Return what is out of form, in a few words."""
    counts: dict[str, int] = {}
    for slip in slips:
        counts[slip.what] = counts.get(slip.what, 0) + 1
    said: dict[str, Callable[[int], str]] = {
        "order": lambda _: "fields out of order",
        "spelling": lambda n: f"{n} value{'s' if n > 1 else ''} spelt otherwise than usual",
        "quotes": lambda n: f"quotation marks at {n} value{'s' if n > 1 else ''}",
        "width": lambda n: f"{n} line{'s' if n > 1 else ''} over {WIDTH} characters",
        "lines": lambda _: "stray spaces or line ends",
    }
    return ", ".join(say(counts[what]) for what, say in said.items() if what in counts)


@dataclass(frozen=True, slots=True)
class _Sheet:
    document: Document
    lines: list[str]

    def style(self, path: Path_) -> str:
        """Return the quotation mark or sign that a value starts with, or nothing."""
        line, column = self.document.marks.get(path, (0, 0))
        sign = self.lines[line - 1][column - 1 : column] if 0 < line <= len(self.lines) else ""
        return sign if sign in ("'", '"', "|", ">") else ""


def _slip(document: Document, path: Path_, what: str, old: str = "", new: str = "", *, guessed: bool = False) -> Slip:
    place: Place = document.place(path)
    return Slip(path, place.line, place.column, what, old, new, guessed)


def _at(data: Data, path: Path_) -> Data:
    for step in path:
        data = data[step]  # type: ignore[index]
    return data


def _with_spellings(data: Mapping[str, Data], slips: Iterable[Slip]) -> Data:
    """Return the data with the spellings among the slips put right."""
    new = {slip.path: slip.new for slip in slips if slip.what == "spelling"}

    def copy(value: Data, path: Path_) -> Data:
        if isinstance(value, dict):
            return {key: copy(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [copy(inner, (*path, index)) for index, inner in enumerate(value)]
        return new.get(path, value)

    return copy(dict(data), ())


def _comments(text: str) -> list[str]:
    layout = Layout.of(text)
    return sorted(text[start:end].rstrip() for start, end in layout.comments)


# Lines ---------------------------------------------------------------------------------------------


def _line_slips(text: str) -> Iterator[Slip]:
    odd = "\r" in text or _FILLER.search(text) or not text.endswith("\n") or text.endswith("\n\n")
    if odd and _with_clean_lines(text) != text:
        yield Slip((), 1, 1, "lines")


def _with_clean_lines(text: str) -> str:
    """Return the text with one sort of line end, none missing, and no spaces before them.

    Within a text by indentation they stay: there they are part of the text.
    """
    text = text.replace("\r\n", "\n")
    blocks = [(n.start, n.end) for n in Layout.of(text).nodes.values() if n.style in ("|", ">")]
    for match in reversed(list(_FILLER.finditer(text))):
        if not any(start <= match.start() < end for start, end in blocks):
            text = text[: match.start()] + text[match.end() :]
    return text if _keeps_its_end(text) else text.rstrip("\n") + "\n"


def _keeps_its_end(text: str) -> bool:
    """Whether the file ends in a text that keeps the empty lines behind it."""
    return bool(re.search(r"[|>]\d?\+[^\n]*\n(?:(?:[ \t][^\n]*)?\n)*\Z", text))


# Quotation marks -----------------------------------------------------------------------------------


def _quoting(value: str, form: FieldForm, style: str) -> str | None:
    """Return the style that a value has to be written in, where it is not the one it has: `"` or nothing."""
    if style in ("|", ">"):
        return None
    text = form.text or form.word
    if not style:
        return '"' if text and _misread(value) else None
    needs = text and (_misread(value) or value in _NULLS)
    if not form.text and not needs and _UNQUOTED.fullmatch(value):
        return ""
    if style == "'" and not re.search(r'["\\]', value) and value.isprintable():
        return '"'
    return None


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@cache
def _misread(value: str) -> bool:
    """Whether another reader of YAML takes a text for a number, a date, a truth value or something else."""
    if value[:1] not in _FIRST:
        return False
    return any(pattern.match(value) for tag, pattern in _RESOLVERS.get(value[:1], ()) if not tag.endswith(":null"))


_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers
_FIRST = frozenset(_RESOLVERS)


def _written(value: str, form: FieldForm, node: Node) -> str:
    style = _quoting(value, form, node.style if node.style in ("'", '"') else "")
    if style is None:
        style = node.style if node.style in ("'", '"') else ""
        if not style and not _UNQUOTED.fullmatch(value) and not re.fullmatch(r"https?://[^\s,\[\]{}#]+", value):
            style = '"'
    if style == '"':
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "'" + value.replace("'", "''") + "'" if style else value


# Width -----------------------------------------------------------------------------------------------


def _too_wide(layout: Layout) -> Iterator[Path_]:
    """Yield the path of each value that reaches beyond the width and can be wrapped."""
    for path, node in layout.nodes.items():
        if node.inside_flow or node.style in ("block", "|"):
            continue
        if node.style in ("{", "["):
            wide = any(len(line) > WIDTH for line in _lines_of(layout, node))
            if wide and not layout.commented(node.start, node.end) and _may_be_block(layout, path):
                yield path
        elif any(len(line) > WIDTH for line in _lines_of(layout, node)) and _folded(layout, path) is not None:
            yield path


def _lines_of(layout: Layout, node: Node) -> list[str]:
    """Return the lines that a value stands on, up to its end."""
    return LINE_END.split(layout.text[layout.line_start(node.start) : node.end])


def _wrapped(layout: Layout, path: Path_) -> tuple[int, int, str]:
    """Return the change of text that wraps a value."""
    node = layout.nodes[path]
    if node.style in ("{", "["):
        return node.start, node.end, _as_block(layout, path)
    head, body = _folded(layout, path) or ("", "")
    end = node.end
    if node.style != ">":
        # A comment behind the value stays on its line.
        end = layout.line_end(node.end)
        behind = layout.text[node.end : end].rstrip()
        head += f"  {behind.lstrip()}" if behind else ""
    return node.start, end, f"{head}\n{body}"


def _folded(layout: Layout, path: Path_) -> tuple[str, str] | None:
    """Return a value as a folded text, its head and its body, or None where it cannot be one or already is."""
    node = layout.nodes[path]
    source = layout.text[node.start : node.end]
    indent = _indent_of(layout, path) + 2
    if node.style == ">":
        head, _, old = source.partition("\n")
        if not re.match(r">-?(\s|$)", head) or old.startswith(" " * indent + " "):
            return None
    else:
        head, old = ">-", ""
    value = node.value.removesuffix("\n") if head[:2] != ">-" else node.value
    if " " not in value or not _foldable(value):
        return None
    body = "\n\n".join(
        "\n".join(" " * indent + line for line in _filled(part, WIDTH - indent)) for part in value.split("\n")
    )
    return None if body == old else (head, body)


def _foldable(value: str) -> bool:
    """Whether a text survives being wrapped: no line of it may begin or end with a space."""
    if not value.strip() or "\t" in value or any(not c.isprintable() for c in value if c != "\n"):
        return False
    return all(part and part == part.strip() for part in value.split("\n"))


def _filled(text: str, width: int) -> list[str]:
    """Break a line at single spaces, each part as long as it may be."""
    lines: list[str] = []
    for word in re.split(r"(?<! ) (?! )", text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _indent_of(layout: Layout, path: Path_) -> int:
    """Return the column at which the field or the list's dash stands that a value belongs to."""
    node = layout.nodes[path]
    if node.key:
        return node.key[0] - layout.line_start(node.key[0])
    before = layout.text[layout.line_start(node.start) : node.start]
    return before.rfind("-")


def _may_be_block(layout: Layout, path: Path_) -> bool:
    """Whether a collection in braces or brackets can be written by indentation: it has to hold something."""
    node = layout.nodes[path]
    children = _children(layout, path)
    if not children or not path:
        return False
    inner = LINE_END.search(layout.text, node.start, node.end)
    return not inner or all("\n" not in layout.text[layout.nodes[c].start : layout.nodes[c].end] for c in children)


def _children(layout: Layout, path: Path_) -> list[Path_]:
    found = [other for other in layout.nodes if len(other) == len(path) + 1 and other[:-1] == path]
    return sorted(found, key=lambda other: layout.nodes[other].start)


def _as_block(layout: Layout, path: Path_) -> str:
    """Return a collection in braces or brackets, written by indentation."""
    node = layout.nodes[path]
    indent = " " * (_indent_of(layout, path) + 2)
    parts = []
    for child in _children(layout, path):
        inner = layout.nodes[child]
        value = layout.text[inner.start : inner.end]
        name = layout.text[slice(*inner.key)] if inner.key else ""
        parts.append(f"{name}: {value}" if name else f"- {value}")
    # In a list the first field stands behind the dash; below a field everything starts on a new line.
    lead = "" if node.key is None else "\n" + indent
    return lead + f"\n{indent}".join(parts)


# Order -------------------------------------------------------------------------------------------------


def _in_order(layout: Layout, path: Path_, model: type[BaseModel]) -> tuple[int, int, str]:
    """Return the change of text that puts the fields of a group in order."""
    node, children = layout.nodes[path], _children(layout, path)
    inner = model_at(model, path)
    order = written_names(inner) if inner else []
    ranked = sorted(range(len(children)), key=lambda i: order.index(str(children[i][-1])))
    if node.style == "{":
        return _flow_in_order(layout, children, ranked)
    return _block_in_order(layout, children, ranked)


def _flow_in_order(layout: Layout, children: list[Path_], ranked: list[int]) -> tuple[int, int, str]:
    """Let the fields in braces change places; what stands between them stays."""
    spans = [((layout.nodes[c].key or (0, 0))[0], layout.nodes[c].end) for c in children]
    first, last = spans[0][0], spans[-1][1]
    if layout.commented(first, last):
        return first, first, ""
    moved, at = "", first
    for (start, end), source in zip(spans, (spans[i] for i in ranked), strict=True):
        moved += layout.text[at:start] + layout.text[slice(*source)]
        at = end
    return first, last, moved


def _block_in_order(layout: Layout, children: list[Path_], ranked: list[int]) -> tuple[int, int, str]:
    """Let whole lines change places: a field's own, the comments above it, and what is indented below it."""
    text = layout.text
    first = (layout.nodes[children[0]].key or (0, 0))[0]
    column = first - layout.line_start(first)
    dash = text[first - column : first]
    if dash.strip() not in ("", "-"):
        return first, first, ""
    starts = [first - column]
    for child, after in pairwise(children):
        key = (layout.nodes[after].key or (0, 0))[0]
        starts.append(_first_comment_above(layout, layout.nodes[child].end, key, column))
    end = min(layout.line_end(layout.nodes[children[-1]].end) + 1, len(text))
    blocks = [text[start:stop] for start, stop in zip(starts, [*starts[1:], end], strict=True)]
    if not blocks[-1].endswith("\n"):
        blocks[-1] += "\n"
    if dash.strip():
        blocks[0] = " " * column + blocks[0][column:]
    moved = [blocks[i] for i in ranked]
    if dash.strip():
        moved[0] = _behind_dash(moved[0], dash, column)
    return starts[0], end, "".join(moved)


def _behind_dash(block: str, dash: str, column: int) -> str:
    """Put the first field of a list's item behind the dash, and comments above it above the dash."""
    lines = block.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    above = [dash[: len(dash) - len(dash.lstrip())] + line.lstrip() if line.strip() else line for line in lines[:at]]
    return "".join([*above, dash + lines[at][column:], *lines[at + 1 :]])


def _first_comment_above(layout: Layout, end: int, key: int, column: int) -> int:
    """Return where the lines begin that belong to a field: its own, and comments and blank lines directly above."""
    start = layout.line_start(key)
    at = min(layout.line_end(end) + 1, start)
    # A comment that is indented deeper speaks of what is above it.
    while at < start:
        stop = layout.line_end(at) + 1
        line = layout.text[at:stop]
        if line.strip() and len(line) - len(line.lstrip()) <= column:
            break
        at = stop if line.strip() else at
        if not line.strip():
            break
    return at
