"""The bibliography: `.bib` files read into references, with the place of everything in them.

The files are split into blocks by bibtexparser. Values, names and abbreviations are put together
here, because every problem has to be told with its line, and nothing may get lost on the way.
"""

from __future__ import annotations

import calendar
import logging
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bibtexparser.entrypoint import parse_string, write_string
from bibtexparser.library import Library
from bibtexparser.middlewares.enclosing import AddEnclosingMiddleware
from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import Entry, ImplicitComment, ParsingFailedBlock, String
from bibtexparser.model import Field as EntryField
from bibtexparser.writer import BibtexFormat

from macros import latex
from macros.fields import NOT_STATED
from macros.nearest import did_you_mean
from macros.problem import Fix, Place, Problem
from macros.reference import HOUSE_FIELDS, Bibliography, Field, Name, Reference
from macros.reference_rules import LIST_FIELDS, VERBATIM_FIELDS, bare_doi, check, check_together, is_web_address

__all__ = ["Bibliography", "Name", "Reference", "bibtex", "parse_bibliography", "read_bibliography"]

MAX_BYTES = 1024 * 1024
MAX_LENGTH = 20_000
"""Of one field, in characters."""
MAX_NESTING = 16
"""Of braces in one field."""
_MAX_REPORTS = 20
"""Of hidden characters in one file."""

_MONTHS = {month.lower(): str(number) for number, month in enumerate(calendar.month_abbr) if month}
_ESCAPABLE_BRACE = re.compile(r"(?<!\\)[{}]")
_QUOTE_OR_BRACE = re.compile(r'(?<!\\)[{}"]')
_WORD = re.compile(r"[^\s#{}\",=()%]+")
_SPACE = re.compile(r"\s*")
_OPENING = re.compile(r"@\s*\w+\s*[{(]")
_KEY_GUESS = re.compile(r"@\s*\w+\s*[{(]\s*([^\s,={}@]+)")
_YEAR = re.compile(r"\s*(\d{4})(?!\d)")
_BRACES = AddEnclosingMiddleware(
    reuse_previous_enclosing=False, enclose_integers=True, default_enclosing="{", allow_inplace_modification=True
)
_FORMAT = BibtexFormat()  # type: ignore[no-untyped-call]
_FORMAT.indent = "  "
_FORMAT.block_separator = "\n"
_FORMAT.trailing_comma = True

# Its warnings are told as problems, with the place of what is wrong.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL + 1)


def read_bibliography(
    files: Iterable[Path], root: Path, today: date | None = None, more: Mapping[str, str] | None = None
) -> tuple[Bibliography, list[Problem]]:
    """Read `.bib` files into one bibliography, with every problem met on the way.

    Problems name the files relative to `root`. `today` is what years are held against. `more` holds texts
    from elsewhere, by the path to name in problems.
    """
    texts: dict[str, bytes] = {}
    problems: list[Problem] = []
    for file in files:
        shown_as = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
        try:
            size = file.stat().st_size
            texts[shown_as] = file.read_bytes() if size <= MAX_BYTES else b""
        except OSError as error:
            problems.append(Problem("E501", Place(shown_as), f"The file cannot be read: {error.strerror}."))
            continue
        if size > MAX_BYTES:
            problems.append(_too_large(shown_as, size))
    bibliography, found = parse_bibliography(texts | dict(more or {}), today)
    return bibliography, sorted(problems + found, key=lambda problem: problem.sort_key)


def parse_bibliography(
    texts: Mapping[str, str | bytes], today: date | None = None
) -> tuple[Bibliography, list[Problem]]:
    """Parse the texts of `.bib` files, by the path to name in problems; see `read_bibliography`.

    Of two entries with one key the first is kept. An entry whose fields have problems is kept too,
    with whatever of it can be used.
    """
    today = today or date.today()
    references: dict[str, Reference] = {}
    problems: list[Problem] = []
    for path, content in texts.items():
        source, found = _source(path, content)
        problems += found
        if source is None:
            continue
        for reference, found in _references(source):
            problems += found
            if reference is None:
                continue
            first = references.setdefault(reference.key, reference)
            if first is not reference:
                problems.append(_duplicate(reference, first))
            problems += check(reference, today)
    bibliography = Bibliography(MappingProxyType(references))
    problems += check_together(bibliography)
    return bibliography, sorted(problems, key=lambda problem: problem.sort_key)


