"""Rule 6: nothing is called supported before somebody has looked for evidence against it."""

from __future__ import annotations

from collections.abc import Iterator

from macros.catalogue import Code
from macros.kinds.recommendation import Recommendation
from macros.kinds.search import Search
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule
from macros.support import recommendation_support


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


@rule(
    Code(
        "E451",
        "support-by-itself",
        "A recommendation is supported by a claim that only holds the recommendation.",
        "That somebody recommends something is no evidence that it is right.",
        "claims: [x/do-this]\nlinks: [{to: 'claim:x/do-this', relation: supports, …}]",
        "links: [{to: 'finding:why-this', relation: supports, …}]",
    ),
    number=6,
)
def support_by_itself(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for recommendation in base.all(Recommendation).values():
        own = {*recommendation.claims, *(action.claim for action in recommendation.actions)}
        for uid in recommendation_support(base, recommendation).supporting:
            if uid in own:
                yield report(
                    base.place(recommendation, "links"),
                    f"“{uid}” holds the recommendation and counts as its support.",
                    "Attach it to the finding as “illustrates”, or leave it out.",
                )
