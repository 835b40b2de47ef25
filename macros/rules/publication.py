"""Rule 7: a corrected or retracted source reopens what depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from macros.catalogue import Code
from macros.kinds.finding import Finding
from macros.kinds.source import Source
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule


@rule(
    Code(
        "E460",
        "not-reopened",
        "A finding rests on a source that was corrected or retracted since, and was not reopened.",
        "A conclusion may not outlive the evidence it was drawn from without somebody looking again.",
        "publication_status: {status: retracted, checked: 2026-11-22}   # and the finding's history is silent",
        "history: [{date: 2026-11-23, event: reopened, note: Its main source was retracted.}]",
    ),
    number=7,
)
def not_reopened(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    fallen = {
        id_: source.publication_status
        for id_, source in base.all(Source).items()
        if base.role("publication-statuses", source.publication_status.status) == "reopens"
    }
    for finding in base.all(Finding).values() if fallen else ():
        depends = {base.claims[a.claim].source for a in finding.claims if a.claim in base.claims}
        for source in sorted(depends & set(fallen)):
            checked = fallen[source].checked
            reopened = any(
                base.role("events", event.event) == "reopened" and (checked is None or event.date >= checked)
                for event in finding.history
            )
            if not reopened:
                yield report(
                    base.place(finding, "history"),
                    f"It depends on “{source}”, which is marked {fallen[source].status}, and was not reopened since.",
                    "Assess the finding again and add an event “reopened” with the date.",
                )


@rule(
    Code(
        "E461",
        "status-without-date",
        "A source's publication status is given without the date on which somebody looked.",
        "“Not retracted” is only true as of a day.",
        "publication_status: {status: current, method: Crossref}",
        "publication_status: {status: current, checked: 2026-11-22, method: Crossref}",
    ),
    number=7,
)
def status_without_date(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for source in base.all(Source).values():
        status = source.publication_status
        if base.role("publication-statuses", status.status) != "unknown" and status.checked is None:
            yield report(
                base.place(source, "publication_status"),
                f"The status “{status.status}” has no date.",
                "Add “checked: YYYY-MM-DD”, or set “status: not-checked”.",
            )
