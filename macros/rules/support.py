"""Rule 4: an illustration never raises confidence, and support counts independent voices."""

from __future__ import annotations

from collections.abc import Iterator

from macros.backlinks import subjects
from macros.catalogue import Code
from macros.kinds.case_study import CaseStudy
from macros.kinds.finding import Finding
from macros.kinds.innovation import Innovation
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule
from macros.support import finding_support


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
                    base.place(record, "links", index, "relation"),
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
