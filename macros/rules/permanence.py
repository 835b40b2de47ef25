"""Rule 10: nothing published disappears."""

from __future__ import annotations

from collections.abc import Iterator

from macros.address import ADDRESS
from macros.backlinks import subjects
from macros.base import EvidenceBase
from macros.catalogue import Code
from macros.fields import LOCAL_SEPARATOR
from macros.kinds import FOLDER_OF
from macros.kinds.claim import Claim, ClaimSheet
from macros.problem import Place, Problem
from macros.rules.rule import Evidence, Report, rule


@rule(
    Code(
        "E490",
        "withdrawn-without-reason",
        "A record is withdrawn without saying why, or says why and is not marked withdrawn.",
        "A reader who followed an old link must learn what became of it.",
        "status: withdrawn",
        "status: withdrawn\nwithdrawn: {date: 2026-11-22, reason: Merged., replaced_by: 'finding:other'}",
    ),
    number=10,
)
def withdrawals(evidence: Evidence, report: Report) -> Iterator[Problem]:
    base = evidence.base
    for records in base.records.values():
        for record in records.values():
            withdrawn = base.role("statuses", record.status) == "withdrawn"
            if withdrawn and record.withdrawn is None:
                yield report(
                    base.place(record, "status"),
                    "The record is withdrawn and does not say why.",
                    "Add “withdrawn:” with “date” and “reason”, and “replaced_by” if there is something.",
                )
            if record.withdrawn is not None and not withdrawn:
                yield report(
                    base.place(record, "withdrawn"),
                    f"The record gives a reason for its withdrawal and its status is “{record.status}”.",
                    "Set “status: withdrawn”, or take the reason out.",
                )


@rule(
    Code(
        "E491",
        "published-record-gone",
        "A record that was once published is no longer there.",
        "People link to records and cite them; an address that was ever published keeps answering.",
        "git rm evidence/findings/x.yaml",
        "status: withdrawn   # in evidence/findings/x.yaml, with the reason",
    ),
    number=10,
)
def published_records_gone(evidence: Evidence, report: Report) -> Iterator[Problem]:
    present = {name for name, _ in subjects(evidence.base)}
    for name in sorted(evidence.published - present):
        if name.startswith(f"{ADDRESS}:") or in_a_file_with_problems(evidence.base, name):
            continue  # addresses that belong to no record are held against the built site
        yield report(
            Place("evidence/published.txt"),
            f"“{name}” was published and is gone.",
            "Bring it back and set “status: withdrawn” with the reason; ids are never renamed or reused.",
        )


def in_a_file_with_problems(base: EvidenceBase, name: str) -> bool:
    """Whether the record's file is there and could not be made into a record, which is told of by itself."""
    kind, _, id_ = name.partition(":")
    folder = base.root / "evidence" / FOLDER_OF.get(kind, "")
    if kind != Claim.kind:
        return (folder / f"{id_}.yaml").is_file()
    source = id_.partition(LOCAL_SEPARATOR)[0]
    sheets = {f"{source}{LOCAL_SEPARATOR}{file.stem}" for file in (folder / source).glob("*.yaml")}
    return bool(sheets - set(base.records[ClaimSheet.kind]))
