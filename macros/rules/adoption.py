"""Rule 5: adoption needs the adopting side, and inference alone supports nothing."""

from __future__ import annotations

from collections.abc import Iterator

from macros.catalogue import Code
from macros.kinds.common import Record
from macros.kinds.finding import Finding
from macros.kinds.innovation import Innovation
from macros.kinds.recommendation import Recommendation
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule

_LATE = {"adopted", "spread", "routine"}


@rule(
    Code(
        "E440",
        "adoption-without-adopter",
        "Adoption is called evidenced and no claim comes from the adopting side.",
        "Only those who took something into use can say that they did.",
        "path: [{stage: adopted, state: evidenced, claims: [x/author-says-so], …}]",
        "path: [{stage: adopted, state: evidenced, side: town, claims: [x/town-reports-use], …}]",
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
            own = any(base.role("bases", base.claims[uid].basis) == "own" for uid in stage.claims if uid in base.claims)
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