def bibtex(*references: Reference) -> str:
    """Return entries that other programs can read: abbreviations filled in, our own fields left out."""
    return "\n".join(
        bibtex_entry(
            reference.type,
            reference.key,
            {
                field.name: _rebraced(field)
                for field in reference.fields.values()
                if field.name not in HOUSE_FIELDS and field.text not in ("", NOT_STATED)
            },
        )
        for reference in references
    )


def bibtex_entry(type_: str, key: str, fields: Mapping[str, str]) -> str:
    """Return one entry of fields as they are typed, in LaTeX; empty ones are left out."""
    entry = Entry(type_, key, [EntryField(name, typed) for name, typed in fields.items() if typed])
    return write_string(Library([entry]), unparse_stack=[_BRACES], bibtex_format=_FORMAT)


def _rebraced(field: Field) -> str:
    value = field.typed if latex.nesting(field.typed) >= 0 else latex.encode(field.text)
    # A publisher is one name here, however many words it has.
    return f"{{{value}}}" if field.name in LIST_FIELDS and " and " in value else value


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of one file, and where its lines start."""

    path: str
    text: str
    line_starts: tuple[int, ...]

    def place(self, offset: int) -> Place:
        line = bisect_right(self.line_starts, offset)
        return Place(self.path, line, offset - self.line_starts[line - 1] + 1)


@dataclass(frozen=True, slots=True)
class _Value:
    """What a field's expression comes to."""

    typed: str
    offset: int
    """Where the text starts, from the start of the expression."""
    problem: tuple[int, str, str] | None = None
    """Offset, message and suggestion of what is wrong with the expression."""


def _source(path: str, content: str | bytes) -> tuple[_Source | None, list[Problem]]:
    if len(content) > MAX_BYTES:
        return None, [_too_large(path, len(content))]
    if isinstance(content, bytes):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            column = error.start - content.rfind(b"\n", 0, error.start)
            message = "The file is not valid UTF-8 text."
            return None, [Problem("E501", Place(path, line, column), message, "Save it again as UTF-8 in your editor.")]
    else:
        text = content
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    source = _Source(path, text, tuple(starts))
    return source, list(_hidden(source))


def _too_large(path: str, size: int) -> Problem:
    return Problem(
        "E501",
        Place(path),
        f"The file is {size / MAX_BYTES:.1f} MiB large; at most 1 MiB is read.",
        "Split it into several files; all .bib files of the folder make one bibliography.",
    )


def _hidden(source: _Source) -> Iterator[Problem]:
    for count, match in enumerate(latex.HIDDEN.finditer(source.text)):
        if count == _MAX_REPORTS:
            return
        character = match.group()
        yield Problem(
            "E518",
            source.place(match.start()),
            f"An invisible character stands here (U+{ord(character):04X}).",
            "Delete it; it is often pasted in by accident.",
            fix=Fix(character, ""),
        )


def _references(source: _Source) -> Iterator[tuple[Reference | None, list[Problem]]]:
    """Yield each entry of a file, or None where there is none, with the problems of reading it."""
    try:
        blocks = parse_string(source.text, parse_stack=[]).blocks
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes another's parser raise
        message = "The file cannot be read as BibTeX."
        yield None, [Problem("E502", Place(source.path), message, f"The parser stopped at: {error!r:.200}")]
        return
    strings: dict[str, _Value] = {}
    cursor = 0
    after_failure = False
    for block in blocks:
        raw = block.raw or ""
        start = source.text.find(raw, cursor)
        if start < 0:
            start = cursor
        cursor = start + len(raw)
        content = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if isinstance(content, Entry):
            yield _entry(content, source, start, strings)
        elif isinstance(content, String):
            found = _string(content, source, start, strings)
            if found:
                yield None, found
        elif isinstance(block, ParsingFailedBlock):
            reason = str(getattr(block.error, "abort_reason", block.error))
            yield None, [_unparsable(source, start, raw, reason)]
        elif isinstance(block, ImplicitComment) and not after_failure:
            found = list(_stray(source, start, raw))
            if found:
                yield None, found
        after_failure = isinstance(block, ParsingFailedBlock) and content is None


def _unparsable(source: _Source, start: int, raw: str, reason: str) -> Problem:
    guess = _KEY_GUESS.match(raw)
    name = f"The entry “{guess.group(1)[:60]}”" if guess else "An entry"
    if "end of file" in reason or "Unexpected block start" in reason:
        what = "is not closed before the next one starts" if "block" in reason else "is never closed"
        hint = "Check that every { and every quotation mark in it has its partner."
    elif "Expected a `=`" in reason:
        what = "has something in it that is not of the form “name = {value}”"
        hint = "Check for a comma inside a name, a missing “=” or a brace too many."
    else:
        what = "cannot be read"
        hint = "It starts “@type{key,” and every field is “name = {value},”."
    return Problem("E502", source.place(start), f"{name} {what}.", hint)


