"""Rule 8: missing is never shown as “no effect”, so searches have to be right."""

from __future__ import annotations

from collections.abc import Iterator

from macros.catalogue import Code
from macros.kinds.search import Search
from macros.nearest import did_you_mean
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule


@rule(
    Code(
        "E470",
        "search-contradicts-itself",
        "A search says that it found nothing and lists what it found, or covers terms that do not exist.",
        "Empty cells of the map say “searched and none found” on the word of a search; it has to be right.",
        "found: false\nclaims: [jones2016/hard-to-define]",
        "found: true\nclaims: [jones2016/hard-to-define]",
    ),
    number=8,
)
def searches(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for search in base.all(Search).values():
        if not search.found and search.claims:
            yield report(
                base.place(search, "found"),
                "The search says that nothing was found, and lists claims.",
                "Set “found: true”, or take the claims out.",
            )
        for index, cover in enumerate(search.covers):
            terms = base.concepts.get(cover.scheme) or base.records.get(cover.scheme)
            if terms is None:
                yield report(
                    base.place(search, "covers", index, "scheme"),
                    f"“{cover.scheme}” is neither a vocabulary nor a kind of record.",
                    did_you_mean(cover.scheme, [*base.concepts, *base.records]),
                )
                continue
            for step, term in enumerate(cover.terms):
                if term not in terms:
                    yield report(
                        base.place(search, "covers", index, "terms", step),
                        f"“{term}” is not a term of “{cover.scheme}”.",
                        "Name the vocabulary's terms that the search looked for.",
                    )
