"""Forms for contributors: what is asked, in which order and words, and the rules that a browser checks by.

What a field holds, whether it has to be there and which terms it may have come from the models; its
question, help and examples from the vocabulary of questions. Only the order in which things are asked
stands here. The rules are the models' JSON Schemas and the patterns of `macros.rules`, as data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from macros.anatomy import Part, parts
from macros.base import EvidenceBase
from macros.contribution import ACCOUNTS, FOLDER, SUPPLIED
from macros.fields import NOT_STATED, SLUG
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.common import Record
from macros.kinds.innovation import Innovation
from macros.kinds.source import Source
from macros.kinds.vocabulary import Concept
from macros.placeholder import PLACEHOLDER
from macros.reference_rules import BODY_WORDS, REQUIRED
from macros.rules.locator import MAX_WORDS, MIN_WORDS
from macros.rules.number import DATE, NUMBER, QUOTED, YEAR, names
from macros.validation import model_at

WORDS = "form-questions"
"""The vocabulary of what is asked about each field."""
REFERENCE_TYPES = "reference-types"
NEW = "new"
"""Stands for a document that is no source yet."""
_RADIOS = 7
"""Terms up to which all are shown; more go into a list that opens."""

FORMS: dict[str, type[Record]] = {CaseStudy.kind: CaseStudy, Innovation.kind: Innovation}
"""The kinds of record that there is a form for."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a form asks for, and those inside it."""

    name: str
    inner: tuple[Field, ...] = ()
    silent: bool = False
    """Whether the document may be silent on it."""
    least: int = 0
    """How many entries of a list a form starts with."""
    when: str = ""
    """Another field of the same group and a role or value of it, without which this is not asked."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as a page shows it."""

    name: str
    """The field; dots lead into groups of fields."""
    path: str
    control: str
    """line, text, lines, radios, select, choices, country, countries, passage, passages, set or list."""
    words: Concept
    required: bool
    silent: bool = False
    options: tuple[Concept, ...] = ()
    inner: tuple[Ask, ...] = ()
    least: int = 0
    when: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Questions that are asked together."""

    id: str
    words: Concept
    asks: tuple[Ask, ...]
    part: str
    """The part of the contribution that they fill: document, passages or account."""


_PASSAGE = Field(
    "passages",
    (
        Field("statement"),
        Field("basis"),
        Field("locator.section"),
        Field("locator.page"),
        Field("locator.start"),
        Field("locator.end"),
        Field("numbers", (Field("printed"), Field("unit"), Field("population", silent=True), Field("denominator"))),
    ),
    least=1,
)
_LEARNING = Field(
    "learning",
    (
        *map(Field, ("what", "direction", "type", "level", "mode", "basis")),
        Field("claim", when="basis=stated"),
        Field("reason", when="basis=judged"),
    ),
)
_GAPS = ("step-gaps", (Field("not_stated"), Field("themes")))
_ORIGIN = (Field("place", silent=True), Field("country"), Field("claim"))

LAYOUT: dict[str, tuple[tuple[str, tuple[Field, ...]], ...]] = {
    CaseStudy.kind: (
        (
            "step-account",
            (
                *map(Field, ("title", "type", "topic", "summary")),
                Field("start", silent=True),
                Field("end", silent=True),
                Field("countries"),
            ),
        ),
        (
            "step-partners",
            (
                Field(
                    "partners",
                    (
                        Field("name", silent=True),
                        Field("side"),
                        Field("country"),
                        Field("type"),
                        Field("role", silent=True),
                    ),
                    least=1,
                ),
            ),
        ),
        (
            "step-what-happened",
            (
                Field("done", silent=True),
                Field("outcomes", (Field("side"), Field("what", silent=True), Field("claims")), least=1),
            ),
        ),
        ("step-learning", (_LEARNING, Field("speakers", (Field("who"), Field("side"), Field("claim"))))),
        _GAPS,
    ),
    Innovation.kind: (
        ("step-account", tuple(map(Field, ("title", "type", "summary")))),
        (
            "step-origin",
            (
                *(Field(name, _ORIGIN) for name in ("conceived", "developed", "first_used", "adopted")),
                Field("origin", (Field("verdict"), Field("reason"))),
            ),
        ),
        (
            "step-path",
            (Field("path", tuple(map(Field, ("stage", "state", "side", "claims", "note"))), least=1),),
        ),
        ("step-learning", (_LEARNING,)),
        _GAPS,
    ),
}


def steps(base: EvidenceBase, kind: str) -> tuple[Step, ...]:
    """Return what the form for a kind of record asks, step by step."""
    asker = _Asker(base, kind)
    return (
        Step("document", asker.words("step-document"), tuple(asker.document()), "document"),
        Step("passages", asker.words("step-passages"), (asker.ask(_PASSAGE, ClaimSheet, claims=True),), "passages"),
        *(
            Step(
                name.removeprefix("step-"),
                asker.words(name),
                tuple(asker.ask(field, FORMS[kind]) for field in fields),
                "account",
            )
            for name, fields in LAYOUT[kind]
        ),
    )


def words(base: EvidenceBase, kind: str, path: str) -> Concept | None:
    """Return the words for a field: by kind and path, by path, or by the field's own name."""
    dashed = re.sub(r"[._]", "-", path)
    found = base.concepts.get(WORDS, {})
    own = re.sub(r"[._]", "-", path.rpartition(".")[2])
    return next((found[name] for name in (f"{kind}-{dashed}", dashed, own) if name in found), None)


