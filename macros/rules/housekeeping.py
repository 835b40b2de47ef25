"""Housekeeping: readings, dates, placeholders and pointers."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator

from macros.catalogue import Code
from macros.nearest import did_you_mean, nearest
from macros.placeholder import placeholder
from macros.problem import Fix, Problem, Severity
from macros.prose import pointers
from macros.quotation import value_problem
from macros.rules.rule import Evidence, Report, rule


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
                yield report(
                    base.place(record, "modified"),
                    "The record was modified before it was created.",
                    "Correct one of the dates.",
                )
            if record.review_by <= record.created:
                yield report(
                    base.place(record, "review_by"),
                    "The record is to be reviewed before it was created.",
                    "Set a day after “created”.",
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
    for _, record, found in base.walked:
        for leaf in found:
            if isinstance(leaf.value, str) and not leaf.part.kinds and not leaf.part.scheme:
                found_text = placeholder(leaf.value, leaf.part.description)
                if found_text:
                    yield report(
                        base.place(record, *leaf.path),
                        f"“{leaf.part.name}” still holds “{found_text}”.",
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

    base = evidence.base
    targets: dict[str, Collection[str]] = {"claim": base.claims, "reference": base.bibliography.references}
    targets |= base.records
    targets["theme"] = base.concepts.get("themes", {})
    targets["term"] = base.concepts.get("glossary", {})
    targets["value"] = targets["claim"]
    for _, record, found in base.walked:
        for leaf in found:
            if not leaf.part.prose:
                continue
            for pointer in pointers(leaf.value):
                place = base.place(record, *leaf.path)
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
