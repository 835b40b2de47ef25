"""Citations: they lead to a work, by a key and not by hand, and to a page that the work has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from macros.catalogue import Code
from macros.identifier import SCHEMES, misformed, misformed_address
from macros.kinds.source import Source
from macros.problem import Problem, Severity
from macros.reference import Reference
from macros.rules.rule import Evidence, Report, rule

_NAME = r"[A-Z][\w’'-]+"
_TYPED = re.compile(
    rf"\((?:see |e\.g\. |cf\. )?{_NAME}(?: et al\.?|(?:,? (?:and|&) {_NAME})+)?,? (?:19|20)\d\d[a-z]?(?:[,;:][^()]*)?\)"
    rf"|\b{_NAME} et al\.?,? \(?(?:19|20)\d\d[a-z]?\)?"
    r"|(?<![\w\]\[])\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\](?!\()"
)
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"]+")
_FIGURES = re.compile(r"\d+")


@rule(
    Code(
        "E408",
        "page-outside-source",
        "A claim's page is not among the pages of its source.",
        "The passage stands elsewhere, or in another work.",
        "page: '312'   # and the reference says pages = {120--128}",
        "page: '122'",
    ),
    number=1,
)
def page_outside_source(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    forms = base.all(Source)
    ranges = {
        id_: _range(base.bibliography[form.reference])
        for id_, form in forms.items()
        if form.reference in base.bibliography
    }
    for claim in base.claims.values():
        within = ranges.get(claim.source)
        if within is None:
            continue
        for path, locator in ((("locator",), claim.locator), *((("also", i), loc) for i, loc in enumerate(claim.also))):
            outside = [int(page) for page in _FIGURES.findall(locator.page or "") if int(page) not in within]
            if outside:
                yield report(
                    base.place(claim, *path, "page"),
                    f"“{claim.source}” has no page {outside[0]}; its pages are {within.start} to {within.stop - 1}.",
                    "Give the page as printed, or correct the reference's pages.",
                )


def _range(reference: Reference) -> range | None:
    """Return a work's pages, where its entry tells them in figures."""
    ends = re.fullmatch(r"(\d+)\s*(?:-{1,3}|–)\s*(\d+)", reference.text("pages"))
    if ends:
        first, last = ends.groups()
        last = first[: len(first) - len(last)] + last
        return range(int(first), int(last) + 1)
    total = re.fullmatch(r"\d+", reference.text("pagetotal"))
    return range(1, int(total[0]) + 1) if total else None


@rule(
    Code(
        "E414",
        "citation-by-hand",
        "A text cites a work by a name and year, or by a number, typed by hand.",
        "It leads nowhere, is in no list of references, and stays behind when the style or the number changes.",
        "summary: Shade cools pavements (Maple and Rowan, 2020).",
        "summary: Shade cools pavements [@oakfield2020].",
        Severity.WARNING,
    ),
)
def citation_by_hand(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for _, record, leaves in base.walked:
        for leaf in leaves:
            if not leaf.part.prose:
                continue
            text = leaf.value
            for found in _TYPED.finditer(text):
                yield report(
                    base.place(record, *leaf.path),
                    f"“{found[0][:60]}” is a citation typed by hand.",
                    "Write [@key] with the work's key in bib/.",
                )


@rule(
    Code(
        "E415",
        "identifier-in-record-malformed",
        "A ROR id, or an address at doi.org, orcid.org or ror.org, is not well formed, or its check digits do not fit.",
        "It leads to nobody, or to somebody else.",
        "ror: https://ror.org/00g5b0g94",
        "ror: https://ror.org/00g5b0g93",
    ),
)
def identifier_malformed(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for _, record, leaves in base.walked:
        for leaf in leaves:
            text = leaf.value
            if not isinstance(text, str):
                continue
            if leaf.part.name in SCHEMES:
                wrong = misformed(leaf.part.name, text)
                if wrong:
                    yield report(base.place(record, *leaf.path), wrong, SCHEMES[leaf.part.name][2])
            elif "://" in text:
                for address in _ADDRESS.findall(text):
                    wrong, hint = misformed_address(address.rstrip(".,;:"))
                    if wrong:
                        yield report(base.place(record, *leaf.path), wrong, hint)
