"""The ten rules of evidence, as checks."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from macros.anatomy import Leaf, leaves
from macros.backlinks import subjects
from macros.catalogue import Code
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim
from macros.kinds.common import Learning, Record
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.finding import Finding
from macros.kinds.innovation import Innovation
from macros.kinds.principle import Hallmark
from macros.kinds.recommendation import Addressee, Recommendation
from macros.kinds.search import Search
from macros.kinds.source import Source
from macros.problem import Problem, Severity
from macros.prose import pointers, without_pointers
from macros.rules.rule import Evidence, Report, Rule, rule
from macros.support import finding_support, recommendation_support

MAX_LOCATOR_WORDS = 12
MIN_LOCATOR_WORDS = 2

# 1. Every claim has a locator ------------------------------------------------------------------


@rule(
    Code(
        "E401",
        "locator-not-distinctive",
        "A claim's locator gives too few or too many words to find the passage by.",
        "A reader, and a machine, must be able to find the passage; one word stands in too many places, "
        "and more than twelve words copy the source.",
        "locator: {section: Results, start: The}",
        "locator: {section: Results, start: We received 31 responses, end: response rate 27.3%)}",
    ),
    number=1,
)
def locators(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for claim in base.claims.values():
        for path, locator in ((("locator",), claim.locator), *((("also", i), loc) for i, loc in enumerate(claim.also))):
            for name in ("start", "end"):
                words = (getattr(locator, name) or "").split()
                if len(words) > MAX_LOCATOR_WORDS:
                    yield report(
                        base.place(claim, *path, name),
                        f"“{name}” has {len(words)} words; a locator quotes at most {MAX_LOCATOR_WORDS}.",
                        "Give only the first, or last, few words of the passage.",
                    )
            if locator.table is None and len(locator.start.split()) < MIN_LOCATOR_WORDS and not locator.end:
                yield report(
                    base.place(claim, *path, "start"),
                    f"“{locator.start}” is too little to find a passage by.",
                    "Give the first few words, and the last few as “end”.",
                )


# 2. No number stands in prose by hand ----------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAMES = re.compile(
    r"(?:Recommendation|Recommendations|Principle|Principles|Table|Figure|Fig\.|Section|Part|Chapter|Box|Target|Goal|Goals|"
    r"SDG|SDGs|item|items|no\.|Reference|reference|endnote|Endnote|endnotes|footnote|Footnote|paragraph|version|CC BY-NC|CC BY|COVID)"
    r"[ -]?\d+(?:\.\d+)*(?:(?:,| and| to|–|-) ?\d+(?:\.\d+)*)*"
)
_DATE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"|(?:19|20)\d\d-\d\d-\d\d|(?:19|20)\d\d[–/-]\d\d(?!\d)"
)
_QUOTED = re.compile(r"“[^”]*”|`[^`]*`|https?://\S+")


def _numbers(text: str) -> Iterator[tuple[str, int]]:
    """Yield the figures that stand in a text by hand, without years, dates, names and quotations."""
    text = without_pointers(text)
    for pattern in (_QUOTED, _DATE, _NAMES):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    for match in _NUMBER.finditer(text):
        if not _YEAR.fullmatch(match[0]):
            yield match[0], match.start()


@rule(
    Code(
        "E410",
        "number-by-hand",
        "A number is typed into free text instead of being quoted from a claim.",
        "A quoted number carries its denominator, its locator and any discrepancy with it; a typed one drifts away from its source.",
        "statement: Only 1 of 31 partnerships reported a reverse innovation.",
        "statement: Only [[value:kulasabanathan2017/reverse-innovation-reported#fraction]] partnerships reported …",
    ),
    number=2,
)
def numbers_by_hand(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for _, record in subjects(base):
        if isinstance(record, Claim | Discrepancy):
            # A claim owns its numbers; a discrepancy exists to set printed numbers side by side.
            continue
        for leaf in leaves(record):
            if not leaf.part.prose or leaf.path[0] in {"history", "second_reading"}:
                continue
            for figure, _ in _numbers(str(leaf.value)):
                yield report(
                    base.place(record, *leaf.path),  # type: ignore[arg-type]
                    f"The number {figure} is typed into “{_field(leaf)}”.",
                    "Quote it from a claim: [[value:source/claim]].",
                )


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
    for claim in base.claims.values():
        known = {_plain(text) for n in claim.numbers for text in (n.value, n.numerator, n.denominator)}
        known |= {_plain(figure) for n in claim.numbers for figure in re.findall(r"\d[\d,]*(?:\.\d+)?", n.printed)}
        known |= {_plain(figure) for figure in re.findall(r"\d[\d,]*(?:\.\d+)?", f"{claim.arithmetic or ''}")}
        for figure, _ in _numbers(claim.statement):
            if _plain(figure) not in known:
                yield report(
                    base.place(claim, "statement"),
                    f"The statement says {figure}, which is not among the claim's numbers.",
                    "Add it under “numbers”, with unit and population, or leave it out of the statement.",
                )


def _plain(figure: object) -> str:
    text = str(figure).replace(",", "")
    return text.rstrip("0").rstrip(".") if "." in text else text


# 3. Stated and judged are kept apart -----------------------------------------------------------


@rule(
    Code(
        "E420",
        "judgement-without-reason",
        "Something is marked as our judgement and no reason is given.",
        "A reader who disagrees must be able to see why we judged so, and to switch the judgement off.",
        "learning: [{direction: to-uk, …, basis: judged}]",
        "learning: [{direction: to-uk, …, basis: judged, reason: The surgeon brought the idea home.}]",
    ),
    number=3,
)
def judgements_without_reason(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for _, record in subjects(base):
        for path, group in _groups(record, (Learning, Addressee, Hallmark)):
            if base.role("link-bases", group.basis) == "judged" and not group.reason:
                yield report(
                    base.place(record, *path),  # type: ignore[arg-type]
                    "This is marked as our judgement and gives no reason.",
                    "Add “reason: …”, or, if the source itself says so, “basis: stated”.",
                )


@rule(
    Code(
        "E421",
        "statement-without-claim",
        "Something is marked as stated by the source and no claim says so.",
        "What a source states must lead to the passage that states it.",
        "learning: [{direction: both, …, basis: stated}]   # in a case study",
        "learning: [{direction: both, …, basis: stated, claim: thet2016/mutual-learning}]",
    ),
    number=3,
)
def statements_without_claim(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for _, record in subjects(base):
        if isinstance(record, Claim):
            continue
        for path, group in _groups(record, (Learning,)):
            if base.role("link-bases", group.basis) == "stated" and not group.claim:
                yield report(
                    base.place(record, *path),  # type: ignore[arg-type]
                    "This is marked as stated by the source and names no claim that states it.",
                    "Add “claim: source/claim”, or mark it “basis: judged” with a reason.",
                )


# 4. Illustrates never raises confidence; support counts independent clusters ---------------------


@rule(
    Code(
        "E430",
        "anecdote-as-support",
        "A case study or an innovation is linked as support.",
        "An anecdote shows what something looks like; it is not support. Attach its claims, if they count.",
        "links: [{to: case-study:york-zomba, relation: supports, …}]",
        "links: [{to: case-study:york-zomba, relation: illustrates, …}]",
    ),
    number=4,
)
def anecdotes_as_support(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    anecdotal = (CaseStudy.kind, Innovation.kind)
    for _, record in subjects(base):
        for index, link in enumerate(getattr(record, "links", ())):
            role = base.role("relations", link.relation)
            other = link.to.partition(":")[0]
            mine = getattr(record, "kind", "")
            if role in {"for", "against"} and (other in anecdotal or mine in anecdotal):
                yield report(
                    base.place(record, "links", index, "relation"),  # type: ignore[arg-type]
                    f"“{link.relation}” would count a single account as evidence.",
                    "Use “illustrates”, or link the claim that carries the evidence.",
                )


@rule(
    Code(
        "E431",
        "confidence-above-independence",
        "A finding claims more confidence than one independent cluster of sources can give.",
        "Sources that share authors, data or sponsor repeat each other; several of them are still one voice.",
        "confidence: {level: high, …}   # all claims from one cluster",
        "confidence: {level: low, …}",
    ),
    number=4,
)
def confidence_above_independence(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for finding in base.all(Finding).values():
        independent = finding_support(base, finding).independent
        if finding.confidence.level in {"high", "moderate"} and independent < 2:
            yield report(
                base.place(finding, "confidence", "level"),
                f"“{finding.confidence.level}” confidence rests on {independent} independent cluster of sources.",
                "Lower it, or attach claims from an independent source.",
            )


@rule(
    Code(
        "E432",
        "confidence-in-single-study",
        "Confidence is assessed for a finding that rests on a single source, or its components are missing.",
        "GRADE-CERQual is for findings across studies; applied to one study it misleads. Each component needs a reason.",
        "confidence: {level: low, …}   # every claim from one study",
        "confidence: {level: not-assessed, reason: It rests on one study.}",
    ),
    number=4,
)
def confidence_in_single_study(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for finding in base.all(Finding).values():
        confidence = finding.confidence
        if base.role("confidence-levels", confidence.level) != "assessed":
            continue
        if len(finding_support(base, finding).sources) < 2:
            yield report(
                base.place(finding, "confidence", "level"),
                "Confidence is assessed, and the support comes from a single source.",
                "Set “level: not-assessed” and say why.",
            )
        for name in ("methodological_limitations", "coherence", "adequacy", "relevance", "assessed"):
            if getattr(confidence, name) is None:
                yield report(
                    base.place(finding, "confidence"),
                    f"Confidence is assessed without “{name}”.",
                    "Judge each of the four components with a reason and date it, or set “level: not-assessed”.",
                )


# 5. Adopted needs the adopting side; inference alone supports nothing ----------------------------

_LATE = {"adopted", "spread", "routine"}


@rule(
    Code(
        "E440",
        "adoption-without-adopter",
        "Adoption is called evidenced and no claim comes from the adopting side.",
        "Only those who took something into use can say that they did.",
        "path: [{stage: adopted, state: evidenced, claims: [x/author-says-so], …}]",
        "path: [{stage: adopted, state: evidenced, side: uk, claims: [x/trust-reports-use], …}]",
    ),
    number=5,
)
def adoption_without_adopter(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for innovation in base.all(Innovation).values():
        for index, stage in enumerate(innovation.path):
            state = base.role("stage-states", stage.state)
            if state in {"evidenced", "asserted"} and not stage.claims:
                yield report(
                    base.place(innovation, "path", index),
                    f"The stage “{stage.stage}” is called {stage.state} and names no claim.",
                    "Add the claim, or set “state: not-stated”.",
                )
            if base.role("stages", stage.stage) not in _LATE or state != "evidenced":
                continue
            adopter = stage.side is not None and base.role("sides", stage.side) == "adopter"
            own = any(
                base.role("bases", base.claims[uid].basis) == "own" for uid in stage.claims if uid in base.claims
            )
            if not (adopter and own):
                yield report(
                    base.place(innovation, "path", index),
                    f"The stage “{stage.stage}” is called evidenced without a claim reported from the adopting side.",
                    "Name the side and a reported claim, or set “state: asserted” where somebody else says so.",
                )


@rule(
    Code(
        "E441",
        "inference-as-support",
        "A claim that we inferred, or a recommendation, is attached as support or challenge.",
        "What we read into a source, or what somebody advises, is not evidence.",
        "claims: [{claim: x/inferred-by-us, relation: supports, …}]",
        "claims: [{claim: x/inferred-by-us, relation: illustrates, …}]",
    ),
    number=5,
)
def inference_as_support(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    attached: list[tuple[Record, tuple[str | int, ...], str, str]] = []
    for finding in base.all(Finding).values():
        attached += [(finding, ("claims", i), a.claim, a.relation) for i, a in enumerate(finding.claims)]
    for recommendation in base.all(Recommendation).values():
        attached += [
            (recommendation, ("links", i), link.to.removeprefix("claim:"), link.relation)
            for i, link in enumerate(recommendation.links)
            if link.to.startswith("claim:")
        ]
    for record, path, uid, relation in attached:
        if uid not in base.claims or base.role("relations", relation) not in {"for", "against"}:
            continue
        basis = base.claims[uid].basis
        if base.role("bases", basis) in {"inference", "advice"}:
            yield report(
                base.place(record, *path),
                f"“{uid}” is {base.label('bases', basis).lower()} and cannot stand as evidence.",
                "Use “illustrates” or “qualifies”, or attach the claims it was made from.",
            )


# 6. No "supported" without a dated search for evidence against ------------------------------------


@rule(
    Code(
        "E450",
        "support-without-counter-search",
        "A recommendation has support and no dated search for evidence against it.",
        "Whoever looks only for support will find it.",
        "links: [{to: finding:x, relation: supports, …}]   # and no counter_search",
        "counter_search: counter-evidence-five-documents",
    ),
    number=6,
)
def support_without_counter_search(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for recommendation in base.all(Recommendation).values():
        search = base.records[Search.kind].get(recommendation.counter_search or "")
        if isinstance(search, Search) and not search.counter_evidence:
            yield report(
                base.place(recommendation, "counter_search"),
                f"The search “{search.id}” did not look for evidence against anything.",
                "Name a search that did (“counter_evidence: true”).",
            )
        elif search is None and recommendation_support(base, recommendation).supporting:
            yield report(
                base.place(recommendation),
                "The recommendation has support, and nobody has recorded a search for evidence against it.",
                "Search, record it under evidence/searches/, and name it as “counter_search”.",
            )


# 7. A retracted or corrected source reopens what depends on it ------------------------------------


@rule(
    Code(
        "E460",
        "not-reopened",
        "A finding rests on a source that was corrected or retracted since, and was not reopened.",
        "A conclusion may not outlive the evidence it was drawn from without somebody looking again.",
        "publication_status: {status: retracted, checked: 2026-11-22}   # and the finding's history is silent",
        "history: [{date: 2026-11-23, event: reopened, note: Its main source was retracted.}]",
    ),
    number=7,
)
def not_reopened(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    fallen = {
        id_: source.publication_status
        for id_, source in base.all(Source).items()
        if base.role("publication-statuses", source.publication_status.status) == "reopens"
    }
    for finding in base.all(Finding).values() if fallen else ():
        depends = {base.claims[a.claim].source for a in finding.claims if a.claim in base.claims}
        for source in sorted(depends & set(fallen)):
            checked = fallen[source].checked
            reopened = any(
                base.role("events", event.event) == "reopened" and (checked is None or event.date >= checked)
                for event in finding.history
            )
            if not reopened:
                yield report(
                    base.place(finding, "history"),
                    f"It depends on “{source}”, which is marked {fallen[source].status}, and was not reopened since.",
                    "Assess the finding again and add an event “reopened” with the date.",
                )


@rule(
    Code(
        "E461",
        "status-without-date",
        "A source's publication status is given without the date on which somebody looked.",
        "“Not retracted” is only true as of a day.",
        "publication_status: {status: current, method: Crossref}",
        "publication_status: {status: current, checked: 2026-11-22, method: Crossref}",
    ),
    number=7,
)
def status_without_date(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for source in base.all(Source).values():
        status = source.publication_status
        if base.role("publication-statuses", status.status) != "unknown" and status.checked is None:
            yield report(
                base.place(source, "publication_status"),
                f"The status “{status.status}” has no date.",
                "Add “checked: YYYY-MM-DD”, or set “status: not-checked”.",
            )


# 8. Missing is never shown as "no effect" ---------------------------------------------------------


@rule(
    Code(
        "E470",
        "search-contradicts-itself",
        "A search says that it found nothing and lists what it found, or covers terms that do not exist.",
        "Empty cells of the map say “searched and none found” on the word of a search; it has to be right.",
        "found: false\nclaims: [thet2016/reverse-innovation-hard-to-define]",
        "found: true\nclaims: [thet2016/reverse-innovation-hard-to-define]",
    ),
    number=8,
)
def searches(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for search in base.all(Search).values():
        if not search.found and search.claims:
            yield report(
                base.place(search, "found"),
                "The search says that nothing was found, and lists claims.",
                "Set “found: true”, or take the claims out.",
            )
        for index, cover in enumerate(search.covers):
            terms = base.concepts.get(cover.scheme, {})
            for step, term in enumerate(cover.terms):
                if term not in terms:
                    yield report(
                        base.place(search, "covers", index, "terms", step),
                        f"“{term}” is not a term of “{cover.scheme}”.",
                        "Name the vocabulary's terms that the search looked for.",
                    )


# 9. A discrepancy is shown wherever either of its values is ----------------------------------------


@rule(
    Code(
        "E480",
        "discrepancy-does-not-hold",
        "A discrepancy points at a number that its claim does not have, or shows a value that is not one of its own.",
        "The mark of a discrepancy travels with the numbers it names; a wrong name leaves them unmarked.",
        "values: [{claim: x/response-rate, number: rate, …}]   # the claim has no number “rate”",
        "values: [{claim: x/response-rate, number: value, …}]",
    ),
    number=9,
)
def discrepancy_values(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for discrepancy in base.all(Discrepancy).values():
        for index, value in enumerate(discrepancy.values):
            claim = base.claims.get(value.claim)
            if claim and value.number and value.number not in {n.key for n in claim.numbers}:
                keys = ", ".join(n.key for n in claim.numbers) or "none"
                yield report(
                    base.place(discrepancy, "values", index, "number"),
                    f"The claim “{value.claim}” has no number “{value.number}”.",
                    f"Its numbers are: {keys}.",
                )
        shown = discrepancy.display.claim
        if shown and shown not in {value.claim for value in discrepancy.values}:
            yield report(
                base.place(discrepancy, "display", "claim"),
                f"“{shown}” is to be shown and is not one of the competing values.",
                "Show one of the values listed, or leave “claim” out to show them all.",
            )


@rule(
    Code(
        "E481",
        "sum-is-wrong",
        "Arithmetic of ours does not come out as written.",
        "We call other people's sums into question; ours have to be right.",
        "arithmetic: [{expression: 31 / 114 * 100, result: 27.3, …}]",
        "arithmetic: [{expression: 31 / 114 * 100, result: 27.2, …}]",
    ),
    number=9,
)
def sums(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for discrepancy in base.all(Discrepancy).values():
        for index, item in enumerate(discrepancy.arithmetic):
            try:
                exact = evaluate(item.expression)
            except ValueError as error:
                yield report(base.place(discrepancy, "arithmetic", index, "expression"), f"{error}.", "Use numbers, + - * / and brackets.")
                continue
            places = max(0, -int(item.result.as_tuple().exponent))
            rounded = rounded_to(exact, places)
            if rounded != item.result:
                yield report(
                    base.place(discrepancy, "arithmetic", index, "result"),
                    f"{item.expression} is {rounded}, not {item.result}.",
                    f"Write “result: {rounded}”.",
                )


_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def evaluate(expression: str) -> Fraction:
    """Work out a sum of numbers, + - * / and brackets, exactly; raise ValueError for anything else."""
    if len(expression) > 200:
        raise ValueError("The sum is too long")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        return _evaluate(tree, expression)
    except ZeroDivisionError:
        raise ValueError("The sum divides by nought") from None
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"“{expression}” is not a sum") from None


def _evaluate(node: ast.expr, expression: str) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Fraction(str(node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluate(node.left, expression), _evaluate(node.right, expression))  # type: ignore[no-any-return]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, expression)
    raise ValueError(f"“{expression}” is not a sum")


def rounded_to(value: Fraction, places: int) -> Decimal:
    """Round half up to a number of decimal places, as people do."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