def _stray(source: _Source, start: int, raw: str) -> Iterator[Problem]:
    """Yield the first line between entries that is no comment."""
    offset = start
    for line in raw.splitlines(keepends=True):
        text = line.strip()
        if text and not text.startswith("%"):
            yield Problem(
                "E517",
                source.place(offset + len(line) - len(line.lstrip())),
                f"“{text[:40]}” stands outside an entry and would be passed over.",
                "Start a comment with %, and an entry with @.",
            )
            return
        offset += len(line)


def _string(block: String, source: _Source, start: int, strings: dict[str, _Value]) -> list[Problem]:
    name = block.key.lower()
    place = source.place(start)
    if name in strings:
        message = f"The abbreviation “{block.key}” is defined twice."
        return [Problem("E503", place, message, "Keep one of them.")]
    value = _evaluate(block.value, strings)
    strings[name] = value
    return [Problem("E521", place, value.problem[1], value.problem[2])] if value.problem else []


def _entry(
    entry: Entry, source: _Source, start: int, strings: Mapping[str, _Value]
) -> tuple[Reference | None, list[Problem]]:
    opening = _OPENING.match(source.text, start)
    key_start = _skip_space(source.text, opening.end() if opening else start)
    if not entry.key:
        message = "An entry has no key."
        return None, [Problem("E502", source.place(start), message, "It starts “@type{key,”.")]
    problems: list[Problem] = []
    fields: dict[str, Field] = {}
    for field, name_at, value_at in _located(entry, source.text, key_start + len(entry.key)):
        name = field.key.lower()
        place = source.place(name_at)
        if name in fields:
            message = f"The field “{name}” is written twice in “{entry.key}”."
            problems.append(Problem("E504", place, message, "Keep one of them."))
            continue
        value = _evaluate(field.value, strings)
        if value.problem:
            at, message, suggestion = value.problem
            problems.append(Problem("E521", source.place(value_at + at), message, suggestion))
        typed = value.typed
        nesting = latex.nesting(typed)
        if len(typed) > MAX_LENGTH or nesting > MAX_NESTING:
            problems.append(_oversized(name, typed, place))
            typed = latex.plain(typed[:MAX_LENGTH]).replace("{", "").replace("}", "")
        read = latex.plain if name in VERBATIM_FIELDS else latex.decode
        fields[name] = Field(name, typed, read(typed), place, source.place(value_at + value.offset))
    authors, et_al, found = _names(fields.get("author"))
    editors, more_editors, more = _names(fields.get("editor"))
    reference = _reference(entry, source.place(key_start), fields, authors, editors, et_al or more_editors)
    return reference, problems + found + more


def _reference(
    entry: Entry,
    place: Place,
    fields: dict[str, Field],
    authors: tuple[Name, ...],
    editors: tuple[Name, ...],
    et_al: bool,
) -> Reference:
    def text(*names: str) -> str:
        return next((fields[name].text for name in names if name in fields and fields[name].text), "")

    year = _YEAR.match(text("date", "year"))
    doi, url = bare_doi(text("doi")), text("url")
    return Reference(
        key=entry.key,
        type=entry.entry_type,
        fields=MappingProxyType(fields),
        title=text("title"),
        authors=authors,
        editors=editors,
        et_al=et_al,
        year=int(year.group(1)) if year else None,
        undated=text("date", "year").lower() == NOT_STATED,
        doi=doi,
        url=url if is_web_address(url) else "",
        urldate="" if text("urldate").lower() == NOT_STATED else text("urldate"),
        provenance=text("provenance"),
        raw=entry.raw or "",
        place=place,
    )


def _located(entry: Entry, text: str, cursor: int) -> Iterator[tuple[Any, int, int]]:
    """Yield the fields of an entry with the offsets of their names and values in the file."""
    for field in entry.fields:
        name_at = max(text.find(field.key, cursor), cursor)
        equals = max(text.find("=", name_at + len(field.key)), name_at)
        value_at = max(text.find(field.value, equals + 1), equals)
        cursor = value_at + len(field.value)
        yield field, name_at, value_at


