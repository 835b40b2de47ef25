"""References held against what is registered of them: whether they lead to the work that they describe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from macros.base import EvidenceBase
from macros.catalogue import Code
from macros.crossref import Crossref, NoAnswer, Update, Work
from macros.kinds.source import Source
from macros.problem import Place, Problem, Severity
from macros.reference import Reference

CODES: tuple[Code, ...] = (
    Code(
        "E540",
        "doi-not-registered",
        "A DOI is registered with no agency.",
        "It leads nowhere, or one of its characters is wrong and it leads to another work tomorrow.",
        "doi = {10.1136/bmj.l6205x}",
        "doi = {10.1136/bmj.l6205}",
    ),
    Code(
        "E541",
        "differs-from-registered",
        "A reference says another title, author, year or journal than is registered for its DOI.",
        "Either the DOI belongs to another work, or one of the two has a slip.",
        "title = {Shade on Hot Pavements}   # and the DOI is that of “Soil below Paving”",
        "the title as the work prints it",
        Severity.WARNING,
    ),
    Code(
        "E542",
        "doi-wanting",
        "A reference has no DOI, and a work with the same title, author and year is registered with one.",
        "A DOI still leads to the work when its address has changed.",
        "an article without “doi”",
        "doi = {…}, once you have seen that it is the same work",
        Severity.WARNING,
    ),
    Code(
        "E543",
        "status-out-of-date",
        "A source was corrected, retracted or is of concern by what is registered, and its form does not say so.",
        "A conclusion may not outlive the evidence it was drawn from without somebody looking again.",
        "publication_status: {status: current, checked: 2026-01-10, method: Crossref}   # retracted since",
        "publication_status: {status: retracted, checked: 2026-11-22, method: Crossref}",
    ),
    Code(
        "E544",
        "cites-retracted",
        "A reference that is not a source of ours was retracted, or is of concern.",
        "Whoever cites it should know, and say so.",
        "an entry whose DOI has a retraction notice",
        "note = {Retracted 2020-03-01}, or no citation",
        Severity.WARNING,
    ),
    Code(
        "E545",
        "not-asked",
        "What is registered of a reference could not be asked.",
        "Nothing is known about it from this run; that is not the same as nothing being wrong.",
        "the registry does not answer",
        "run it again later",
        Severity.WARNING,
    ),
)
_SEVERITIES = {about.code: about.severity for about in CODES}

_GRAVE = {
    "retraction": "retracted",
    "withdrawal": "retracted",
    "removal": "retracted",
    "partial_retraction": "retracted",
    "expression_of_concern": "concern",
    "concern": "concern",
    "correction": "corrected",
    "corrigendum": "corrected",
    "erratum": "corrected",
    "addendum": "corrected",
    "clarification": "corrected",
}
"""Crossref's types of update, and the status that follows; other types (a new version, a new edition) change none."""

_ORDER = ("corrected", "concern", "retracted")

_SAME_TITLE = 92
"""Likeness of two titles, of 100, from which on they are one: what a missing subtitle's colon or “&” costs is less."""