# 10. Nothing published disappears --------------------------------------------------------------------


@rule(
    Code(
        "E490",
        "withdrawn-without-reason",
        "A record is withdrawn without saying why, or says why and is not marked withdrawn.",
        "A reader who followed an old link must learn what became of it.",
        "status: withdrawn",
        "status: withdrawn\nwithdrawn: {date: 2026-11-22, reason: Merged., replaced_by: 'finding:other'}",
    ),
    number=10,
)
def withdrawals(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for records in base.records.values():
        for record in records.values():
            withdrawn = base.role("statuses", record.status) == "withdrawn"
            if withdrawn and record.withdrawn is None:
                yield report(
                    base.place(record, "status"),
                    "The record is withdrawn and does not say why.",
                    "Add “withdrawn:” with “date” and “reason”, and “replaced_by” if there is something.",
                )
            if record.withdrawn is not None and not withdrawn:
                yield report(
                    base.place(record, "withdrawn"),
                    f"The record gives a reason for its withdrawal and its status is “{record.status}”.",
                    "Set “status: withdrawn”, or take the reason out.",
                )


@rule(
    Code(
        "E491",
        "published-record-gone",
        "A record that was once published is no longer there.",
        "People link to records and cite them; an address that was ever published keeps answering.",
        "git rm evidence/findings/x.yaml",
        "status: withdrawn   # in evidence/findings/x.yaml, with the reason",
    ),
    number=10,
)
def published_records_gone(evidence: Evidence, report: Report) -> Iterator[Problem]:
    from macros.problem import Place  # noqa: PLC0415

    present = {name for name, _ in subjects(evidence.base)}
    for name in sorted(evidence.published - present):
        yield report(
            Place("evidence/published.txt"),
            f"“{name}” was published and is gone, or cannot be read.",
            "Bring it back and set “status: withdrawn” with the reason; ids are never renamed or reused.",
        )


# Housekeeping -----------------------------------------------------------------------------------------


@rule(
    Code(
        "E403",
        "double-without-second-reader",
        "A record is called doubly coded without an independent second reading.",
        "Two readings by one person are one reading.",
        "coding: double",
        "coding: double\nsecond_reading: {date: 2026-11-22, by: second-reader}",
    )
)
def second_readings(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for records in base.records.values():
        for record in records.values():
            reading = record.second_reading
            double = base.role("codings", record.coding) == "double"
            if double and reading is None:
                yield report(
                    base.place(record, "coding"),
                    "The record is called doubly coded and has no second reading.",
                    "Add “second_reading: {date: …, by: …}”, or set “coding: single”.",
                )
            elif reading is not None and reading.by in record.coded_by:
                yield report(
                    base.place(record, "second_reading", "by"),
                    f"“{reading.by}” also made the first reading.",
                    "The second reader has to be somebody else.",
                )


@rule(
    Code(
        "E404",
        "dates-out-of-order",
        "A record's dates contradict each other.",
        "Readers judge how fresh a record is by its dates.",
        "created: 2026-11-22\nmodified: 2025-01-01",
        "created: 2026-11-22\nmodified: 2026-11-22",
    )
)
def dates_out_of_order(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for records in base.records.values():
        for record in records.values():
            if record.modified < record.created:
                yield report(base.place(record, "modified"), "The record was modified before it was created.", "Correct one of the dates.")
            if record.review_by <= record.created:
                yield report(
                    base.place(record, "review_by"), "The record is to be reviewed before it was created.", "Set a day after “created”."
                )


@rule(
    Code(
        "E405",
        "placeholder",
        "A field still holds the text of a template.",
        "What looks filled in and is not misleads worse than a gap.",
        "summary: TODO",
        "summary: not stated",
    )
)
def placeholders(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    pattern = re.compile(r"\b(?:TODO|TBC|TBD|FIXME|XXX|lorem ipsum)\b|^(?:\.{3}|…|\?+|-+)$", re.IGNORECASE)
    for _, record in subjects(base):
        for leaf in leaves(record):
            if isinstance(leaf.value, str) and not leaf.part.kinds and not leaf.part.scheme:
                match = pattern.search(leaf.value)
                if match:
                    yield report(
                        base.place(record, *leaf.path),  # type: ignore[arg-type]
                        f"“{_field(leaf)}” still holds “{match[0]}”.",
                        "Fill it in; where the source is silent write “not stated”.",
                    )


@rule(
    Code(
        "E406",
        "broken-pointer",
        "A text points at a record, a number or a reference that does not exist.",
        "A reader who follows it must arrive.",
        "summary: See [[finding:no-such-thing]].",
        "summary: See [[finding:learning-stays-individual]].",
    )
)
def broken_pointers(evidence: Evidence, report: Report) -> Iterator[Problem]:
    from macros.nearest import did_you_mean, nearest  # noqa: PLC0415
    from macros.problem import Fix  # noqa: PLC0415

    base = evidence.base
    targets: dict[str, list[str]] = {"claim": list(base.claims), "reference": list(base.bibliography.references)}
    targets |= {kind: list(records) for kind, records in base.records.items()}
    targets["theme"] = list(base.concepts.get("themes", {}))
    targets["term"] = list(base.concepts.get("glossary", {}))
    targets["value"] = targets["claim"]
    for _, record in subjects(base):
        for leaf in leaves(record):
            if not leaf.part.prose:
                continue
            for pointer in pointers(leaf.value):
                place = base.place(record, *leaf.path)  # type: ignore[arg-type]
                if pointer.kind not in targets:
                    yield report(
                        place,
                        f"“[[{pointer.kind}:…]]” names no kind of record.",
                        did_you_mean(pointer.kind, targets),
                    )
                    continue
                id_, _, part = pointer.target.partition("#")
                if id_ not in targets[pointer.kind]:
                    near = nearest(id_, targets[pointer.kind])
                    yield report(
                        place,
                        f"There is no {'claim' if pointer.kind == 'value' else pointer.kind} “{id_}”.",
                        did_you_mean(id_, targets[pointer.kind]),
                        Fix(id_, near[0]) if near else None,
                    )
                elif pointer.kind == "value":
                    problem = value_problem(base.claims[id_], part)
                    if problem:
                        yield report(place, problem, "See the numbers of the claim.")


def value_problem(claim: Claim, part: str) -> str:
    """Return why `#part` of a claim cannot be quoted as a number; empty when it can."""
    keys = [number.key for number in claim.numbers]
    if not keys:
        return f"The claim “{claim.uid}” has no numbers."
    if part in keys:
        return ""
    if part == "" or part in {"numerator", "denominator", "fraction"}:
        if len(keys) > 1 and "value" not in keys:
            return f"The claim “{claim.uid}” has several numbers; say which: {', '.join(keys)}."
        number = next((n for n in claim.numbers if n.key == "value"), claim.numbers[0])
        wanted = {"numerator": (number.numerator,), "denominator": (number.denominator,), "fraction": (number.numerator, number.denominator)}
        if any(not isinstance(value, int) for value in wanted.get(part, ())):
            return f"The source does not state the {part} of “{claim.uid}”."
        return ""
    return f"The claim “{claim.uid}” has no number “{part}”; it has: {', '.join(keys)}."


@rule(
    Code(
        "E407",
        "overdue",
        "A record's day of review has passed.",
        "Evidence goes stale silently.",
        "review_by: 2020-01-01",
        "review_by: 2027-11-22",
        Severity.WARNING,
    )
)
def overdue(evidence: Evidence, report: Report) -> Iterator[Problem]:
    import datetime  # noqa: PLC0415

    base = evidence.base
    today = datetime.date.today()
    for records in base.records.values():
        for record in records.values():
            if record.review_by < today and base.role("statuses", record.status) != "withdrawn":
                yield report(
                    base.place(record, "review_by"),
                    f"The record was to be reviewed by {record.review_by}.",
                    "Look at it again, note the event, and set a new date.",
                )


def _field(leaf: Leaf) -> str:
    return leaf.part.name


def _groups(record: object, models: tuple[type, ...]) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Yield every group of fields below a record that is one of `models`, with its path."""
    seen: set[int] = set()
    for leaf in leaves(record):  # type: ignore[arg-type]
        if isinstance(leaf.group, models) and id(leaf.group) not in seen:
            seen.add(id(leaf.group))
            yield leaf.path[:-1], leaf.group


RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
