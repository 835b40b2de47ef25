"""The rules that records are held against, one module for each of the ten rules of evidence."""

from __future__ import annotations

from types import ModuleType

from macros.rules import (
    adoption,
    citation,
    counter_search,
    discrepancy,
    duplicate,
    housekeeping,
    judgement,
    locator,
    number,
    permanence,
    publication,
    questions,
    search,
    support,
)
from macros.rules.rule import Rule


def _rules_in(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


RULES: tuple[Rule, ...] = tuple(
    rule
    for module in (
        locator,
        citation,
        number,
        judgement,
        support,
        adoption,
        counter_search,
        publication,
        search,
        questions,
        discrepancy,
        permanence,
        duplicate,
        housekeeping,
    )
    for rule in _rules_in(module)
)
"""All rules, in the order of the ten, housekeeping last."""
