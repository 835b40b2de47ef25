"""Drafts: new records made from answers, with “not stated” for what nobody knows, and nothing made up."""

from __future__ import annotations

import datetime
import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from macros.anatomy import Part, parts
from macros.base import EvidenceBase
from macros.document import Data, as_yaml
from macros.fields import NOT_STATED
from macros.form import Field as Asked
from macros.form import asked
from macros.kinds import FOLDER_OF, FOLDERS
from macros.kinds.claim import ClaimSheet
from macros.kinds.common import Record
from macros.likeness import likeness, words
from macros.tidiness import FieldForm, Form, forms
from macros.validation import model_at, written_names

KINDS: dict[str, type[Record]] = {model.kind: model for model in FOLDERS.values()}
_ALIKE = 75
_SILENT = "not-stated"
_LONGEST_ID = 60


@dataclass(frozen=True, slots=True)
class Question:
    """One field that somebody has to fill in."""

    path: tuple[str | int, ...]
    part: Part
    form: FieldForm
    several: bool
    needed: bool
    """Whether silence will not do."""
    optional: bool = False
    """Whether a record may do without the field."""

    @property
    def name(self) -> str:
        """The field's name as it is written in `--set`."""
        return ".".join(map(str, self.path))


Ask = Callable[[Question], Data]
"""Answers a question; None where nothing is known."""
More = Callable[[Question, int], bool]
"""Whether a group of fields is to be filled in (once more)."""


@dataclass
class Filling:
    """The making of one record."""

    base: EvidenceBase
    given: Mapping[str, Data]
    """Answers by the field's name, such as `title` or `reply.status`."""
    ask: Ask | None
    more: More | None
    today: datetime.date
    kind: str = ""
    missing: list[Question] = field(default_factory=list)
    """What nobody answered and cannot be left out."""

    def record(self, model: type[Record]) -> dict[str, Data]:
        """Return the data of a record of a kind."""
        self.kind = model.kind
        return self._group(model, (), self._life(model))

    def _life(self, model: type[BaseModel]) -> dict[str, Data]:
        """Return what follows from its being new."""

        def term(scheme: str, role: str) -> str:
            concepts = self.base.concepts.get(scheme, {})
            return next((id_ for id_, concept in concepts.items() if role in (id_, concept.role)), "")

        day = self.today.isoformat()
        known: dict[str, Data] = {
            "status": term("statuses", "draft"),
            "created": day,
            "modified": day,
            "review_by": (self.today + datetime.timedelta(days=365)).isoformat(),
            "coding": term("codings", "single"),
            "coded_by": [coder] if (coder := term("coders", "contributor")) else None,
            # Nobody can have been asked about what is only being written.
            "reply": {"status": reply} if (reply := term("replies", "not-sought")) else None,
            "history": [{"date": day, "event": term("events", "new"), "note": "Added."}],
        }
        return {name: value for name, value in known.items() if name in model.model_fields and value}

    def _group(self, model: type[BaseModel], path: tuple[str | int, ...], known: Mapping[str, Data]) -> dict[str, Data]:
        by_name = {part.name: part for part in parts(model)}
        found: dict[str, Data] = {}
        optional = self._optional(path)
        names = written_names(model)
        # What hangs on another answer of the group comes after it.
        for name in sorted(names, key=lambda name: bool((field := optional.get(name)) and field.when)):
            info = model.model_fields[name]
            question = _question((*path, name), by_name[name], info, forms(model)[name])
            value = self._given(question)
            if value is None:
                value = known.get(name)
            if value is None and info.is_required():
                value = self._asked(question)
            elif value is None and name in optional and self._called_for(optional[name], found):
                value = self._asked(question) or None
            if value is not None:
                found[name] = value
        return {name: found[name] for name in names if name in found}

    def _optional(self, path: tuple[str | int, ...]) -> Mapping[str, Asked]:
        """Return what is asked at a place although a record may do without it: what the form asks too."""
        lead = "".join(f"{step}." for step in path if isinstance(step, str))
        if self.ask is None:
            return {}
        inside = {name.removeprefix(lead): field for name, field in asked(self.kind).items() if name.startswith(lead)}
        return {name: field for name, field in inside.items() if "." not in name}

    def _called_for(self, field: Asked, answers: Mapping[str, Data]) -> bool:
        name, _, wanted = field.when.partition("=")
        given = str(answers.get(name, ""))
        return not field.when or wanted in (given, self.base.role("link-bases", given))

    def _given(self, question: Question) -> Data:
        if question.name in self.given:
            value = self.given[question.name]
            if isinstance(value, str) and question.several and not question.form.inner:
                return [part.strip() for part in value.split(",") if part.strip()]
            return value
        below = [name for name in self.given if name.startswith(question.name + ".")]
        if below and question.form.inner and not question.several:
            return self._group(question.form.inner, question.path, {})
        if below and question.form.inner:
            count = 1 + max(int(n) for b in below if (n := b[len(question.name) + 1 :].split(".")[0]).isdigit())
            return [self._group(question.form.inner, (*question.path, index), {}) for index in range(count)]
        return None

    def _asked(self, question: Question) -> Data:
        if question.form.inner is not None:
            return self._groups(question, question.form.inner)
        answer = self.ask(question) if self.ask else None
        if answer is not None:
            return answer
        if question.several and not question.needed:
            return []
        if question.optional:
            return None
        scheme = question.form.scheme
        if scheme and _SILENT in self.base.concepts.get(scheme, {}):
            return _SILENT
        if not (scheme or question.form.word or question.form.date or question.name == "title" or question.several):
            return NOT_STATED
        self.missing.append(question)
        return None

    def _groups(self, question: Question, inner: type[BaseModel]) -> Data:
        if not question.several:
            if question.optional and not (self.more and self.more(question, 0)):
                return None
            return self._group(inner, question.path, {})
        found: list[Data] = []
        while (question.needed and not found) or (self.more is not None and self.more(question, len(found))):
            found.append(self._group(inner, (*question.path, len(found)), {}))
        return found


