"""Issue forms: the questions that somebody without git answers, made from the models and the vocabularies.

What GitHub shows is a file for each form; what comes back is text with a heading for each question,
which `macros.issue` reads. Both know a question by its label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from macros.anatomy import parts
from macros.base import EvidenceBase, load
from macros.kinds.case_study import CaseStudy
from macros.kinds.common import Record
from macros.kinds.innovation import Innovation
from macros.validation import model_at

FOLDER = ".github/ISSUE_TEMPLATE"
NO_ANSWER = "_No response_"
"""What GitHub writes for a question that was left out."""
PARTNERS = 2
_HEAD = "# Made by “python -m macros issue-forms” from the models and the vocabularies; do not edit.\n"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form."""

    id: str
    label: str
    help: str = ""
    long: bool = False
    """Whether the answer may have several lines."""
    required: bool = False
    field: str = ""
    """Field of the record whose vocabulary gives the answers to choose from, such as `partners.side`."""
    several: bool = False
    """Whether several answers may be chosen."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: what it makes, and its questions."""

    id: str
    """Its file's name."""
    name: str
    about: str
    intro: str
    questions: tuple[Question, ...]
    model: type[Record] | None = None
    """The kind of record that is made of the answers; None where people decide what becomes of them."""


EVIDENCE = (
    Question(
        "document",
        "Which document says so?",
        "Its title, DOI or web address. Without a document that others can read, nothing can be added.",
        required=True,
    ),
    Question(
        "section", "In which section of the document?", "The heading above the passage, as printed.", required=True
    ),
    Question(
        "passage_start",
        "First few words of the passage",
        "At most twelve, exactly as printed, so that others find the place. Good: “In the shade of a lime”. Bad: “page 3”.",
        required=True,
    ),
    Question("passage_end", "Last few words of the passage", "At most twelve, exactly as printed."),
)

FIGURES = Question(
    "figures",
    "Which figures does the document give?",
    "One a line: the figure as printed, what it counts, and out of how many. Leave figures out of the other answers: "
    "each is shown with where it stands, and a maintainer adds it so.",
    long=True,
)
_TITLE = Question("title", "What should it be called?", "A few words, as you would tell a colleague.", required=True)
_SUMMARY = Question(
    "summary",
    "In two or three sentences, what is it?",
    "In your own words. Facts and figures carry over; sentences of the document do not.",
    long=True,
    required=True,
)
_SILENT = Question(
    "not_stated",
    "What does the document not say?",
    "One thing a line: what a reader would want to know. Gaps are recorded as gaps.",
    long=True,
)


def _partner(number: int) -> tuple[Question, ...]:
    which = ("First", "Second")[number - 1]
    return (
        Question(
            f"partner_{number}", f"{which} partner: name", "As the document prints it. Leave out what it does not say."
        ),
        Question(f"side_{number}", f"{which} partner: side", field="partners.side", required=number == 1),
        Question(
            f"country_{number}",
            f"{which} partner: country",
            "Only if the document says it. One that is not in the list: leave this out, and name it in what was done.",
            field="partners.country",
        ),
        Question(f"type_{number}", f"{which} partner: what sort of body is it?", field="partners.type"),
        Question(f"role_{number}", f"{which} partner: what did it do?"),
        Question(
            f"outcome_{number}",
            f"{which} partner: what came of it?",
            "Leave it out where the document is silent.",
            long=True,
        ),
    )


_CASE_STUDY = (
    _TITLE,
    Question("type", "What sort of account is it?", field="type", required=True),
    _SUMMARY,
    Question("topic", "What is it about?", "One or two words."),
    Question("done", "What was done?", "Only what the document says, in your own words.", long=True, required=True),
    Question("start", "When did it begin?", "As the document says it, such as “2015” or “spring 2015”."),
    Question("end", "When did it end?"),
    *(question for number in range(1, PARTNERS + 1) for question in _partner(number)),
    Question("learning", "Who learnt something, and what?", "Leave it out where the document is silent.", long=True),
    Question("direction", "Which way did the learning go?", field="learning.direction"),
    Question("learning_type", "What sort of learning was it?", field="learning.type"),
    Question("level", "Who holds what was learnt?", field="learning.level"),
    Question("mode", "How was it learnt?", field="learning.mode"),
    FIGURES,
    *EVIDENCE,
    _SILENT,
)

