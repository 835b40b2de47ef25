"""The site: the evidence base with everything that is derived from it once for all pages."""

from __future__ import annotations

import datetime
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from macros.address import addresses
from macros.backlinks import Use, backlinks
from macros.base import EvidenceBase
from macros.check import check
from macros.citation import DEFAULT_STYLE, FormattedBibliography, format_bibliography
from macros.facets import Unit, learning_units, record_units
from macros.fingerprint import Verdict, read_fingerprints, verify
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.finding import Finding
from macros.kinds.recommendation import Recommendation
from macros.problem import Problem
from macros.support import Support, finding_support, recommendation_support
from macros.table import Table, read_tables


@dataclass(frozen=True, slots=True)
class Site:
    """What every page is made from. Nothing in it changes after it was made."""

    base: EvidenceBase
    problems: tuple[Problem, ...]
    uses: Mapping[str, tuple[Use, ...]]
    """Who points at each `kind:id`."""
    addresses: Mapping[str, str]
    """Address of each `kind:id`, relative to the site's root."""
    tables: Mapping[str, Table]
    references: FormattedBibliography
    support: Mapping[str, Support]
    """Of each finding and recommendation, by `kind:id`."""
    stated_support: Mapping[str, Support]
    """The same with every judgement of ours left out."""
    units: Mapping[str, Sequence[Unit]] = field(repr=False)
    """Records by kind, with the facets they are filtered and counted by."""
    flows: Sequence[Unit] = field(repr=False)
    """Flows of learning, likewise."""
    abbreviations: tuple[re.Pattern[str] | None, Mapping[str, str]] = field(repr=False)
    """What finds the glossary's abbreviations in a text (its first group without a plural's “s”), and their terms."""
    passages: Mapping[str, tuple[Verdict, datetime.date | None]] = field(repr=False)
    """Whether each claim's passage is proven by its source's fingerprint, and when it was last proven."""
    disputes: Mapping[str, tuple[Discrepancy, ...]] = field(repr=False)
    """Discrepancies in which a claim takes part, by the claim's full id."""


def make(root: Path, style: str = DEFAULT_STYLE) -> Site:
    """Load, check and derive everything below `root`; `style` names a CSL style."""
    base, problems = check(root)
    tables, _ = read_tables(base)
    findings, recommendations = base.all(Finding), base.all(Recommendation)

    def support(judged: bool) -> dict[str, Support]:
        return {f"finding:{id_}": finding_support(base, f, judged=judged) for id_, f in findings.items()} | {
            f"recommendation:{id_}": recommendation_support(base, r, judged=judged)
            for id_, r in recommendations.items()
        }

    fingerprints, _ = read_fingerprints(root)
    disputes: dict[str, list[Discrepancy]] = defaultdict(list)
    for discrepancy in base.all(Discrepancy).values():
        for uid in dict.fromkeys(value.claim for value in discrepancy.values):
            disputes[uid].append(discrepancy)
    references = format_bibliography(base.bibliography, style, root / ".cache" / "citations")
    return Site(
        base=base,
        problems=(*problems, *references.problems),
        uses=backlinks(base),
        addresses=addresses(base),
        tables=tables,
        references=references,
        support=support(True),
        stated_support=support(False),
        units=record_units(base),
        flows=learning_units(base),
        abbreviations=_abbreviations(base),
        passages={
            uid: (verdict, fingerprints[base.claims[uid].source].made if verdict is Verdict.VERIFIED else None)
            for uid, verdict in verify(base, fingerprints)[0].items()
        },
        disputes={uid: tuple(found) for uid, found in disputes.items()},
    )


def _abbreviations(base: EvidenceBase) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    terms = {
        concept.notation: id_
        for id_, concept in base.concepts.get("glossary", {}).items()
        if concept.notation and concept.definition and _ABBREVIATION.fullmatch(concept.notation)
    }
    if not terms:
        return None, {}
    words = "|".join(re.escape(word) for word in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({words})s?(?![\w-])"), terms


_ABBREVIATION = re.compile(r"[A-Z][A-Za-z0-9&+]*[A-Z0-9+]")


# Kept outside this package's modules, because an engine may import them anew for every page.
_CACHE = sys.modules.setdefault("_evidence_site_cache", ModuleType("_evidence_site_cache"))


def load(root: Path, style: str = DEFAULT_STYLE) -> Site:
    """Return the site below `root`, made anew only when a file of it has changed."""
    key = (str(root.resolve()), style, _fingerprint(root))
    if getattr(_CACHE, "key", None) != key:
        vars(_CACHE).update(site=make(root, style), key=key)
    site: Site = vars(_CACHE)["site"]
    return site


def _fingerprint(root: Path) -> int:
    """Return a number that changes when any record, reference, vocabulary or module does."""
    files = [file for folder in ("evidence", "bib", "macros") for file in sorted((root / folder).rglob("*"))]
    marks = []
    for file in files:
        if file.suffix in {".yaml", ".csv", ".bib", ".py", ".j2", ".txt", ".json"}:
            status = file.stat()
            marks.append((file.as_posix(), status.st_mtime_ns, status.st_size))
    return hash(tuple(marks))
