"""Records as data: what a record says, with what follows from it, as plain values ready to be written.

Text is given as it reads: numbers and records that a text takes from elsewhere stand in it as words.
Where that differs from what the record's file holds, `…_markup` holds what the file does.
A group of fields says in `judged` whether it is our judgement or what a source states.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel

from macros.backlinks import Use
from macros.base import EvidenceBase
from macros.context import plain_text
from macros.facets import judged_basis
from macros.fields import Model, Ref
from macros.kinds import FOLDERS
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.dataset import Dataset
from macros.kinds.finding import Finding
from macros.kinds.recommendation import Recommendation
from macros.kinds.vocabulary import Vocabulary
from macros.reference import Reference
from macros.reference_export import csl
from macros.rests import references
from macros.shape import always_ours, items, tells_judgement
from macros.site import Site
from macros.support import Support

Data = dict[str, Any]

MARKUP = "_markup"
"""What the name of a field ends in that holds a text as its file does."""
JUDGED = "judged"


class UsedBy(Model):
    """Another record that points at this one."""

    by: str
    """`kind:id` of that record."""
    field: str
    """Its field; “text” where its free text does."""
    relation: str
    """Term of the vocabulary `relations`; empty where none is said."""
    judged: bool | None
    """Whether the connection is our judgement; null where the field does not say."""


class Stands(Model):
    """What a finding or a recommendation stands on, counted by independent sources."""

    standing: str
    """`supported`, `contested`, `unchecked` (nobody has looked for evidence against it) or `unsupported`."""
    independent_sources: int
    """Number of independent clusters of sources that speak for it."""
    supporting: tuple[Annotated[str, Ref("claim")], ...]
    challenging: tuple[Annotated[str, Ref("claim")], ...]
    qualifying: tuple[Annotated[str, Ref("claim")], ...]
    illustrating: tuple[Annotated[str, Ref("claim")], ...]
    """Claims that only illustrate, or that may not count because of their basis."""
    sources: tuple[Annotated[str, Ref("source")], ...]
    clusters: tuple[str, ...]


class Derived(Model):
    """What follows from a record and the records around it; nobody writes it."""


class SheetDerived(Derived):
    claim_ids: tuple[Annotated[str, Ref("claim")], ...]
    """The claims of this sheet, in order."""


class RecordDerived(Derived):
    page: str
    """Address of the record's page, below the site's root."""
    judged: bool
    """Whether the record as a whole is our judgement and not what a source states."""
    references: tuple[Annotated[str, Ref("reference")], ...]
    """References that the record rests on: its sources', and those that it cites."""
    used_by: tuple[UsedBy, ...]


class ClaimDerived(RecordDerived):
    reference: Annotated[str, Ref("reference")] | None
    """Reference of the claim's source."""
    disputed_by: tuple[Annotated[str, Ref("discrepancy")], ...]
    """Discrepancies in which the claim takes part."""


class SupportedDerived(RecordDerived):
    support: Stands
    """What it stands on, our judgement included."""
    stated_support: Stands
    """What it stands on with every judgement of ours left out."""


class DatasetDerived(RecordDerived):
    rows: tuple[str, ...]
    """The table's rows by column, each cell as its file has it; an empty cell is an empty text."""


