"""Checking: everything that is wrong with an evidence base, in one list."""

from __future__ import annotations

import re
from pathlib import Path

from macros.backlinks import backlinks
from macros.base import EvidenceBase, load
from macros.fingerprint import read_fingerprints, verify
from macros.problem import Problem
from macros.reference_rules import unused
from macros.rules import RULES
from macros.rules.rule import Evidence, Report
from macros.table import read_tables

PUBLISHED = "evidence/published.txt"


def check(root: Path) -> tuple[EvidenceBase, list[Problem]]:
    """Load the evidence base below `root` and hold it against every rule; problems come sorted."""
    base, problems = load(root)
    problems += check_rules(base) + read_tables(base)[1]
    fingerprints, found = read_fingerprints(root)
    problems += found + verify(base, fingerprints)[1]
    problems += unused(base.bibliography, _used_keys(base))
    return base, sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)


_CITATION = re.compile(r"""\bcite\(([^)]*)\)""")
_KEY = re.compile(r"""["']([^"']+)["']""")


def _used_keys(base: EvidenceBase) -> set[str]:
    """Return the keys that records, vocabularies and the pages in `docs/` cite."""
    used = {target.removeprefix("reference:") for target in backlinks(base) if target.startswith("reference:")}
    for page in sorted((base.root / "docs").rglob("*.md")):
        for call in _CITATION.finditer(page.read_text(encoding="utf-8", errors="replace")):
            used |= set(_KEY.findall(call[1]))
    return used


def check_rules(base: EvidenceBase) -> list[Problem]:
    """Return the problems that the rules find in a base."""
    evidence = Evidence(base, published(base.root))
    return [problem for rule in RULES for problem in rule.check(evidence, Report(rule.about))]


def published(root: Path) -> frozenset[str]:
    """Read the register of everything that was ever published; empty where there is none."""
    file = root / PUBLISHED
    if not file.is_file():
        return frozenset()
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
