"""Rule 2: no number stands in prose by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from macros.anatomy import Part
from macros.base import EvidenceBase
from macros.catalogue import Code
from macros.document import Path_
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.common import Record
from macros.kinds.discrepancy import Discrepancy
from macros.problem import Place, Problem
from macros.prose import without_pointers
from macros.rules.rule import Evidence, Report, rule
from macros.validation import texts

NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w])")
YEAR = re.compile(r"(?:19|20)\d\d")
DATE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"|(?:19|20)\d\d-\d\d-\d\d|(?:19|20)\d\d[–/-]\d\d(?!\d)"
)
QUOTED = re.compile(r"“[^”]*”|`[^`]*`|https?://\S+")


def _names(base: EvidenceBase) -> re.Pattern[str]:
    concepts = base.concepts.get("numbered-names", {}).values()
    return names([word for concept in concepts for word in (concept.label, *concept.alt)])


def names(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds names that have a number in them, such as “Table 2”."""
    any_word = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"\b(?:{any_word})[ -]?\d+(?:\.\d+)*(?:(?:,| and| to|–|-) ?\d+(?:\.\d+)*)*")


def _numbers(text: str, names: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """Yield the figures that stand in a text by hand, without years, dates, names and quotations."""
    text = without_pointers(text)
    for pattern in (QUOTED, DATE, names):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    for match in NUMBER.finditer(text):
        if not YEAR.fullmatch(match[0]):
            yield match[0], match.start()


@rule(
    Code(
        "E410",
        "number-by-hand",
        "A number is typed into free text instead of being quoted from a claim.",
        "A quoted number carries its denominator, its locator and any discrepancy with it; a typed one drifts away from its source.",
        "statement: Only 1 of 31 offices reported a change.",
        "statement: Only [[value:jones2016/changes-reported#fraction]] offices reported …",
    ),
    number=2,
)
def numbers_by_hand(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    names = _names(base)

    def told(texts: Iterable[tuple[Path_, Part, str]], claims: Iterable[object], place: _At) -> Iterator[Problem]:
        for path, part, text in texts:
            if part.prose and path[0] not in {"history", "second_reading"}:
                for figure, _ in _numbers(text, names):
                    owner = next((uid for uid in claims if _has_only(base.claims.get(str(uid)), figure)), None)
                    hint = f"Quote it: [[value:{owner}]]." if owner else _QUOTE
                    yield report(place(path), f"The number {figure} is typed into “{part.name}”.", hint)

    for _, record, found in base.walked:
        # A claim owns its numbers; a discrepancy exists to set printed numbers side by side.
        if not isinstance(record, Claim | Discrepancy):
            in_it = ((leaf.path, leaf.part, str(leaf.value)) for leaf in found)
            yield from told(in_it, getattr(record, "claims", ()), partial(_place, base, record))
    for model, document in base.broken:
        if model not in (ClaimSheet, Discrepancy):
            claims = document.data.get("claims")
            yield from told(texts(document.data, model), claims if isinstance(claims, list) else (), document.place)


def _place(base: EvidenceBase, record: Record | Claim, path: Path_) -> Place:
    return base.place(record, *path)


_QUOTE = "Quote it from a claim that has it, [[value:source/claim]], or leave it out."
_At = Callable[[Path_], Place]


def _has_only(claim: Claim | None, figure: str) -> bool:
    return claim is not None and [_plain(number.value) for number in claim.numbers] == [_plain(figure)]


@rule(
    Code(
        "E411",
        "number-not-in-claim",
        "A claim's statement has a number that is not among the claim's numbers.",
        "A number without unit, population and denominator cannot be quoted or checked.",
        "statement: Of 114 contacts, 31 replied.   # and no numbers",
        "statement: Of 114 contacts, 31 replied.\nnumbers: [{value: 31, printed: '31', unit: count, denominator: 114, …}]",
    ),
    number=2,
)
def numbers_not_in_claim(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    names = _names(base)
    for claim in base.claims.values():
        known = {_plain(text) for n in claim.numbers for text in (n.value, n.numerator, n.denominator)}
        known |= {_plain(figure) for n in claim.numbers for figure in re.findall(r"\d[\d,]*(?:\.\d+)?", n.printed)}
        known |= {_plain(figure) for figure in re.findall(r"\d[\d,]*(?:\.\d+)?", f"{claim.arithmetic or ''}")}
        for figure, _ in _numbers(claim.statement, names):
            if _plain(figure) not in known:
                yield report(
                    base.place(claim, "statement"),
                    f"The statement says {figure}, which is not among the claim's numbers.",
                    "Add it under “numbers”, with unit and population, or leave it out of the statement.",
                )


@rule(
    Code(
        "E413",
        "value-contradicts-printed",
        "A number's value has other digits than the number as printed.",
        "The value is what is compared and drawn; the printed number is what the source says and what is proven.",
        "value: 27.8\nprinted: 27.3%",
        "value: 27.3\nprinted: 27.3%",
    ),
    number=2,
)
def values_against_print(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for claim in base.claims.values():
        for index, number in enumerate(claim.numbers):
            printed = {_significant(figure) for found in _FIGURE.findall(number.printed) for figure in found}
            if printed and number.precision == "exact" and _significant(str(number.value)) not in printed:
                yield report(
                    base.place(claim, "numbers", index, "value"),
                    f"The value is {number.value}, and “{number.printed}” is printed.",
                    "Correct whichever is wrong; where the value is a rounding of ours, say so with “precision: about”.",
                )


_FIGURE = re.compile(r"(?=(\d+(?:[.,]\d+)*))(?=(\d[\d,. \u00a0\u202f]*))\2")
"""A figure twice: up to the first space, and with spaces as what parts thousands."""


def _significant(figure: str) -> str:
    """Return the digits of a number whatever its scale: “£2.5 billion” and 2500000000 share theirs."""
    return re.sub(r"\D", "", figure).strip("0")


def _plain(figure: object) -> str:
    text = str(figure).replace(",", "")
    return text.rstrip("0").rstrip(".") if "." in text else text


_PAGE_PARTS = re.compile(
    r"\A---\n.*?^---$|^(```|~~~).*?^\1|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->|<[^>]*>|`[^`]*`|\]\([^)]*\)|^\d+\.",
    re.DOTALL | re.MULTILINE,
)
"""What is not a page's own prose: front matter, code, macros, tags, addresses and numbers of lists."""


@rule(
    Code(
        "E412",
        "number-by-hand-in-page",
        "A number is typed into a page instead of being quoted from a claim or counted.",
        "Counts of records go stale with the next record, and a figure without its passage cannot be checked.",
        "The site holds 64 recommendations.",
        'The site holds {{ count("recommendation") }} recommendations.',
    ),
    number=2,
)
def numbers_in_pages(evidence: Evidence, report: Report) -> Iterator[Problem]:
    root = evidence.base.root
    names = _names(evidence.base)
    for page in sorted((root / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8", errors="replace")
        prose = _PAGE_PARTS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        for figure, offset in _numbers(prose, names):
            line = prose.count("\n", 0, offset) + 1
            column = offset - (prose.rfind("\n", 0, offset) + 1) + 1
            yield report(
                Place(page.relative_to(root).as_posix(), line, column),
                f"The number {figure} is typed into the page.",
                'Quote it with value("source/claim"), or count records with count("kind").',
            )
