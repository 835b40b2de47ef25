"""The form in which every kind of problem is described."""

from __future__ import annotations

from dataclasses import dataclass

from macros.problem import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """What a problem code stands for: the text of `explain`, of the documentation and of reports."""

    code: str
    name: str
    summary: str
    """What is wrong, in one sentence."""
    why: str
    """What the rule is for."""
    wrong: str
    right: str
    severity: Severity = Severity.ERROR
