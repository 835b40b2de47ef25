"""Issues: the text of an answered form, and the draft record that can be made of it.

The text is untrusted. It is read as plain text by the labels of the form's own questions, written as
YAML by a library, and held against the same rules as every other record before it is offered.
"""

from __future__ import annotations

import datetime
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rapidfuzz import fuzz

from macros.base import EvidenceBase
from macros.check import check
from macros.comment import code, inert
from macros.contribution import ACCOUNTS
from macros.contribution import FOLDER as CONTRIBUTIONS
from macros.document import as_yaml
from macros.fields import NOT_STATED, SLUG
from macros.fixing import fixed
from macros.issue_form import FIGURES, NO_ANSWER, PARTNERS, Form, Question, forms, scheme_of
from macros.kinds import FOLDER_OF
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.source import Source
from macros.problem import Problem, Severity
from macros.reference_rules import bare_doi

MOST = 64 * 1024
"""Characters of an issue that are read; GitHub allows as many."""
_ALIKE = 90
"""From here on two titles count as the same, out of 100."""
_NEAR = 70
"""From here on a title is worth asking about, out of 100."""
_HEADINGS = 3
"""So many headings of a form show that a text was written with it."""
_WORDS = 12
_FIGURES = {"E410", "E411"}
"""Codes of the rules on numbers in free text, which a form asks for apart."""
_SILENT = "not-stated"
MOST_SAID, MOST_TOLD = 400, 20
"""Characters of one sentence of the report, and sentences of a sort."""

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an issue."""

    form: Form | None
    """The form it was written with; None when that cannot be told."""
    files: Mapping[str, str]
    """Files to add, by their path; empty when something is missing or people have to decide."""
    missing: tuple[str, ...]
    """What has to be answered or put right, in sentences."""
    remarks: tuple[str, ...] = ()
    """What whoever takes it further should know."""


def read_issue(root: Path, text: str, author: str = "", today: datetime.date | None = None) -> Outcome:
    """Make a draft record of an issue's text, or say what is missing.

    `author` is credited in the record's history. Nothing is written.
    """
    base, _ = check(root)
    sent = _SENT.search(text.replace("\r\n", "\n"))
    if sent:
        kind = next((of for name, of in ACCOUNTS.items() if f"\n{name}:" in sent[2]), "")
        files, wrong_in_it = _held_against_the_rules(root, {f"evidence/{CONTRIBUTIONS}/{sent[1]}.yaml": sent[2]})
        return Outcome(next((form for form in forms(base) if form.id == kind), None), files, wrong_in_it)
    form, answers = _answers(base, text)
    if form is None:
        return Outcome(
            None,
            {},
            (
                "The text does not have the headings of one of the forms. Open a new issue with a form, and keep its headings.",
            ),
        )
    missing = [
        f"“{question.label}” is not answered."
        for question in form.questions
        if question.required and question.id not in answers and _askable(base, form, question)
    ]
    chosen, wrong = _chosen(base, form, answers)
    missing += wrong
    if form.model is None:
        return _for_people(base, form, answers, missing)
    source, told = _source(base, answers)
    missing += told
    if missing:
        return Outcome(form, {}, tuple(missing))
    draft = _Draft(base, form, answers, chosen, source, _credit(author), today or datetime.date.today())
    written = draft.files()
    if draft.unanswered:
        return Outcome(form, {}, tuple(f"“{label}” is not answered." for label in dict.fromkeys(draft.unanswered)))
    files, wrong_in_it = _held_against_the_rules(root, written)
    remarks = [*_alike(base, form, answers)]
    remarks += [
        f"To add as numbers of the claim: {line}" for line in answers.get(FIGURES.id, "").splitlines() if line.strip()
    ]
    return Outcome(form, files, wrong_in_it, tuple(remarks))


_SENT = re.compile(rf"evidence/{CONTRIBUTIONS}/({SLUG.pattern})\.yaml:\n+```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
"""The file that the form in the browser makes, in an issue that it has begun."""


# Reading ---------------------------------------------------------------------------------------


def _answers(base: EvidenceBase, text: str) -> tuple[Form | None, dict[str, str]]:
    """Return the form that a text was written with, and its answers by question.

    A heading counts only in the order of the form's questions, so that a heading inside an answer
    is part of that answer.
    """
    lines = [_clean(line) for line in text[:MOST].replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    headings = {line.removeprefix("### ").strip() for line in lines if line.startswith("### ")}
    form = max(forms(base), key=lambda form: _known(form, headings))
    if _known(form, headings) < _HEADINGS:
        return None, {}
    places = {question.label: number for number, question in enumerate(form.questions)}
    found: dict[str, list[str]] = {}
    at = -1
    for line in lines:
        place = places.get(line.removeprefix("### ").strip(), -1) if line.startswith("### ") else -1
        if place > at:
            at = place
            found[form.questions[at].id] = []
        elif at >= 0:
            found[form.questions[at].id].append(line.rstrip())
    said = {id_: "\n".join(answer).strip() for id_, answer in found.items()}
    return form, {id_: answer for id_, answer in said.items() if answer and answer != NO_ANSWER}


def _known(form: Form, headings: set[str]) -> int:
    return sum(question.label in headings for question in form.questions)


def _clean(line: str) -> str:
    """Return a line without the invisible characters that no record may hold."""
    return "".join(
        c for c in line.replace("\t", " ") if c == " " or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}
    )


def _askable(base: EvidenceBase, form: Form, question: Question) -> bool:
    scheme = scheme_of(form, question)
    return not scheme or scheme in base.vocabularies


def _chosen(base: EvidenceBase, form: Form, answers: Answers) -> tuple[dict[str, list[str]], list[str]]:
    """Return the terms that were chosen, by question, and what was chosen that is no term."""
    chosen: dict[str, list[str]] = {}
    wrong = []
    for question in form.questions:
        scheme = scheme_of(form, question)
        if not scheme or question.id not in answers:
            continue
        terms = {concept.label: id_ for id_, concept in reversed(list(base.concepts.get(scheme, {}).items()))}
        answer = answers[question.id]
        given = re.findall(r"^- \[[xX]\] (.+)$", answer, re.MULTILINE) if question.several else [answer]
        for label in given:
            if label.strip() in terms:
                chosen.setdefault(question.id, []).append(terms[label.strip()])
            else:
                wrong.append(f"“{_short(label)}” is not one of the answers to “{question.label}”.")
    return chosen, wrong


def _source(base: EvidenceBase, answers: Answers) -> tuple[str, list[str]]:
    """Return the source that an answer names, or why there is none."""
    said = answers.get("document", "")
    if not said:
        return "", []
    works = base.bibliography.references
    doi = bare_doi(said).lower()
    key = next(
        (
            key
            for key, work in works.items()
            if said in {key, work.url} or (doi and work.doi.lower() == doi) or _same(said, work.title)
        ),
        "",
    )
    sources = base.all(Source)
    for id_, source in sources.items():
        if said == id_ or (key and source.reference == key) or _same(said, source.title):
            return id_, []
    if key:
        return "", [f"“{works[key].title}” is in the bibliography, and nobody has extracted its claims yet."]
    told = f"The document “{_short(said)}” is not among those that were read.{_nearest(said, base)}"
    return "", [f"{told} A maintainer has to add it first; the form on the site asks about a new document too."]


def _nearest(said: str, base: EvidenceBase) -> str:
    titles = [source.title for source in base.all(Source).values()]
    near = {title: fuzz.token_set_ratio(said.casefold(), title.casefold()) for title in titles}
    found = max(titles, key=lambda title: near[title], default="")
    return f" Did you mean “{found}”?" if near.get(found, 0) >= _NEAR else ""


def _same(one: str, other: str) -> bool:
    return fuzz.ratio(one.casefold(), other.casefold()) >= _ALIKE


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:79] + "…"


def _credit(author: str) -> str:
    return _short(_clean(" ".join(author.split())))


# Without a record ------------------------------------------------------------------------------


def _for_people(base: EvidenceBase, form: Form, answers: Answers, missing: Sequence[str]) -> Outcome:
    remarks = []
    if form.id == "correction" and "page" in answers:
        path = _file_of(base, answers["page"])
        remarks.append(
            f"The page is made from {path}."
            if path
            else "The page is not a record's; look for it in docs/, or in the vocabularies."
        )
    if form.id == "missing-study":
        for key, work in base.bibliography.references.items():
            doi = bare_doi(answers.get("address", "")).lower()
            if (doi and work.doi.lower() == doi) or _same(answers.get("title", ""), work.title):
                remarks.append(f"It is in the bibliography already, as “{key}”.")
    return Outcome(form, {}, tuple(missing), tuple(remarks))


def _file_of(base: EvidenceBase, page: str) -> str:
    """Return the file of the record that an address or a file's name means."""
    steps = [step.removesuffix(".yaml") for step in re.split(r"[?#]", page.strip())[0].split("/") if step]
    for start, folder in enumerate(steps):
        ids = ["/".join(steps[start + 1 : start + 1 + length]) for length in (2, 1)]
        for kind in (kind for kind, name in FOLDER_OF.items() if name == folder):
            for id_ in ids:
                if kind == Claim.kind and id_ in base.claims:
                    return base.place(base.claims[id_]).path
                if (kind, id_) in base.documents:
                    return base.documents[kind, id_].path
    return ""


