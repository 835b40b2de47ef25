"""Bearings: which record bears on which and how, each said from the one that speaks to the one spoken of.

Records write their links from where they stand: a recommendation lists the finding that supports it,
a case study the finding that it illustrates. Here both read the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from macros.backlinks import subjects
from macros.base import EvidenceBase
from macros.facets import judged_basis
from macros.kinds.claim import Claim
from macros.kinds.common import Link
from macros.kinds.finding import Finding
from macros.kinds.principle import Principle
from macros.kinds.recommendation import Recommendation

_RESTING = (Recommendation, Principle)
"""Kinds that list what speaks for and against them; the others list what they themselves speak to."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """One record's bearing on another."""

    subject: str
    """`kind:id` of the record that supports, disputes, illustrates …"""
    relation: str
    """Term of the vocabulary `relations`."""
    role: str
    """What the rules take the relation for: `for`, `against`, `qualifies`, `illustrates` or `neutral`."""
    object: str
    """`kind:id` of the record that is supported, disputed, illustrated …"""
    directness: str
    """Term of the vocabulary `directness`; empty where the record does not say."""
    judged: bool
    """Whether we make the connection, and not a source."""
    reason: str
    """Free text, as the record holds it."""
    recorded_in: str
    """`kind:id` of the record that says so."""


def bearings(base: EvidenceBase) -> Iterator[Bearing]:
    """Yield every bearing that a record writes down, in the order of the records."""
    for name, record in subjects(base):
        for link in getattr(record, "links", ()):
            yield _of_link(base, name, isinstance(record, _RESTING), link)
        if isinstance(record, Finding):
            for attachment in record.claims:
                yield Bearing(
                    subject=f"{Claim.kind}:{attachment.claim}",
                    relation=attachment.relation,
                    role=base.role("relations", attachment.relation),
                    object=name,
                    directness="",
                    judged=True,
                    reason=attachment.reason,
                    recorded_in=name,
                )


def _of_link(base: EvidenceBase, name: str, rests: bool, link: Link) -> Bearing:
    role = base.role("relations", link.relation)
    subject, object_ = (link.to, name) if rests and role != "neutral" else (name, link.to)
    return Bearing(
        subject=subject,
        relation=link.relation,
        role=role,
        object=object_,
        directness=link.directness,
        judged=judged_basis(base, link.basis),
        reason=link.reason,
        recorded_in=name,
    )