_INNOVATION = (
    _TITLE,
    Question("type", "What sort of thing is it?", field="type"),
    _SUMMARY,
    Question("conceived", "Where was it thought of?", "As the document words it. Leave out what it does not say."),
    Question("developed", "Where was it developed?"),
    Question("first_used", "Where was it first used?"),
    Question("adopted", "Where was it taken into use later?"),
    Question("origin", "What does the document say about where it comes from?", long=True),
    Question(
        "stages",
        "How far does the document say it got?",
        "Choose only what the document itself says happened.",
        field="path.stage",
        several=True,
    ),
    Question(
        "side", "Who says so?", "The side from which the document, or the person it quotes, speaks.", field="path.side"
    ),
    FIGURES,
    *EVIDENCE,
    _SILENT,
)

_CORRECTION = (
    Question(
        "page", "Which page is wrong?", "Its address, or the name of the file at the foot of the page.", required=True
    ),
    Question("wrong", "What does it say now?", "Copy the words.", long=True, required=True),
    Question("right", "What should it say?", long=True, required=True),
    *EVIDENCE,
)

_MISSING_STUDY = (
    Question("title", "Title of the study", required=True),
    Question("authors", "Who wrote it?", "Family name and initials, or the organisation.", required=True),
    Question("year", "When was it published?", "The year, or “not stated”.", required=True),
    Question("address", "DOI or web address", "So that others can find it.", required=True),
    Question(
        "why",
        "What does it add?",
        "Which page should it be on, and does it speak for or against what stands there?",
        long=True,
    ),
)


def forms(base: EvidenceBase) -> tuple[Form, ...]:
    """Return the forms, with the topic's own names for kinds of record."""
    case, innovation = (base.label("kinds", model.kind) for model in (CaseStudy, Innovation))
    public = "What you write here is public. Please name no patients, and nobody who has not agreed to be named."
    evidence = "Answer what the document says and leave out what it does not: “not stated” is written for you."
    return (
        Form(
            CaseStudy.kind,
            f"New {case.lower()}",
            f"Tell us of a new {case.lower()}.",
            f"{evidence} {public}",
            _CASE_STUDY,
            CaseStudy,
        ),
        Form(
            Innovation.kind,
            f"New {innovation.lower()}",
            f"Tell us of a new {innovation.lower()}.",
            f"{evidence} {public}",
            _INNOVATION,
            Innovation,
        ),
        Form("correction", "Correct a page", "Something here is wrong or out of date.", public, _CORRECTION),
        Form("missing-study", "Name a missing study", "We ought to have read something.", public, _MISSING_STUDY),
    )


def scheme_of(form: Form, question: Question) -> str:
    """Return the vocabulary that gives a question's answers; empty for a question that is answered freely."""
    if not question.field or form.model is None:
        return ""
    *path, name = question.field.split(".")
    model = model_at(form.model, tuple(path))
    return next((part.scheme for part in parts(model) if part.name == name), "") if model else ""


def files(root: Path) -> dict[str, str]:
    """Return the text of each form by its path below `root`; terms are offered by their labels."""
    # Who sends a contribution with the form cannot make these files anew: its countries wait until it is unpacked.
    base, _ = load(root, contributions=False)
    found = {f"{FOLDER}/{form.id}.yml": _HEAD + _dump(_form(base, form)) for form in forms(base)}
    # What fits no form may still be told.
    return found | {f"{FOLDER}/config.yml": _HEAD + _dump({"blank_issues_enabled": True})}


def _form(base: EvidenceBase, form: Form) -> dict[str, Any]:
    body: list[dict[str, Any]] = [{"type": "markdown", "attributes": {"value": form.intro}}]
    for question in form.questions:
        scheme = scheme_of(form, question)
        if scheme and scheme not in base.vocabularies:
            continue  # a topic that has no such vocabulary cannot be asked
        body.append(_element(question, labels(base, scheme) if scheme else ()))
    return {"name": form.name, "description": form.about, "title": f"{form.name}: ", "labels": [form.id], "body": body}


def labels(base: EvidenceBase, scheme: str) -> list[str]:
    """Return a vocabulary's labels, each once, in order."""
    return list(dict.fromkeys(concept.label for concept in base.concepts.get(scheme, {}).values()))


def _element(question: Question, options: Sequence[str]) -> dict[str, Any]:
    attributes: dict[str, Any] = {"label": question.label}
    if question.help:
        attributes["description"] = question.help
    if options and question.several:
        attributes["options"] = [{"label": option} for option in options]
        return {"type": "checkboxes", "id": question.id, "attributes": attributes}
    if options:
        attributes["options"] = list(options)
    kind = "dropdown" if options else "textarea" if question.long else "input"
    element = {"type": kind, "id": question.id, "attributes": attributes}
    return element | ({"validations": {"required": True}} if question.required else {})


def _dump(data: Any) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)