# Drafts ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    base: EvidenceBase
    form: Form
    answers: Answers
    chosen: Mapping[str, list[str]]
    source: str
    author: str
    today: datetime.date
    unanswered: list[str] = field(default_factory=list)
    """Labels of questions without which there is no record, found while it is written."""

    def files(self) -> dict[str, str]:
        id_ = self._id()
        assert self.form.model is not None
        record = self._case_study(id_) if self.form.model is CaseStudy else self._innovation(id_)
        folder = FOLDER_OF[self.form.model.kind]
        return {
            f"evidence/{folder}/{id_}.yaml": as_yaml(self._life(self._said("title")) | record),
            f"evidence/claims/{self.source}/{id_}.yaml": as_yaml(self._sheet(id_)),
        }

    def _id(self) -> str:
        plain = unicodedata.normalize("NFKD", self._said("title")).encode("ascii", "ignore").decode().lower()
        slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or self.form.id
        assert self.form.model is not None
        taken = set(self.base.all(self.form.model))
        taken |= {sheet.partition("/")[2] for sheet in self.base.records[ClaimSheet.kind]}
        taken |= {claim.id for claim in self.base.claims.values()}
        return next(name for n in range(1, 10_000) if (name := slug if n == 1 else f"{slug}-{n}") not in taken)

    def _life(self, title: str) -> dict[str, Any]:
        today = self.today
        credit = f"Sent in by {self.author} with a form." if self.author else "Sent in with a form."
        return {
            "title": title,
            "status": self._term("statuses", "draft"),
            "created": today,
            "modified": today,
            "review_by": self.today + datetime.timedelta(days=365),
            "coding": self._term("codings", "single"),
            "coded_by": [self._term("coders", "contributor")],
            "history": [{"date": today, "event": "new", "note": credit}],
        }

    def _sheet(self, id_: str) -> dict[str, Any]:
        sheets = self.base.records[ClaimSheet.kind].values()
        orders = [sheet.order for sheet in sheets if isinstance(sheet, ClaimSheet) and sheet.source == self.source]
        locator = {"section": self._said("section"), "start": self._few("passage_start")}
        if "passage_end" in self.answers:
            locator["end"] = self._few("passage_end")
        return {
            **self._life(self._said("section")),
            "source": self.source,
            "part": self._said("section"),
            "order": max(orders, default=0) + 1,
            "claims": [
                {
                    "id": id_,
                    "statement": self.answers.get("done") or self.answers["summary"],
                    "basis": self._term("bases", "own"),
                    "locator": locator,
                }
            ],
        }

    def _case_study(self, id_: str) -> dict[str, Any]:
        claim = f"{self.source}/{id_}"
        numbers = [n for n in range(1, PARTNERS + 1) if n == 1 or self._speaks_of(n)]
        partners = [
            {
                "name": self._said(f"partner_{n}"),
                "side": self._pick(f"side_{n}", "sides"),
                **({"country": self.chosen[f"country_{n}"][0]} if f"country_{n}" in self.chosen else {}),
                "type": self._pick(f"type_{n}", "partner-types"),
                "role": self._said(f"role_{n}"),
            }
            for n in numbers
        ]
        countries = list(
            dict.fromkeys(self.chosen[f"country_{n}"][0] for n in numbers if f"country_{n}" in self.chosen)
        )
        outcomes = [
            {
                "side": self._pick(f"side_{n}", "sides"),
                "what": self.answers.get(f"outcome_{n}", NOT_STATED),
                **({"claims": [claim]} if f"outcome_{n}" in self.answers else {}),
            }
            for n in numbers
        ]
        return {
            "type": self._pick("type", "case-types"),
            "summary": self.answers["summary"],
            "partners": partners,
            **({"countries": countries} if countries else {}),
            "start": self._said("start"),
            "end": self._said("end"),
            "topic": self._said("topic"),
            "done": self.answers["done"],
            "outcomes": outcomes,
            **self._learning(),
            "reply": {"status": next(iter(self.base.concepts["replies"]))},
            "claims": [claim],
            **self._gaps(),
        }

    def _speaks_of(self, partner: int) -> bool:
        asked = ("partner", "side", "country", "type", "role", "outcome")
        return any(f"{name}_{partner}" in self.answers for name in asked)

    def _learning(self) -> dict[str, Any]:
        if "learning" not in self.answers:
            return {}
        flow = {
            "direction": self._pick("direction", "directions"),
            "type": self._pick("learning_type", "learning-types"),
            "level": self._pick("level", "levels"),
            "mode": self._pick("mode", "learning-modes"),
            "what": self.answers["learning"],
            "basis": self._term("link-bases", "judged"),
            "reason": "So the contributor reads it; nobody has held it against the source yet.",
        }
        return {"learning": [flow]}

    def _innovation(self, id_: str) -> dict[str, Any]:
        claim = f"{self.source}/{id_}"
        said = set(self.chosen.get("stages", ()))
        path = []
        for stage, concept in self.base.concepts["stages"].items():
            if stage in said:
                side = {"side": self.chosen["side"][0]} if "side" in self.chosen else {}
                note = "So the contributor reads it; nobody has held it against the source yet."
                path.append(
                    {
                        "stage": stage,
                        "state": self._term("stage-states", "evidenced"),
                        **side,
                        "claims": [claim],
                        "note": note,
                    }
                )
            elif concept.role not in {"ended", "unknown"}:
                path.append({"stage": stage, "state": self._term("stage-states", "silent"), "note": NOT_STATED})
        return {
            "type": self._pick("type", "innovation-types"),
            "summary": self.answers["summary"],
            **{step: {"place": self._said(step)} for step in ("conceived", "developed", "first_used", "adopted")},
            "origin": {
                "verdict": self._term("verdicts", "silent"),
                "reason": self.answers.get("origin", NOT_STATED),
            },
            "path": path,
            "claims": [claim],
            **self._gaps(),
        }

    def _gaps(self) -> dict[str, Any]:
        lines = [line.strip(" -*") for line in self.answers.get("not_stated", "").splitlines()]
        found = [line for line in lines if line]
        return {"not_stated": found} if found else {}

    def _said(self, question: str) -> str:
        """Return an answer on one line."""
        return " ".join(self.answers.get(question, NOT_STATED).split())

    def _few(self, question: str) -> str:
        """Return the few words of a passage, without the quotation marks that people put around them."""
        return " ".join(self._said(question).strip("\"'“”‘’« »…").split()[:_WORDS])

    def _pick(self, question: str, scheme: str) -> str:
        """Return the term chosen, or the one that says that nothing is stated, if the vocabulary has one."""
        if question in self.chosen:
            return self.chosen[question][0]
        term = self._term(scheme, "silent")
        if term not in self.base.concepts.get(scheme, {}):
            self.unanswered.extend(asked.label for asked in self.form.questions if asked.id == question)
        return term

    def _term(self, scheme: str, role: str) -> str:
        concepts = self.base.concepts.get(scheme, {})
        return next((id_ for id_, concept in concepts.items() if concept.role == role), _SILENT)