def _question(path: tuple[str | int, ...], part: Part, info: FieldInfo, form: FieldForm) -> Question:
    several = "tuple" in str(info.annotation)
    least = any(getattr(mark, "min_length", 0) for mark in info.metadata)
    required = info.is_required()
    return Question(path, part, form, several, bool(required and (not several or least)), optional=not required)


def id_from(title: str) -> str:
    """Propose an id: a title's words in small letters, as many as fit."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    parts_ = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    while len(parts_) > 1 and len("-".join(parts_)) > _LONGEST_ID:
        parts_.pop()
    return "-".join(parts_)


def path_of(kind: str, id_: str) -> str:
    """Return where the file of a record stands below the project's folder."""
    return f"evidence/{FOLDER_OF[kind]}/{id_}.yaml"


def proposed_id(kind: str, data: Mapping[str, Data]) -> str:
    """Propose a record's id; a sheet of claims lies below its source."""
    if kind == ClaimSheet.kind:
        return f"{data.get('source')}/{id_from(str(data.get('part') or data.get('title') or ''))}"
    return id_from(str(data.get("title") or ""))


def alike(base: EvidenceBase, kind: str, title: str) -> list[tuple[str, str]]:
    """Return ids and titles of records that a new one may repeat, the likeliest first."""
    scored = sorted(
        ((_near(title, record.title), id_, record.title) for id_, record in base.records.get(kind, {}).items()),
        reverse=True,
    )
    return [(id_, other) for score, id_, other in scored[:3] if score >= _ALIKE]


def _near(title: str, other: str) -> float:
    """Return how near two titles are; all of a title's words in the other count as near."""
    short, long = sorted((set(words(title)), set(words(other))), key=len)
    return 100.0 if len(short) > 1 and short <= long else likeness(title, other)


def written(model: type[Record], data: Mapping[str, Data], base: EvidenceBase, shown_as: str) -> str:
    """Return a record's text in form, each field with what it is for above it."""
    lines = ["# Lines that start with # explain; delete them when you no longer need them."]
    for part in parts(model):
        if part.name not in written_names(model):
            continue
        about = textwrap.wrap(part.description, 100)
        if part.name in data:
            lines += [f"# {line}" for line in about]
            lines.append(as_yaml({part.name: data[part.name]}, width=1000).rstrip())
        else:
            inner = model_at(model, (part.name,))
            told = " ".join(about) or (inner.__doc__ or "").strip().partition("\n")[0] if inner else " ".join(about)
            lines.append(
                "\n".join(
                    textwrap.wrap(f"# (optional) {part.name}: {told}".rstrip(": "), 100, subsequent_indent="#   ")
                )
            )
    text = "\n".join(lines) + "\n"
    tidied = Form.of(base).tidied(text.encode(), shown_as, model)
    # What was probably meant is asked, not written.
    guessed = tidied is not None and any(slip.guessed for slip in tidied.slips)
    return tidied.text if tidied and not tidied.refused and not guessed else text


def flattened(data: Data, path: str = "") -> dict[str, Data]:
    """Return nested answers by the names that `--set` uses."""
    found: dict[str, Data] = {}
    if isinstance(data, dict):
        for key, value in data.items():
            found |= flattened(value, f"{path}.{key}" if path else key)
    elif path:
        found[path] = data
    return found


def add(root: Path, shown_as: str, text: str) -> bool:
    """Write a new file; never over one that is there."""
    file = root / shown_as
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        return False
    return True
