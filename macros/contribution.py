"""Taking a contribution apart: one file into the documents of a source, a sheet of claims and a record.

The form in the browser makes a single file, because that is what somebody without git can send, and
because everything in it stands or falls together. It is read where it lies as if its parts were
files of their own; `unpack` makes them that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import yaml

from macros.document import Data, Document, Path_, as_yaml
from macros.fields import LOCAL_SEPARATOR, Known
from macros.kinds import FOLDER_OF, VOCABULARY_FOLDER
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import ClaimSheet
from macros.kinds.contribution import Contribution
from macros.kinds.innovation import Innovation
from macros.kinds.source import Source
from macros.problem import Place, Problem
from macros.validation import validate

FOLDER = "contributions"
COUNTRIES = "countries"
ACCOUNTS = {"case_study": CaseStudy.kind, "innovation": Innovation.kind}
"""The fields that may hold the account, with the kind of record that each becomes."""

NOT_YET_READ = "Not yet extracted: the document was sent with an account of one case, and no reader has gone through the whole of it."
LIFE = ("status", "created", "modified", "review_by", "coding", "coded_by", "history")
SUPPLIED: dict[str, tuple[str, ...]] = {
    "CaseStudy": (*LIFE, "reply", "second_reading", "withdrawn"),
    "Innovation": (*LIFE, "second_reading", "withdrawn"),
    "ClaimSheet": (*LIFE, "title", "source", "part", "order", "second_reading", "withdrawn"),
    "Source": (
        *LIFE, "reference", "design", "cluster", "design_detail", "setting", "period", "population", "cluster_reason",
        "funding", "interests", "licence", "peer_review", "limitations", "appraisal", "publication_status", "access",
        "second_reading", "withdrawn",
    ),
}  # fmt: skip
"""Fields that a contribution need not write, by model, because they follow from its being one."""
_LAST = "9999"
"""Place of a contribution's passages among the sheets of a source."""

Name = tuple[str, str]
"""Kind and id of a document."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one contribution comes to."""

    documents: Mapping[Name, Document]
    reference: str
    """BibTeX, each line where it stands in the file; empty where there is none."""
    countries: tuple[Data, ...]
    """Concepts that the vocabulary of countries lacks."""


def take_apart(id_: str, document: Document) -> tuple[Parts | None, list[Problem]]:
    """Return the parts of a contribution, or None where it is not one, and what is wrong with it by itself."""
    contribution, problems = validate(document, Contribution, Known({}, {}), {})
    if contribution is None:
        return None, problems
    accounts = [name for name in ACCOUNTS if getattr(contribution, name) is not None]
    if len(accounts) != 1:
        message = f"A contribution holds one account, and this one holds {len(accounts)}."
        return None, [*problems, Problem("E122", document.place(()), message, "Keep one of: case_study, innovation.")]
    parts = dict(_parts(id_, contribution, document, accounts[0]))
    start, _ = document.marks.get(("reference",), (1, 1))
    # As deep as it stands in the file, so that lines and columns are the file's.
    text = "\n" * start + indent(contribution.reference, "  ") + "\n" if contribution.reference else ""
    countries: list[Data] = [dict(country.model_dump()) for country in contribution.countries]
    return Parts(parts, text, tuple(countries)), problems


def _parts(id_: str, contribution: Contribution, document: Document, account: str) -> Iterator[tuple[Name, Document]]:
    life = _life(contribution)
    source = contribution.source
    record = _inside(document, (account,))
    title = " ".join(str(record.get("title", id_)).split())
    reply: dict[str, Data] = {"reply": {"status": "not-sought"}} if account == "case_study" else {}
    yield (ACCOUNTS[account], id_), _moved(document, (account,), life | reply | record)
    sheet: dict[str, Data] = life | {
        "title": f"Passages sent with “{title}”",
        "source": source,
        "part": f"Passages sent with “{title}”",
        "order": _LAST,
        "claims": document.data["passages"],
    }
    yield (ClaimSheet.kind, f"{source}{LOCAL_SEPARATOR}{id_}"), _moved(document, (), sheet, {"passages": "claims"})
    if contribution.document is not None:
        form = life | _unread(contribution) | _inside(document, ("document",))
        yield (Source.kind, source), _moved(document, ("document",), form)