def asked(kind: str) -> dict[str, Field]:
    """Return every field that the form for a kind asks for, by its name; none for a kind without a form."""

    def within(fields: Sequence[Field], lead: str) -> Iterator[tuple[str, Field]]:
        for field in fields:
            yield f"{lead}{field.name}", field
            yield from within(field.inner, f"{lead}{field.name}.")

    return {name: field for _, fields in LAYOUT.get(kind, ()) for name, field in within(fields, "")}


class _Asker:
    """Makes questions of one kind's fields."""

    def __init__(self, base: EvidenceBase, kind: str) -> None:
        self.base, self.kind = base, kind

    def words(self, path: str) -> Concept:
        found = words(self.base, self.kind, path)
        if found is None:
            raise KeyError(path)
        return found

    def terms(self, scheme: str) -> tuple[Concept, ...]:
        """Return what a reader may choose; not what only we can say of a claim of ours."""
        concepts = tuple(self.base.concepts.get(scheme, {}).values())
        return tuple(c for c in concepts if scheme != "bases" or c.role not in {"arithmetic", "inference"})

    def ask(self, field: Field, model: type[BaseModel], at: str = "", *, claims: bool = False) -> Ask:
        """Return the question about a field of `model`; `at` is what the words' path has before it."""
        name = "claims" if claims else field.name
        inner, _, last = name.rpartition(".")
        group = model_at(model, tuple(inner.split("."))) if inner else model
        assert group is not None, field
        part = next(part for part in parts(group) if part.name == last)
        annotation = group.model_fields[last]
        several = "tuple" in str(annotation.annotation)
        path = f"{at}.{field.name}".lstrip(".")
        below = model_at(group, (last,)) if part.group and field.inner else None
        prefix = "" if several else f"{field.name}."
        asks = tuple(
            self.ask(
                Field(f"{prefix}{f.name}", f.inner, f.silent, f.least, f.when),
                below if several else model,
                path if several else at,
            )
            for f in field.inner
            if below is not None
        )
        scheme = part.scheme
        if part.group and not asks and (tag := model_at(group, (last,))):
            scheme = next(inner.scheme for inner in parts(tag) if inner.scheme)
        options = self.terms(scheme) if scheme else ()
        control = _control(replace(part, scheme=scheme), several, options, bool(asks))
        return Ask(
            name=field.name,
            path=path,
            control=control,
            words=self.words(path),
            required=annotation.is_required() and not (several and not field.least),
            silent=field.silent,
            options=options,
            inner=asks,
            least=field.least,
            when=field.when,
        )

    def document(self) -> Iterator[Ask]:
        """Yield the questions about the document: one that is a source already, or what a reference needs."""
        sources = tuple(Concept(id=source.id, label=source.title) for source in self.base.all(Source).values())
        if sources:
            another = Concept(id=NEW, label="Another document")
            yield Ask("source", "source", _one_of(sources), self.words("source"), True, options=(*sources, another))
        when = f"source={NEW}" if sources else ""
        types, sorts = self.terms(REFERENCE_TYPES), self.terms("source-types")
        for name, control, required, silent, options, only in (
            ("entry", _one_of(types), True, False, types, ""),
            ("title", "line", True, False, (), ""),
            ("authors", "lines", False, False, (), ""),
            ("organisation", "line", False, False, (), ""),
            ("journal", "line", True, False, (), "entry=article"),
            ("date", "line", True, True, (), ""),
            ("doi", "line", False, False, (), ""),
            ("url", "line", False, False, (), ""),
            ("type", _one_of(sorts), True, False, sorts, ""),
            ("summary", "text", True, False, (), ""),
        ):
            condition = " & ".join(filter(None, (when, only)))
            words = self.words(f"document.{name}")
            yield Ask(name, f"document.{name}", control, words, required, silent, options, when=condition)