def _alike(base: EvidenceBase, form: Form, answers: Answers) -> Iterator[str]:
    assert form.model is not None
    for id_, record in base.all(form.model).items():
        if fuzz.token_set_ratio(answers["title"].casefold(), record.title.casefold()) >= _ALIKE:
            yield f"It may be the same as “{record.title}” (evidence/{FOLDER_OF[form.model.kind]}/{id_}.yaml)."


def _held_against_the_rules(root: Path, written: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the files in form, or what is wrong with them by the rules that every record is held against."""
    with TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        for part in ("evidence", "bib"):
            if (root / part).is_dir():
                shutil.copytree(root / part, copy / part, symlinks=True)
        for path, text in written.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(text, "utf-8")
        for result in fixed(copy, [copy / path for path in written]):
            if result.text is not None:
                result.file.write_text(result.text, "utf-8")
        in_form = {path: (copy / path).read_text("utf-8") for path in written}
        _, problems = check(copy)
    told = [problem for problem in problems if problem.place.path in written and problem.severity is Severity.ERROR]
    return ({}, tuple(_in_words(told))) if told else (in_form, ())


def _in_words(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield what is wrong with a draft, to somebody who sees the form and not the file."""
    figures = dict.fromkeys(
        figure[0].rstrip(",.")
        for problem in problems
        if problem.code in _FIGURES and (figure := re.search(r"\d\S*", problem.message))
    )
    if figures:
        shown = ", ".join(figures)
        yield f"Figures stand in the answers ({shown}). Please move them to “{FIGURES.label}”, with what they count."
    rest = (f"{p.message} {p.suggestion}".strip() for p in problems if p.code not in _FIGURES)
    yield from dict.fromkeys(rest)


# Report ----------------------------------------------------------------------------------------


def report(outcome: Outcome) -> str:
    """Return what became of an issue in Markdown, for whoever wrote it and whoever takes it further."""
    lines = []
    if outcome.missing:
        lines += ["Thank you. Before this can become a record, something is missing:", ""]
        lines += [f"- {inert(sentence, MOST_SAID)}" for sentence in outcome.missing[:MOST_TOLD]]
        lines += ["", "Edit the issue to put it right; nothing has to be written again."]
    elif outcome.files:
        lines += ["Thank you. This is a draft now:", "", *(f"- {code(path)}" for path in outcome.files)]
        lines += ["", "It is marked as a draft until a second reader has held it against the document."]
    else:
        lines.append("Thank you. Nothing is missing; a maintainer takes it from here.")
    if outcome.remarks:
        lines += ["", *(f"- {inert(remark, MOST_SAID)}" for remark in outcome.remarks[:MOST_TOLD])]
    return "\n".join(lines) + "\n"