_JOURNAL_WORDS = re.compile(r"\b(the|of|and|for|in|on)\b")


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out about one reference."""

    key: str
    work: Work | None
    status: str
    """`current`, `corrected`, `concern` or `retracted`; empty when it could not be asked."""
    notice: Update | None
    """The gravest notice."""
    problems: tuple[Problem, ...]


def examine(
    base: EvidenceBase,
    registry: Crossref,
    keys: Sequence[str] | None = None,
    tell: Callable[[Looked], object] = id,
) -> list[Looked]:
    """Hold references against the registry; `tell` hears of each as soon as it is done.

    What was found is kept when the registry stops answering: each reference left says so for itself.
    """
    found = []
    sources = {source.reference: source for source in base.all(Source).values()}
    for key in base.bibliography if keys is None else keys:
        looked = _examine(base, base.bibliography[key], sources.get(key), registry)
        found.append(looked)
        tell(looked)
    return found


def _examine(base: EvidenceBase, reference: Reference, source: Source | None, registry: Crossref) -> Looked:
    try:
        if not reference.doi:
            return Looked(reference.key, None, "", None, tuple(_candidates(reference, registry)))
        work = registry.work(reference.doi)
        if work is None and not registry.resolves(reference.doi):
            told = f"The DOI {reference.doi} is not registered."
            hint = "Copy it again from the work itself."
            return Looked(reference.key, None, "", None, (_problem("E540", reference.field_place("doi"), told, hint),))
        notices = [*(work.updates if work else ()), *(registry.notices(reference.doi) if work else ())]
    except NoAnswer as error:
        problem = _problem(
            "E545", reference.place, f"“{reference.key}” could not be held against what is registered: {error}"
        )
        return Looked(reference.key, None, "", None, (problem,))
    grave = [notice for notice in notices if notice.type in _GRAVE]
    worst = max(grave, key=lambda notice: (_ORDER.index(_GRAVE[notice.type]), notice.date), default=None)
    status = _GRAVE[worst.type] if worst else "current" if work else ""
    problems = list(differences(reference, work)) if work else []
    if worst and source is not None and source.publication_status.status != status:
        problems.append(
            _problem(
                "E543",
                base.place(source, "publication_status"),
                f"“{source.id}” is {_said(status)} since {worst.date or 'a day that is not told'} "
                f"(https://doi.org/{worst.doi}); its form says “{source.publication_status.status}”.",
                "“check citations --online --write” enters it, and reopens the findings that rest on it.",
            )
        )
    elif worst and source is None and status in ("retracted", "concern"):
        told = f"“{reference.key}” is {_said(status)} since {worst.date or 'a day that is not told'} (https://doi.org/{worst.doi})."
        problems.append(_problem("E544", reference.place, told, "Say so where it is cited, or cite another work."))
    return Looked(reference.key, work, status, worst, tuple(problems))


def _said(status: str) -> str:
    return {"retracted": "retracted", "concern": "under an expression of concern", "corrected": "corrected"}[status]


def differences(reference: Reference, work: Work) -> Iterator[Problem]:
    """Yield in what fields a reference differs from what is registered, each with both values."""
    if work.title and reference.title and not _alike(_whole_title(reference), reference.title, work.title):
        yield _differs(reference, "title", reference.title, work.title)
    ours = [name.family for name in reference.authors] or [name.family for name in reference.editors]
    theirs = list(work.authors)
    if ours and theirs and not _same_people(ours, theirs, cut=reference.et_al):
        yield _differs(reference, "author", "; ".join(ours), "; ".join(theirs))
    if reference.year is not None and work.years and reference.year not in work.years:
        years = " or ".join(str(year) for year in sorted(work.years))
        yield _differs(reference, "date" if "date" in reference.fields else "year", str(reference.year), years)
    container = reference.text("journaltitle", "journal", "booktitle")
    if container and work.containers and not any(_same_container(container, theirs) for theirs in work.containers):
        field = next(name for name in ("journaltitle", "journal", "booktitle") if name in reference.fields)
        yield _differs(reference, field, container, work.containers[0])
    volume = reference.text("volume")
    if volume and work.volume and _folded(volume) != _folded(work.volume):
        yield _differs(reference, "volume", volume, work.volume)


def _differs(reference: Reference, field: str, ours: str, theirs: str) -> Problem:
    return _problem(
        "E541",
        reference.field_place(field),
        f"The {field} of “{reference.key}” is “{ours[:200]}” here, and “{theirs[:200]}” at {reference.doi}.",
        f"See what the work itself prints: if it is the registered one, write {field} = {{{theirs[:200]}}}.",
    )


def _candidates(reference: Reference, registry: Crossref) -> Iterator[Problem]:
    """Yield a work that has the reference's title, one of its authors and its year; nothing for mere likeness."""
    if not reference.title or reference.title.startswith("["):
        return
    ours = [name.family for name in (*reference.authors, *reference.editors)]
    words = " ".join((*ours[:3], reference.title, str(reference.year or ""), reference.text("journaltitle")))
    for work in registry.candidates(words):
        same = work.doi and work.title and _alike(_whole_title(reference), reference.title, work.title)
        people = (
            not ours or not work.authors or {_folded(name) for name in ours} & {_folded(name) for name in work.authors}
        )
        year = reference.year is None or any(abs(reference.year - year) <= 1 for year in work.years)
        if same and people and year:
            yield _problem(
                "E542",
                reference.place,
                f"“{reference.key}” has no DOI; “{work.title[:120]}” "
                f"({', '.join(work.authors[:3]) or 'no author'}, {min(work.years, default='no year')}) has {work.doi}.",
                f"If it is the same work, add doi = {{{work.doi}}} and say in “provenance” where you saw it.",
            )
            return


def _whole_title(reference: Reference) -> str:
    return ": ".join(filter(None, (reference.title, reference.text("subtitle"))))


def _alike(whole: str, title: str, registered: str) -> bool:
    """Whether titles are one work's: with or without the subtitle, in whatever capitals and punctuation."""
    theirs = _folded(registered)
    for ours in (_folded(whole), _folded(title)):
        if fuzz.ratio(ours, theirs) >= _SAME_TITLE:
            return True
        short, long = sorted((ours, theirs), key=len)
        if len(short.split()) >= 4 and long.startswith(short):
            return True
    return False


def _same_people(ours: Sequence[str], theirs: Sequence[str], *, cut: bool) -> bool:
    """Whether lists of names agree in order; a list that ends in “and others” only as far as it goes."""
    if not cut and len(ours) != len(theirs):
        return False
    return len(ours) <= len(theirs) and all(
        _same_name(a, b) for a, b in zip(map(_folded, ours), map(_folded, theirs), strict=False)
    )


def _same_name(ours: str, theirs: str) -> bool:
    """Whether family names are the same, however particles are parted from them."""
    short, long = sorted((ours, theirs), key=len)
    return short == long or long.endswith(f" {short}") or fuzz.ratio(ours, theirs) >= 90


def _same_container(ours: str, theirs: str) -> bool:
    """Whether titles of journals are one, abbreviated or not."""
    a, b = _folded(ours), _folded(theirs)
    if a == b or fuzz.ratio(a, b) >= _SAME_TITLE:
        return True
    short, long = sorted(
        (_JOURNAL_WORDS.sub(" ", a).split(), _JOURNAL_WORDS.sub(" ", b).split()), key=lambda ws: sum(map(len, ws))
    )
    if len(short) == len(long):
        return all(_abbreviates(part, word) for part, word in zip(short, long, strict=True))
    return "".join(word[0] for word in long) == "".join(short)


def _abbreviates(part: str, word: str) -> bool:
    """Whether a part begins like a word, and goes on with letters of it in order (“natl” for “national”)."""
    letters = iter(word)
    return part[0] == word[0] and all(letter in letters for letter in part)


def _folded(text: str) -> str:
    """Return a text in small letters without accents, markup and punctuation, for comparing."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"['’`]", "", re.sub(r"[&+]", " and ", plain)).translate(_PUNCTUATION).split())


class _Punctuation(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = chr(code) if chr(code).isalnum() else " "
        return self[code]


_PUNCTUATION = _Punctuation()


def _problem(code: str, place: Place, message: str, suggestion: str = "") -> Problem:
    return Problem(code, place, message, suggestion, _SEVERITIES[code])
