"""Rule 9: a discrepancy is shown wherever one of its values is, so its values have to be right."""

from __future__ import annotations

from collections.abc import Iterator

from macros.arithmetic import evaluate, rounded_to
from macros.catalogue import Code
from macros.kinds.discrepancy import Discrepancy
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule


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
                yield report(
                    base.place(discrepancy, "arithmetic", index, "expression"),
                    f"{error}.",
                    "Use numbers, + - * / and brackets.",
                )
                continue
            places = max(0, -int(item.result.as_tuple().exponent))
            rounded = rounded_to(exact, places)
            if rounded != item.result:
                yield report(
                    base.place(discrepancy, "arithmetic", index, "result"),
                    f"{item.expression} is {rounded}, not {item.result}.",
                    f"Write “result: {rounded}”.",
                )