def _inside(document: Document, path: Path_) -> dict[str, Data]:
    found = document.data[str(path[0])]
    return dict(found) if isinstance(found, dict) else {}


def _moved(
    document: Document, path: Path_, data: Mapping[str, Data], renamed: Mapping[str, str] | None = None
) -> Document:
    """Return a part of a document as a document of its own that knows where it stands in the file."""
    renamed = renamed or {}
    marks = {}
    for at, mark in document.marks.items():
        if at[: len(path)] == path:
            inner = at[len(path) :]
            marks[(renamed.get(str(inner[0]), inner[0]), *inner[1:]) if inner else ()] = mark
    return Document(document.path, dict(data), marks)


def _life(contribution: Contribution) -> dict[str, Data]:
    sent = contribution.sent
    # The 29th of February has no anniversary.
    due = sent.replace(year=sent.year + 1, day=28 if (sent.month, sent.day) == (2, 29) else sent.day)
    return {
        "status": "draft",
        "created": sent.isoformat(),
        "modified": sent.isoformat(),
        "review_by": due.isoformat(),
        "coding": "single",
        "coded_by": ["contributor"],
        "history": [{"date": sent.isoformat(), "event": "new", "note": "Sent with the form."}],
    }


def _unread(contribution: Contribution) -> dict[str, Data]:
    silent: dict[str, Data] = {"text": NOT_YET_READ}
    return {
        "reference": contribution.source,
        "design": "not-assessed",
        "cluster": "not-assessed",
        **dict.fromkeys(("design_detail", "setting", "period", "population", "cluster_reason"), NOT_YET_READ),
        **dict.fromkeys(("funding", "interests", "licence", "peer_review"), silent),
        "limitations": [],
        "appraisal": {
            "tool": "not-assessed",
            "tool_reason": NOT_YET_READ,
            "status": "draft",
            "date": contribution.sent.isoformat(),
            "by": ["contributor"],
            "items": [],
        },
        "publication_status": {"status": "not-checked", "method": NOT_YET_READ},
        "access": {"format": "not-stated", "copy_read": "The contributor's."},
    }


def unpack(root: Path, id_: str, document: Document) -> tuple[list[str], list[Problem]]:
    """Write the parts of the contribution at `document.path` as files of their own and delete it.

    Returns the paths written, below `root`. Nothing is written where a file is there already.
    """
    parts, problems = take_apart(id_, document)
    if parts is None:
        return [], problems
    files = {
        f"evidence/{FOLDER_OF[kind]}/{name}.yaml": as_yaml(part.data) for (kind, name), part in parts.documents.items()
    }
    if parts.reference:
        files[f"bib/{document.data['source']}.bib"] = f"{str(document.data['reference']).strip()}\n"
    taken = [path for path in files if (root / path).exists()]
    if taken:
        message = f"{', '.join(taken)} is there already."
        return [], [*problems, Problem("E121", Place(document.path), message, "Rename the contribution's file.")]
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    if parts.countries:
        path = f"evidence/{VOCABULARY_FOLDER}/{COUNTRIES}.yaml"
        with (root / path).open("a", encoding="utf-8") as vocabulary:
            for country in parts.countries:
                vocabulary.write(
                    f"  - {yaml.safe_dump(country, default_flow_style=True, allow_unicode=True, width=1000)}"
                )
        files[path] = ""
    (root / document.path).unlink()
    return list(files), problems


def with_countries(vocabulary: Document, countries: tuple[Data, ...]) -> Document:
    """Return the vocabulary of countries with those that contributions add to it."""
    concepts = vocabulary.data.get("concepts")
    if not isinstance(concepts, list):
        return vocabulary
    known = {concept.get("id") for concept in concepts if isinstance(concept, dict)}
    added = {str(new["id"]): new for new in countries if isinstance(new, dict) and new["id"] not in known}
    return Document(vocabulary.path, {**vocabulary.data, "concepts": [*concepts, *added.values()]}, vocabulary.marks)