def _evaluate(expression: str, strings: Mapping[str, _Value]) -> _Value:
    """Work out a value: texts in braces or quotation marks, numbers and abbreviations, joined by #."""
    if expression[:1] == "{" and expression[-1:] == "}":
        inner = expression[1:-1]
        if "{" not in inner and "}" not in inner:
            return _Value(inner, 1)
    parts: list[str] = []
    offset, at = 0, _skip_space(expression, 0)
    if at == len(expression):
        return _Value("", 0, (0, "A field has nothing after the “=”.", "Fill it in, or delete the field."))
    while True:
        start = at
        opening = expression[at : at + 1]
        if opening in ("{", '"'):
            end = _closing(expression, at)
            if end < 0:
                problem = (at, "A value is not closed.", "Add the missing brace or quotation mark.")
                return _Value(expression[at + 1 :], at + 1, problem)
            parts.append(expression[at + 1 : end])
            at = end + 1
        else:
            word = _WORD.match(expression, at)
            if not word:
                message = f"A value cannot start with “{opening}”."
                return _Value("".join(parts), offset, (at, message, "Put the value in braces."))
            at = word.end()
            text = _abbreviation(word.group(), strings)
            if text is None:
                message = f"“{word.group()[:40]}” is neither in braces nor a number nor a known abbreviation."
                hint = did_you_mean(word.group(), strings) or "Put the whole value in braces."
                return _Value(expression, 0, (start, message, hint))
            parts.append(text)
        if len(parts) == 1:
            offset = start + (opening in ("{", '"'))
        at = _skip_space(expression, at)
        if at == len(expression):
            # Abbreviations made of abbreviations could double without end.
            return _Value("".join(parts)[: MAX_LENGTH + 1], offset)
        if expression[at] != "#":
            rest = expression[at:].split(None, 1)[0][:40]
            message = f"After this value comes “{rest}” without a comma."
            return _Value("".join(parts), offset, (at, message, "Put a comma between the fields."))
        at = _skip_space(expression, at + 1)


def _abbreviation(word: str, strings: Mapping[str, _Value]) -> str | None:
    if word.isdigit():
        return word
    if word.lower() in strings:
        return strings[word.lower()].typed
    return _MONTHS.get(word.lower())


def _closing(expression: str, start: int) -> int:
    """Return the offset of the delimiter that closes the one at `start`, or -1."""
    if expression[start] == '"':
        depth = 0
        for match in _QUOTE_OR_BRACE.finditer(expression, start + 1):
            if match.group() == '"' and depth == 0:
                return match.start()
            depth += {"{": 1, "}": -1}.get(match.group(), 0)
        return -1
    depth = 0
    for match in _ESCAPABLE_BRACE.finditer(expression, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return -1


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _names(field: Field | None) -> tuple[tuple[Name, ...], bool, list[Problem]]:
    """Return the names in a field, whether it ends in “and others”, and what is wrong with them."""
    if field is None or not field.typed.strip():
        return (), False, []
    names: list[Name] = []
    problems: list[Problem] = []
    typed = [latex.HIDDEN.sub("", name).strip() for name in split_multiple_persons_names(field.typed)]
    others = bool(typed) and typed[-1].lower() == "others"
    for name in typed[:-1] if others else typed:
        if not name:
            continue
        if name[0] == "{" and _closing(name, 0) == len(name) - 1:
            names.append(Name(latex.decode(name), corporate=True))
            continue
        try:
            parts = parse_single_name_into_parts(name)
        except InvalidNameError:
            message = f"The name “{latex.decode(name)[:60]}” cannot be taken apart."
            hint = "Names are “Family, Given”, joined by “and”; an organisation stands in double braces."
            problems.append(Problem("E520", field.place, message, hint))
            names.append(Name(latex.decode(name), corporate=True))
            continue
        family, given, particle, suffix = (
            latex.decode(" ".join(part)) for part in (parts.last, parts.first, parts.von, parts.jr)
        )
        names.append(Name(family or particle, given, particle if family else "", suffix))
    return tuple(names), others, problems


def _oversized(name: str, typed: str, place: Place) -> Problem:
    if len(typed) > MAX_LENGTH:
        message = f"The field “{name}” is {len(typed):,} characters long; at most {MAX_LENGTH:,} are taken."
    else:
        message = f"The braces in the field “{name}” are nested more than {MAX_NESTING} deep."
    return Problem("E523", place, message, "Check whether a closing brace is missing further up.")


def _duplicate(reference: Reference, first: Reference) -> Problem:
    return Problem(
        "E503",
        reference.place,
        f"The key “{reference.key}” is used twice; first at {first.place}.",
        "If it is the same work, delete one of them; if not, give this one another key.",
    )