def _one_of(options: Sequence[Concept]) -> str:
    return "radios" if len(options) <= _RADIOS else "select"


def _control(part: Part, several: bool, options: Sequence[Concept], inner: bool) -> str:
    if inner:
        return "list" if several else "set"
    if part.kinds == (Claim.kind,):
        return "passages" if several else "passage"
    if part.scheme == "countries":
        return "countries" if several else "country"
    if part.scheme:
        return "choices" if several else _one_of(options)
    if several:
        return "lines"
    return "text" if part.prose else "line"


def rules(base: EvidenceBase, kind: str) -> dict[str, Any]:
    """Return what a browser checks a contribution by, as data for JSON."""
    schemas = {"account": _schema(FORMS[kind]), "sheet": _schema(ClaimSheet), "source": _schema(Source)}
    used = set(_vocabularies(schemas))
    references = base.bibliography.references
    numbered = [word for c in base.concepts.get("numbered-names", {}).values() for word in (c.label, *c.alt)]
    return {
        "kind": kind,
        "account": next(name for name, of in ACCOUNTS.items() if of == kind),
        "folder": f"evidence/{FOLDER}",
        "schemas": schemas,
        "terms": {scheme: list(base.concepts.get(scheme, {})) for scheme in sorted(used)},
        "roles": {
            scheme: {id_: concept.role for id_, concept in base.concepts.get(scheme, {}).items() if concept.role}
            for scheme in ("link-bases", "stages", "stage-states", "sides", "bases")
        },
        "ids": {
            "account": sorted(base.records[kind]),
            "source": sorted(base.records[Source.kind]),
            "reference": sorted(references),
        },
        "dois": {reference.doi.lower(): key for key, reference in references.items() if reference.doi},
        "required": {type_: REQUIRED[type_] for type_ in base.concepts.get(REFERENCE_TYPES, {}) if type_ in REQUIRED},
        "bodies": sorted(BODY_WORDS),
        "words": [MIN_WORDS, MAX_WORDS],
        "patterns": {
            "slug": SLUG.pattern,
            "placeholder": _portable(PLACEHOLDER.pattern),
            "number": _portable(NUMBER.pattern),
            "year": YEAR.pattern,
            "names": _portable(names(numbered).pattern),
            "date": DATE.pattern,
            "quoted": QUOTED.pattern,
        },
        "silent": NOT_STATED,
    }


def _portable(pattern: str) -> str:
    """Return a pattern in the words of JavaScript, whose letters end with z unless they are asked for by name."""
    letter = r"\p{L}\p{N}_"
    pattern = re.sub(r"\\([ #&~-])", r"\1", pattern)
    if pattern.startswith(r"\b"):
        pattern = f"(?<![{letter}])" + pattern.removeprefix(r"\b")
    return pattern.replace(r"\b", f"(?![{letter}])").replace(r"\w", letter)


_KEPT = {
    *("type", "properties", "required", "items", "minItems", "anyOf", "enum", "$ref", "$defs"),
    *("format", "minimum", "minLength", "pattern", "x-vocabulary", "x-record", "x-prose"),
}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's JSON Schema without what only people read, and not asking for what a contribution is given."""
    schema: dict[str, Any] = _pruned(model.model_json_schema())
    schema["required"] = [name for name in schema["required"] if name not in SUPPLIED[model.__name__]]
    return schema


def _pruned(node: Any, *, names_below: bool = False) -> Any:
    if isinstance(node, list):
        return [_pruned(item) for item in node]
    if not isinstance(node, dict):
        return node
    if names_below:
        return {
            name: _pruned(inner)
            for name, inner in node.items()
            if not (isinstance(inner, dict) and inner.get("x-derived"))
        }
    kept = {
        key: value if key in {"required", "enum"} else _pruned(value, names_below=key in {"properties", "$defs"})
        for key, value in node.items()
        if key in _KEPT
    }
    if "required" in kept:
        kept["required"] = [name for name in kept["required"] if name in kept["properties"]]
    return kept


def _vocabularies(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("x-vocabulary"), str):
            yield node["x-vocabulary"]
        for value in node.values():
            yield from _vocabularies(value)
    elif isinstance(node, list):
        for value in node:
            yield from _vocabularies(value)
