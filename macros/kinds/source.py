"""Sources: the extraction form, one for each document that claims are taken from."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar

from macros.fields import Address, Line, Model, Prose, Ref, Term
from macros.kinds.common import Locator, Record


class Statement(Model):
    """What the source says about itself on one point, or that it does not say."""

    text: Prose
    """In our words; “not stated” where the source is silent."""
    locator: Locator | None = None


class Limitation(Model):
    text: Prose
    basis: Annotated[str, Term("link-bases")]
    """Stated by the source itself, or judged by us."""
    claim: Annotated[str, Ref("claim")] | None = None


class AppraisalItem(Model):
    item: Annotated[str, Term("appraisal-items")]
    answer: Annotated[str, Term("answers")]
    reason: Prose
    claims: tuple[Annotated[str, Ref("claim")], ...] = ()


class Appraisal(Model):
    """Critical appraisal item by item; there is no total score."""

    tool: Annotated[str, Term("appraisal-tools")]
    tool_reason: Prose
    """Why this tool fits this type of source."""
    status: Annotated[str, Term("appraisal-statuses")]
    date: datetime.date
    by: tuple[Annotated[str, Term("coders")], ...]
    items: tuple[AppraisalItem, ...]


class PublicationStatus(Model):
    """Whether the source has been corrected or retracted, as far as somebody has looked."""

    status: Annotated[str, Term("publication-statuses")]
    checked: datetime.date | None = None
    method: Prose
    """How it was checked, or why it was not."""


class ArchivedCopy(Model):
    """A copy of the source in an archive of the web, for when its own address leads nowhere."""

    url: Address
    date: datetime.date
    """The day of the copy."""
    gone: datetime.date | None = None
    """The day by which the source's own address was found dead; readers are then led to the copy."""


class Access(Model):
    """Where the source can be read, and what copy we read."""

    url: Address | None = None
    archived: ArchivedCopy | None = None
    format: Annotated[str, Term("formats")]
    copy_read: Prose
    """What the copy we extracted from lacks or garbles."""

    @property
    def open_at(self) -> str:
        """Where a reader can open the source now; empty where that is not known."""
        if self.archived and (self.archived.gone or not self.url):
            return self.archived.url
        return self.url or ""


class Source(Record):
    kind: ClassVar[str] = "source"

    reference: Annotated[str, Ref("reference")]
    summary: Prose
    type: Annotated[str, Term("source-types")]
    design: Annotated[str, Term("study-designs")]
    design_detail: Prose
    setting: Prose
    period: Line
    population: Prose
    funding: Statement
    interests: Statement
    licence: Statement
    peer_review: Statement
    cluster: Annotated[str, Term("clusters")]
    """Sources that share authors, data or sponsor count once as support."""
    cluster_reason: Prose
    limitations: tuple[Limitation, ...]
    appraisal: Appraisal
    publication_status: PublicationStatus
    access: Access
    notes: Prose | None = None
