"""The form of a rule: what it is for, told once, and the function that checks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from macros.backlinks import Use, backlinks
from macros.base import EvidenceBase
from macros.catalogue import Code
from macros.problem import Fix, Place, Problem


@dataclass(frozen=True)
class Evidence:
    """What a rule looks at: the base, and what is derived from it once for all rules."""

    base: EvidenceBase
    published: frozenset[str] = frozenset()
    """Every `kind:id` that was ever published."""

    @cached_property
    def uses(self) -> Mapping[str, tuple[Use, ...]]:
        """Who points at what."""
        return backlinks(self.base)


Check = Callable[[Evidence], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of evidence: its description, and the function that yields what breaks it."""

    about: Code
    number: int
    """Which of the ten rules of evidence it belongs to; 0 for housekeeping."""
    check: Callable[[Evidence, Report], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Report:
    """Makes problems of one rule, so that a rule's function need not repeat its code."""

    about: Code

    def __call__(self, place: Place, message: str, suggestion: str = "", fix: Fix | None = None) -> Problem:
        return Problem(self.about.code, place, message, suggestion, self.about.severity, fix)


RuleCheck = Callable[[Evidence, Report], Iterator[Problem]]


def rule(about: Code, number: int = 0) -> Callable[[RuleCheck], Rule]:
    """Make a rule of the function below."""

    def make(check: RuleCheck) -> Rule:
        return Rule(about, number, check)

    return make