class PublishedReference(Model):
    """A work that is cited."""

    id: str
    """The key by which records point at it."""
    type: str
    """Kind of work, in biblatex's words."""
    title: str
    authors: tuple[str, ...]
    editors: tuple[str, ...]
    more_authors: bool
    """Whether there are more than are named."""
    year: int | None
    """Null where the work states no date."""
    doi: str | None
    url: str | None
    accessed: str | None
    """Day on which the address was opened."""
    citation: str
    """The reference in full, in the site's style."""
    provenance: str
    """Where the metadata was seen."""
    page: str
    """Address of its entry, below the site's root."""
    csl: str
    """The reference as an item of CSL-JSON."""
    used_by: tuple[UsedBy, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """One record on its way out: what its file says, and what follows from that."""

    name: str
    """`kind:id`."""
    record: BaseModel
    derived: Derived | None = None

    @property
    def kind(self) -> str:
        """The kind of record."""
        return self.name.partition(":")[0]

    @property
    def id(self) -> str:
        """The id by which other records point at it; a claim's with its source."""
        return self.name.partition(":")[2]


KINDS: Mapping[str, tuple[type[BaseModel], type[Derived] | None]] = {
    **{model.kind: (model, RecordDerived) for model in FOLDERS.values()},
    ClaimSheet.kind: (ClaimSheet, SheetDerived),
    Claim.kind: (Claim, ClaimDerived),
    Finding.kind: (Finding, SupportedDerived),
    Recommendation.kind: (Recommendation, SupportedDerived),
    Dataset.kind: (Dataset, DatasetDerived),
    "reference": (PublishedReference, None),
    Vocabulary.kind: (Vocabulary, None),
}
"""Every kind that is published, with the model of what is written and of what is derived."""

APART = {ClaimSheet.kind: frozenset({"claims"})}
"""Fields that are published by themselves: a sheet's claims are records of their own."""


def published(site: Site) -> dict[str, list[Published]]:
    """Return everything that is published, by kind and in order of id."""
    rests = references(site)
    judged = {unit.name: unit.judged for units in site.units.values() for unit in units}
    found: dict[str, list[Published]] = {kind: [] for kind in KINDS}
    for kind, records in site.base.records.items():
        for id_, record in sorted(records.items()):
            name = f"{kind}:{id_}"
            found[kind].append(Published(name, record, _derived(site, name, record, rests, judged)))
    for uid, claim in sorted(site.base.claims.items()):
        name = f"claim:{uid}"
        found[Claim.kind].append(Published(name, claim, _derived(site, name, claim, rests, judged)))
    for key, reference in sorted(site.base.bibliography.items()):
        found["reference"].append(Published(f"reference:{key}", _reference(site, reference)))
    for id_, vocabulary in sorted(site.base.vocabularies.items()):
        found[Vocabulary.kind].append(Published(f"vocabulary:{id_}", vocabulary))
    return found


def _derived(
    site: Site,
    name: str,
    record: BaseModel,
    rests: Mapping[str, tuple[str, ...]],
    judged: Mapping[str, bool],
) -> Derived:
    if isinstance(record, ClaimSheet):
        return SheetDerived(claim_ids=tuple(claim.uid for claim in record.claims))
    shared: Data = {
        "page": site.addresses[name],
        "judged": judged.get(name, False),
        "references": rests.get(name, ()),
        "used_by": _used_by(site, name),
    }
    if isinstance(record, Claim):
        sources = site.base.records["source"]
        return ClaimDerived(
            **shared,
            reference=getattr(sources.get(record.source), "reference", None),
            disputed_by=tuple(d.id for d in site.disputes.get(record.uid, ())),
        )
    if name in site.support:
        return SupportedDerived(
            **shared, support=_stands(site.support[name]), stated_support=_stands(site.stated_support[name])
        )
    if isinstance(record, Dataset):
        # The rows go in as they are when the record is written: see `as_data`.
        return DatasetDerived(**shared, rows=())
    return RecordDerived(**shared)


def _stands(support: Support) -> Stands:
    return Stands(
        standing=support.standing.value,
        independent_sources=support.independent,
        supporting=support.supporting,
        challenging=support.challenging,
        qualifying=support.qualifying,
        illustrating=support.illustrating,
        sources=support.sources,
        clusters=support.clusters,
    )


def _used_by(site: Site, name: str) -> tuple[UsedBy, ...]:
    return tuple(
        UsedBy(by=use.by, field=use.field, relation=use.relation, judged=_judged_use(site, use))
        for use in site.uses.get(name, ())
    )


def _judged_use(site: Site, use: Use) -> bool | None:
    if use.by.startswith(f"{Finding.kind}:") and use.field == "claims":
        return True  # which claims bear on a finding is always our judgement
    return judged_basis(site.base, use.basis) if use.basis else None


def _reference(site: Site, reference: Reference) -> PublishedReference:
    name = f"reference:{reference.key}"
    return PublishedReference(
        id=reference.key,
        type=reference.type,
        title=reference.title,
        authors=tuple(map(str, reference.authors)),
        editors=tuple(map(str, reference.editors)),
        more_authors=reference.et_al,
        year=reference.year,
        doi=reference.doi or None,
        url=reference.url or None,
        accessed=reference.urldate or None,
        citation=site.references[reference.key].text,
        provenance=reference.provenance,
        page=site.addresses[name],
        csl="",
        used_by=_used_by(site, name),
    )


def as_data(site: Site, published: Published) -> Data:
    """Return a record as plain values: what JSON can hold."""
    record = published.record
    data: Data = {"kind": published.kind, **_group(site, record, APART.get(published.kind, frozenset()))}
    data["id"] = published.id
    if published.derived is not None:
        data |= _group(site, published.derived)
    if isinstance(record, Dataset):
        table = site.tables.get(record.id)
        data["rows"] = [dict(row) for row in table.rows] if table else []
    if isinstance(record, PublishedReference):
        data["csl"] = csl(site, record.id)
    return data


def _group(site: Site, group: BaseModel, apart: frozenset[str] = frozenset()) -> Data:
    data: Data = {}
    for item in items(type(group)):
        if item.name in apart:
            continue
        value = getattr(group, item.name)
        if item.part.prose and isinstance(value, str):
            data |= _text(site, item.name, value)
        else:
            data[item.name] = _value(site, value)
    if tells_judgement(type(group)):
        data[JUDGED] = is_judged(site, group)
    return data


def _text(site: Site, name: str, text: str) -> Iterator[tuple[str, str]]:
    reads = plain_text(site, text)
    yield name, reads
    if reads != text:
        yield f"{name}{MARKUP}", text


def _value(site: Site, value: Any) -> Any:
    match value:
        case BaseModel():
            return _group(site, value)
        case tuple():
            return [_value(site, each) for each in value]
        case Decimal():
            return number(value)
        case datetime.date():
            return value.isoformat()
        case _:
            return value


def number(value: Decimal) -> int | float:
    """Return a number as JSON and tables hold it: whole numbers without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


def is_judged(site: Site, group: BaseModel) -> bool:
    """Whether a group of fields is our judgement or our arithmetic, and not what a source states."""
    return always_ours(type(group)) or judged_basis(site.base, getattr(group, "basis", ""))


def last_changed(base: EvidenceBase) -> datetime.date | None:
    """Return the day on which a record last changed; None while there are no records.

    It stands for the data's version: the same records have the same day, whenever the site is built.
    """
    dates = [
        day
        for records in base.records.values()
        for record in records.values()
        for day in (record.modified, *(event.date for event in record.history))
    ]
    return max(dates, default=None)
