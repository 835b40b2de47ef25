"""Differences: what a change does to the evidence, and not to the files.

A maintainer asks which conclusions moved and why, what disappeared, what is new; and only then
which fields were edited. Everything here is told in plain values, for a report to put into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from macros.address import REFERENCES, addresses
from macros.anatomy import Part, parts
from macros.backlinks import Use, backlinks, subjects
from macros.base import EvidenceBase
from macros.countries import SCHEME as COUNTRIES
from macros.facets import Unit, learning_units, record_units
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.common import Record
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.finding import Component, Confidence, Finding
from macros.kinds.recommendation import Recommendation
from macros.kinds.source import Source
from macros.matrix import Empty, matrix
from macros.prose import Pointer, plain
from macros.reference import Reference
from macros.rules.permanence import in_a_file_with_problems
from macros.support import Standing, Support, finding_support, recommendation_support

_PLUMBING = {"id", "created", "modified", "review_by", "coding", "coded_by", "second_reading", "history", "sheet"}
"""Fields that say how a record came about, which no reader comes for."""
_KEYS = ("id", "to", "claim", "key", "term", "stage", "item", "side", "stakeholder", "expression", "name", "text")
"""Fields by which the entries of a list are told apart, the first that an entry has."""
_CLAIM_TITLE = 110

LEARNING = "learning"
"""Stands for flows of learning where kinds of record are named."""
MAPS = (
    (LEARNING, "directions", "learning-types"),
    (LEARNING, "directions", "levels"),
    ("claim", "themes", "bases"),
)
"""The maps whose cells are compared: what is counted, by which rows and columns."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record, as a report names it."""

    name: str
    """`kind:id`."""
    title: str
    address: str
    """Of its page, below the site's root."""
    note: str = ""
    """What a maintainer wants to know at once: how a finding stands, why a record was withdrawn."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that reads otherwise; empty where it was, or is, not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A record, term or reference with the fields that a reader cares about."""

    entry: Entry
    fields: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that moved a conclusion."""

    subject: str
    """What changed: `kind:id` of a claim, finding or search, or the name of a component of confidence."""
    what: str
    by: str
    """`kind:id` of the record in which it was changed."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """How a finding or a recommendation stands in one revision."""

    standing: str
    confidence: str
    """Level of confidence; empty for a recommendation, which has none of its own."""
    independent: int
    """Independent clusters of sources that support it: how many would have to go for it to stand unsupported."""
    supporting: int
    challenging: int


@dataclass(frozen=True, slots=True)
class Move:
    """A finding or recommendation that no longer stands as it did."""

    entry: Entry
    before: Standpoint
    after: Standpoint
    weight: int
    """Below zero it stands weaker than before, above zero stronger; the further from zero, the more."""
    causes: tuple[Cause, ...]
    bears_on: tuple[str, ...]
    """For a finding, `kind:id` of the recommendations and principles that it bears on."""
    not_reassessed: bool
    """Whether what a finding rests on changed and nobody has looked at the confidence in it since."""
    reason: str
    """The reason given for the confidence, where it was written anew."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell of the evidence map that was filled, emptied or searched."""

    of: str
    """What is counted, in words."""
    row: str
    column: str
    before: int
    after: int
    searched: bool
    """Whether a search now covers the cell, and found nothing."""
    names: tuple[str, ...]
    """`kind:id` of the records that fill it, or filled it."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country that records name now, or no longer."""

    label: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is otherwise in `after`, seen from `before`."""

    moved: tuple[Move, ...]
    """The weakest first."""
    withdrawn: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    """Records whose file is no longer there, which nothing published may be."""
    new_disputes: tuple[Entry, ...]
    settled_disputes: tuple[Entry, ...]
    reopened_disputes: tuple[Entry, ...]
    countries: tuple[Country, ...]
    lost_countries: tuple[Country, ...]
    cells: tuple[CellChange, ...]
    added: tuple[Entry, ...]
    changed: tuple[Changed, ...]
    terms: tuple[Changed, ...]
    """Terms of vocabularies, named `term:vocabulary/id`; a new one has its label as the only field."""
    new_references: tuple[Entry, ...]
    gone_references: tuple[Entry, ...]
    changed_references: tuple[Changed, ...]
    not_compared: tuple[str, ...]
    """Records whose file cannot be read in one of the two."""
    pages: tuple[str, ...]
    """Addresses of the pages that read otherwise."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class _View:
    """One of the two evidence bases, with what is derived from it once."""

    base: EvidenceBase
    records: Mapping[str, BaseModel]
    addresses: Mapping[str, str]
    uses: Mapping[str, tuple[Use, ...]]
    support: Mapping[str, Support]
    units: Mapping[str, Sequence[Unit]]

    def entry(self, name: str, note: str = "") -> Entry:
        return Entry(name, self.title(name), self.addresses.get(name, ""), note or self._note(name))

    def title(self, name: str) -> str:
        record = self.records.get(name)
        if isinstance(record, Claim):
            statement = self.plain(record.statement)
            if len(statement) <= _CLAIM_TITLE:
                return statement
            return statement[:_CLAIM_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + " …"
        return str(getattr(record, "title", name))

    def plain(self, text: str) -> str:
        def say(pointer: Pointer) -> str:
            claim = self.base.claims.get(pointer.claim) if pointer.kind == "value" else None
            return pointer.text or (claim.numbers[0].printed if claim and claim.numbers else pointer.target)

        return plain(text, say)

    def status(self, name: str) -> str:
        """Return what the rules take a record's status for; a claim has that of its sheet."""
        record: object = self.records.get(name)
        if isinstance(record, Claim):
            record = self.base.records[ClaimSheet.kind].get(record.sheet)
        return self.base.role("statuses", record.status) if isinstance(record, Record) else ""

    def standpoint(self, name: str) -> Standpoint:
        record, support = self.records[name], self.support[name]
        level = record.confidence.level if isinstance(record, Finding) else ""
        return Standpoint(
            support.standing,
            level and self.base.label("confidence-levels", level),
            support.independent,
            len(support.supporting),
            len(support.challenging),
        )

    def _note(self, name: str) -> str:
        record = self.records.get(name)
        notes = ["draft"] if self.status(name) == "draft" else []
        if isinstance(record, Record) and record.withdrawn and self.status(name) == "withdrawn":
            notes.append(self.plain(record.withdrawn.reason))
        if isinstance(record, Finding):
            notes.append(self.base.label("confidence-levels", record.confidence.level).lower())
        if name in self.support:
            notes.append(f"{self.support[name].standing}, {_groups(self.support[name].independent)}")
        if isinstance(record, Claim):
            notes.append(self.base.label("bases", record.basis).lower())
        return "; ".join(notes)


def _groups(number: int) -> str:
    return f"{number} independent {'source' if number == 1 else 'sources'}"


def _view(base: EvidenceBase) -> _View:
    support = {f"finding:{id_}": finding_support(base, f) for id_, f in base.all(Finding).items()} | {
        f"recommendation:{id_}": recommendation_support(base, r) for id_, r in base.all(Recommendation).items()
    }
    return _View(
        base=base,
        records=dict(subjects(base)),
        addresses=addresses(base),
        uses=backlinks(base),
        support=support,
        units=record_units(base) | {LEARNING: learning_units(base)},
    )


def difference(before: EvidenceBase, after: EvidenceBase) -> Difference:
    """Compare two evidence bases; records whose file cannot be read in one of them are named and left out."""
    old, new = _view(before), _view(after)
    hidden = {name for name in old.records.keys() - new.records.keys() if in_a_file_with_problems(after, name)}
    hidden |= {name for name in new.records.keys() - old.records.keys() if in_a_file_with_problems(before, name)}
    both = [name for name in new.records if name in old.records]
    added = [name for name in new.records if name not in old.records and name not in hidden]
    gone = [name for name in old.records if name not in new.records and name not in hidden]
    withdrawn = [name for name in both if new.status(name) == "withdrawn" != old.status(name)]
    changed = [
        Changed(new.entry(name), fields)
        for name in both
        if name not in withdrawn and (fields := tuple(_fields(old, new, old.records[name], new.records[name])))
    ]
    moved = sorted(_moves(old, new, both), key=lambda move: (move.weight, move.entry.name))
    works = before.bibliography.references, after.bibliography.references
    open_before, open_after = _open_disputes(before), _open_disputes(after)
    return Difference(
        moved=tuple(moved),
        withdrawn=tuple(new.entry(name) for name in withdrawn),
        gone=tuple(old.entry(name) for name in gone),
        new_disputes=tuple(new.entry(name) for name in open_after if name in added or name not in old.records),
        settled_disputes=tuple(
            new.entry(name) for name in open_before if name in new.records and name not in open_after
        ),
        reopened_disputes=tuple(
            new.entry(name) for name in open_after if name in old.records and name not in open_before
        ),
        countries=tuple(_countries(old, new)),
        lost_countries=tuple(_countries(new, old)),
        cells=tuple(_cells(old, new)),
        added=tuple(new.entry(name) for name in added),
        changed=tuple(sorted(changed, key=lambda each: each.entry.name)),
        terms=tuple(_terms(old, new)),
        new_references=tuple(_work(work) for key, work in works[1].items() if key not in works[0]),
        gone_references=tuple(_work(work) for key, work in works[0].items() if key not in works[1]),
        changed_references=tuple(_changed_works(*works)),
        not_compared=tuple(sorted(hidden)),
        pages=_pages(old, new, hidden, [e.entry.name for e in changed] + [e.entry.name for e in moved] + withdrawn),
    )


# Fields ----------------------------------------------------------------------------------------


def _fields(old: _View, new: _View, before: BaseModel, after: BaseModel, path: str = "") -> Iterator[Change]:
    """Yield the fields of a record, or of a group in it, that read otherwise and that a reader cares about."""
    for part in parts(type(after)):
        if not path and part.name in _PLUMBING:
            continue
        one, other = getattr(before, part.name), getattr(after, part.name)
        if one != other:
            yield from _values(old, new, part, one, other, f"{path}.{part.name}" if path else part.name)


def _values(old: _View, new: _View, part: Part, one: Any, other: Any, path: str) -> Iterator[Change]:
    if isinstance(one, BaseModel) and isinstance(other, BaseModel):
        yield from _fields(old, new, one, other, path)
    elif isinstance(one, tuple) and isinstance(other, tuple):
        yield from _lists(old, new, part, one, other, path)
    else:
        yield Change(path, _said(old, part, one), _said(new, part, other))


def _lists(
    old: _View, new: _View, part: Part, one: tuple[Any, ...], other: tuple[Any, ...], path: str
) -> Iterator[Change]:
    before, after = _by_key(one), _by_key(other)
    for key, item in before.items():
        if key not in after:
            yield Change(f"{path}[{key}]" if isinstance(item, BaseModel) else path, _said(old, part, item), "")
    for key, item in after.items():
        if key not in before:
            yield Change(f"{path}[{key}]" if isinstance(item, BaseModel) else path, "", _said(new, part, item))
        elif before[key] != item:
            yield from _values(old, new, part, before[key], item, f"{path}[{key}]")
    if list(before) != list(after) and sorted(before) == sorted(after):
        yield Change(path, "", "the same in another order")


def _by_key(items: Iterable[Any]) -> dict[str, Any]:
    """Return the entries of a list by what tells them apart; those that nothing does, by their number."""
    found: dict[str, Any] = {}
    for item in items:
        key = str(item)
        if isinstance(item, BaseModel):
            key = next((str(value) for name in _KEYS if (value := getattr(item, name, None))), "")
        while key in found:
            key += "′"
        found[key] = item
    return found


def _said(view: _View, part: Part, value: Any) -> str:
    """Return a value as a person would read it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "; ".join(_said(view, part, item) for item in value)
    if isinstance(value, BaseModel):
        said = [_said(view, inner, getattr(value, inner.name)) for inner in parts(type(value))]
        return ", ".join(filter(None, said))
    if part.scheme:
        return view.base.label(part.scheme, str(value))
    return view.plain(value) if part.prose else str(value)


# Conclusions -----------------------------------------------------------------------------------

_STANDINGS = (Standing.UNSUPPORTED, Standing.CONTESTED, Standing.UNCHECKED, Standing.SUPPORTED)

_Said = Mapping[str, tuple[str, str]]
"""What is said of one thing that a conclusion is made from, by aspect: the words, and the record that says them."""


def _moves(old: _View, new: _View, both: Iterable[str]) -> Iterator[Move]:
    for name in both:
        if name not in new.support or name not in old.support:
            continue
        before, after = old.standpoint(name), new.standpoint(name)
        if before == after:
            continue
        finding, earlier = new.records[name], old.records[name]
        rests_otherwise = old.support[name] != new.support[name]
        not_reassessed = (
            isinstance(finding, Finding)
            and isinstance(earlier, Finding)
            and rests_otherwise
            and finding.confidence == earlier.confidence
            and new.base.role("confidence-levels", finding.confidence.level) == "assessed"
        )
        yield Move(
            entry=new.entry(name, " "),
            before=before,
            after=after,
            weight=_weight(new.base, before, after),
            causes=tuple(_causes(old, new, name)),
            bears_on=tuple(_bears_on(new, name)),
            not_reassessed=not_reassessed,
            reason=_new_reason(new, earlier, finding),
        )


def _new_reason(view: _View, before: BaseModel, after: BaseModel) -> str:
    if not (isinstance(before, Finding) and isinstance(after, Finding)):
        return ""
    reason = after.confidence.reason
    return view.plain(reason) if reason != before.confidence.reason else ""


def _weight(base: EvidenceBase, before: Standpoint, after: Standpoint) -> int:
    levels = [level.label for level in base.concepts.get("confidence-levels", {}).values()]  # from the highest down

    def height(level: str) -> int:
        return -levels.index(level) if level in levels else 0

    standing = _STANDINGS.index(Standing(after.standing)) - _STANDINGS.index(Standing(before.standing))
    return (
        100 * (height(after.confidence) - height(before.confidence))
        + 100 * standing
        + 10 * (after.independent - before.independent)
        + (after.supporting - before.supporting)
        - (after.challenging - before.challenging)
    )


def _bears_on(view: _View, name: str) -> Iterator[str]:
    if name.startswith(f"{Finding.kind}:"):
        users = dict.fromkeys(use.by for use in view.uses.get(name, ()) if use.relation)
        yield from (by for by in users if by.partition(":")[0] in {"recommendation", "principle"})


def _causes(old: _View, new: _View, name: str) -> Iterator[Cause]:
    """Yield what moved a conclusion, by comparing everything that it is made from."""
    before, after = _inputs(old, name), _inputs(new, name)
    for key in dict.fromkeys([*before, *after]):
        through, subject = key
        by = through or name
        if key not in after:
            there = ":" not in subject or subject in new.records
            what = f"no longer attached ({_first(before[key])})" if there else f"gone ({_first(before[key])})"
            yield Cause(subject, what, by if there else subject)
        elif key not in before:
            yield Cause(subject, f"new ({_first(after[key])})", by)
        else:
            for aspect, (value, place) in after[key].items():
                earlier = before[key].get(aspect, ("", ""))[0]
                if earlier != value:
                    yield Cause(subject, f"{aspect} {earlier} → {value}".strip(), place)


def _first(said: _Said) -> str:
    return next(value for value, _ in said.values())


def _inputs(view: _View, name: str) -> dict[tuple[str, str], _Said]:
    """Return what a conclusion is made from, by the finding through which it comes, if any, and what it is."""
    record = view.records[name]
    found: dict[tuple[str, str], _Said] = {}
    if isinstance(record, Finding):
        found |= {("", subject): said for subject, said in _claims_of(view, record).items()}
        for part in parts(Confidence):
            component = getattr(record.confidence, part.name)
            if isinstance(component, Component):
                level = view.base.label("concerns", component.concern)
                found["", part.name.replace("_", " ")] = {"": (level, name)}
    elif isinstance(record, Recommendation):
        for link in record.links:
            kind, _, id_ = link.to.partition(":")
            relation = view.base.label("relations", link.relation)
            if kind == Claim.kind:
                found["", link.to] = _claim_input(view, id_, relation, name)
            finding = view.base.all(Finding).get(id_) if kind == Finding.kind else None
            if finding:
                found["", link.to] = {"": (relation, name)}
                found |= {(link.to, subject): said for subject, said in _claims_of(view, finding).items()}
    search = getattr(record, "counter_search", None)
    if search:
        looked = getattr(view.records.get(f"search:{search}"), "counter_evidence", False)
        answer = "looked for evidence against it" if looked else "did not look for evidence against it"
        found["", f"search:{search}"] = {"": (answer, f"search:{search}")}
    return found


def _claims_of(view: _View, finding: Finding) -> dict[str, _Said]:
    by = f"{Finding.kind}:{finding.id}"
    return {
        f"{Claim.kind}:{a.claim}": _claim_input(view, a.claim, view.base.label("relations", a.relation), by)
        for a in finding.claims
    }


def _claim_input(view: _View, uid: str, relation: str, by: str) -> _Said:
    claim = view.base.claims.get(uid)
    if claim is None:
        return {"": (f"{relation} (cannot be read)", by)}
    form = view.base.all(Source).get(claim.source)
    return {
        "": (relation, by),
        "basis": (view.base.label("bases", claim.basis), f"claim:{uid}"),
        "cluster": (form.cluster if form else claim.source, f"source:{claim.source}"),
    }


# Coverage --------------------------------------------------------------------------------------


def _open_disputes(base: EvidenceBase) -> list[str]:
    return [
        f"{Discrepancy.kind}:{id_}"
        for id_, discrepancy in base.all(Discrepancy).items()
        if base.role("resolutions", discrepancy.resolution) != "resolved"
        and base.role("statuses", discrepancy.status) != "withdrawn"
    ]


def _countries(without: _View, having: _View) -> Iterator[Country]:
    """Yield the countries that records name in one base and none names in the other."""
    before, after = _named_in(without), _named_in(having)
    for country, names in after.items():
        if country not in before:
            yield Country(having.base.label(COUNTRIES, country), tuple(names))


def _named_in(view: _View) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, units in view.units.items():
        for unit in units if kind != LEARNING else ():
            for country in sorted(unit.facets.get(COUNTRIES, ())):
                found.setdefault(country, []).append(unit.name)
    return found


def _cells(old: _View, new: _View) -> Iterator[CellChange]:
    for of, rows, columns in MAPS:
        down, across = (
            list(dict.fromkeys(term for view in (old, new) for term in view.base.concepts.get(facet, ())))
            for facet in (rows, columns)
        )
        before, after = (
            matrix(view.base, view.units.get(of, ()), (rows, down), (columns, across)).cells for view in (old, new)
        )
        for (row, column), cell in after.items():
            was = before[row, column]
            searched = cell.empty is Empty.NONE_FOUND and was.empty is Empty.NOT_SEARCHED
            if bool(cell.names) != bool(was.names) or searched:
                yield CellChange(
                    of=_counted(new.base, of),
                    row=(new if row in new.base.concepts.get(rows, {}) else old).base.label(rows, row),
                    column=(new if column in new.base.concepts.get(columns, {}) else old).base.label(columns, column),
                    before=len(was.names),
                    after=len(cell.names),
                    searched=searched,
                    names=cell.names or was.names,
                )


def _counted(base: EvidenceBase, of: str) -> str:
    concept = base.concepts["kinds"].get(of)
    return "flows of learning" if of == LEARNING or concept is None else (concept.plural or concept.label).lower()


# Vocabularies and bibliography -----------------------------------------------------------------


def _terms(old: _View, new: _View) -> Iterator[Changed]:
    for scheme in dict.fromkeys([*old.base.concepts, *new.base.concepts]):
        before, after = old.base.concepts.get(scheme, {}), new.base.concepts.get(scheme, {})
        for id_ in dict.fromkeys([*before, *after]):
            one, other = before.get(id_), after.get(id_)
            if one == other:
                continue
            concept = other or one
            assert concept is not None
            if one and other:
                fields = tuple(_fields(old, new, one, other))
            else:
                fields = (Change("label", one.label if one else "", other.label if other else ""),)
            yield Changed(Entry(f"term:{scheme}/{id_}", concept.label, ""), fields)


def _work(work: Reference) -> Entry:
    return Entry(f"reference:{work.key}", work.title, f"{REFERENCES}#ref-{work.key}")


def _changed_works(before: Mapping[str, Reference], after: Mapping[str, Reference]) -> Iterator[Changed]:
    for key, work in after.items():
        was = before.get(key)
        if was is None or was.raw == work.raw:
            continue
        names = dict.fromkeys([*was.fields, *work.fields])
        fields = [Change("type", was.type, work.type)] if was.type != work.type else []
        fields += [Change(name, was.text(name), work.text(name)) for name in names if was.text(name) != work.text(name)]
        if fields:
            yield Changed(_work(work), tuple(fields))


# Pages -----------------------------------------------------------------------------------------


def _pages(old: _View, new: _View, hidden: Iterable[str], changed: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of records' pages that read otherwise: their own text, or what points at them."""
    names = set(changed) | (old.records.keys() ^ new.records.keys())
    names |= {
        name for name in old.records.keys() & new.records.keys() if old.uses.get(name, ()) != new.uses.get(name, ())
    }
    found = {new.addresses.get(name) or old.addresses[name] for name in names - set(hidden)}
    return tuple(sorted(found))
