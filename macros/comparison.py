"""Comparisons: what a record says field by field, short enough to stand beside other records.

Each record and claim gets a small file; `docs/assets/js/compare.js` sets two to four of them side by
side. A file holds keys and values only: the words for the rows stand in the template.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from macros.backlinks import subjects
from macros.context import lead, plain_text, title
from macros.facets import judged_basis
from macros.fields import NOT_APPLICABLE, NOT_STATED
from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import Claim, ClaimSheet, Number
from macros.kinds.common import Learning, Link, Locator
from macros.kinds.dataset import Dataset
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.finding import Finding
from macros.kinds.guidance import Guidance
from macros.kinds.innovation import Innovation, Origin
from macros.kinds.principle import Principle
from macros.kinds.recommendation import Addressee, Recommendation
from macros.kinds.search import Search
from macros.kinds.source import Source
from macros.site import Site

COMPARISONS = "data/compare/"

Item = dict[str, Any]
"""Text `t`; `to` an address below the site's root; `j` when it is our judgement; `s` when it is shown
only without our judgement."""
Cell = Sequence[Item] | str
"""Items, of which there may be none; or that the source is silent, or that the field does not apply."""


def comparison_files(site: Site) -> dict[str, str]:
    """Return the file of each record and claim, by its address below the site's root."""
    rows = _Rows(site)
    return {
        f"{COMPARISONS}{name.replace(':', '/', 1)}.json": json.dumps(
            {
                "name": name,
                "kind": site.base.label("kinds", name.partition(":")[0]),
                "title": title(site, name),
                "address": site.addresses[name],
                "rows": dict(rows.of(name, record)),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for name, record in subjects(site.base)
        if name in site.addresses
    }


class _Rows:
    """Makes the rows of every kind of record."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._base = site.base
        self._makers: dict[type[BaseModel], Callable[[Any], Iterator[tuple[str, Cell]]]] = {
            Claim: self._claim,
            Recommendation: self._recommendation,
            Finding: self._finding,
            Principle: self._principle,
            CaseStudy: self._case,
            Innovation: self._innovation,
            Guidance: self._guidance,
            Source: self._source,
            Discrepancy: self._discrepancy,
            Search: self._search,
            Dataset: self._dataset,
        }

    def of(self, name: str, record: BaseModel) -> Iterator[tuple[str, Cell]]:
        """Yield the rows of a record, by key."""
        yield "says", self._text(lead(record))
        source = getattr(record, "source", None)
        if isinstance(source, str):
            yield "source", [self._to(f"source:{source}")]
        yield from self._makers[type(record)](record)
        if hasattr(record, "themes"):
            yield (
                "themes",
                [
                    self._to(
                        f"theme:{tag.term}",
                        self._base.label("themes", tag.term)
                        + (f" · {self._base.label('effects', tag.effect).lower()}" if tag.effect else ""),
                        self._judged(tag.basis),
                    )
                    for tag in record.themes
                ],
            )
        if hasattr(record, "links"):
            yield "links", self._links(record.links)
        yield "used", self._used(name)
        sheet = self._base.records[ClaimSheet.kind][record.sheet] if isinstance(record, Claim) else record
        coding = getattr(record, "coding", None) or sheet.coding  # type: ignore[attr-defined]
        yield "coding", [self._item(self._base.label("codings", coding))]

    # Kinds -------------------------------------------------------------------------------------

    def _claim(self, record: Claim) -> Iterator[tuple[str, Cell]]:
        yield "class", [self._item(self._base.label("bases", record.basis))]
        yield "where", [self._where(record.locator)]
        if record.voice:
            voice = record.voice
            said = [
                voice.who,
                *(part for part in (voice.setting, voice.date) if part not in (NOT_STATED, NOT_APPLICABLE)),
            ]
            yield "voice", [self._item(", ".join(said))]
        else:
            yield "voice", NOT_APPLICABLE
        yield "numbers", [self._number(number) for number in record.numbers]
        yield "disputes", [self._to(f"discrepancy:{d.id}") for d in self._site.disputes.get(record.uid, ())]
        yield "learning", self._learning(record.learning)
        yield "countries", self._terms("countries", record.countries)

    def _recommendation(self, record: Recommendation) -> Iterator[tuple[str, Cell]]:
        yield "class", [self._item(self._base.label("standings", record.standing)), self._item(record.number)]
        yield "issuer", self._terms("stakeholders", [record.issuer])
        yield "addressees", self._addressees(record.addressees)
        yield "actions", [self._item(self._plain(action.statement)) for action in record.actions]
        yield "support", self._support(f"recommendation:{record.id}")
        yield "confidence", self._confidence_through(record)
        yield "currency", [self._item(f"{note.subject}: {self._plain(note.note)}", True) for note in record.currency]
        yield "fate", [self._item(self._base.label("fates", record.fate.status)), *self._text(record.fate.note)]

    def _finding(self, record: Finding) -> Iterator[tuple[str, Cell]]:
        confidence = record.confidence
        yield "support", self._support(f"finding:{record.id}")
        yield (
            "confidence",
            [
                self._item(self._base.label("confidence-levels", confidence.level), True),
                self._item(self._plain(confidence.reason), True),
            ],
        )
        yield "silent", self._text(record.does_not_show)
        yield "learning", self._learning(record.learning)

    def _principle(self, record: Principle) -> Iterator[tuple[str, Cell]]:
        yield "class", [self._item(f"{self._base.label('principle-schemes', record.scheme)}, {record.number}")]
        yield "hallmarks", [self._item(self._plain(h.statement), self._judged(h.basis)) for h in record.hallmarks]

    def _case(self, record: CaseStudy) -> Iterator[tuple[str, Cell]]:
        yield "class", [self._item(self._base.label("case-types", record.type))]
        yield "partners", [
            self._item(f"{p.name} ({', '.join(self._partner(p))})") for p in record.partners
        ] or NOT_STATED  # fmt: skip
        yield "countries", self._terms("countries", record.countries)
        yield "dates", self._dates(record.start, record.end)
        yield "topic", self._text(record.topic)
        yield "done", self._text(record.done)
        yield (
            "outcomes",
            [
                self._item(f"{self._base.label('sides', outcome.side)}: {self._plain(outcome.what)}")
                for outcome in record.outcomes
            ],
        )
        yield "learning", self._learning(record.learning)
        yield "speakers", [self._item(f"{s.who} ({self._base.label('sides', s.side)})") for s in record.speakers]
        yield "reply", self._terms("replies", [record.reply.status])
        yield "silent", [self._item(line) for line in record.not_stated]

    def _innovation(self, record: Innovation) -> Iterator[tuple[str, Cell]]:
        yield "class", [self._item(self._base.label("innovation-types", record.type))]
        yield "conceived", self._origin(record.conceived)
        yield "developed", self._origin(record.developed)
        yield "first-used", self._origin(record.first_used)
        yield "adopted", self._origin(record.adopted)
        verdict = self._base.label("verdicts", record.origin.verdict)
        yield "origin", [self._item(verdict, True), self._item(self._plain(record.origin.reason), True)]
        yield (
            "path",
            [
                self._item(
                    f"{self._base.label('stages', s.stage)}: {self._base.label('stage-states', s.state).lower()}"
                )
                for s in record.path
            ],
        )
        yield "learning", self._learning(record.learning)
        yield "silent", [self._item(line) for line in record.not_stated]

    def _guidance(self, record: Guidance) -> Iterator[tuple[str, Cell]]:
        yield "class", self._terms("guidance-topics", [record.topic])
        yield "strength", [self._item(f"{self._base.label('strengths', record.strength)} (“{record.wording}”)")]
        yield "addressees", self._terms("applies-to", [record.applies_to])
        yield "where", [self._where(self._base.claims[record.claim].locator)]

    def _source(self, record: Source) -> Iterator[tuple[str, Cell]]:
        yield "class", self._terms("source-types", [record.type])
        yield (
            "design",
            [self._item(self._base.label("study-designs", record.design)), *self._text(record.design_detail)],
        )
        yield "setting", self._text(record.setting)
        yield "dates", self._text(record.period)
        yield "population", self._text(record.population)
        yield "funding", self._text(record.funding.text)
        yield "interests", self._text(record.interests.text)
        yield "review", self._text(record.peer_review.text)
        yield "licence", self._text(record.licence.text)
        yield "limitations", [self._item(self._plain(o.text), self._judged(o.basis)) for o in record.limitations]
        yield "publication", self._terms("publication-statuses", [record.publication_status.status])

    def _discrepancy(self, record: Discrepancy) -> Iterator[tuple[str, Cell]]:
        yield (
            "class",
            [
                self._item(self._base.label("discrepancy-scopes", record.scope)),
                self._item(self._base.label("resolutions", record.resolution)),
            ],
        )
        yield "values", [self._to(f"claim:{value.claim}", value.says) for value in record.values]
        yield "sums", [self._item(f"{s.expression} = {s.result}: {self._plain(s.shows)}") for s in record.arithmetic]
        yield "display", self._text(record.display.why)

    def _search(self, record: Search) -> Iterator[tuple[str, Cell]]:
        yield "dates", [self._item(record.date.isoformat())]
        yield "places", [self._item(place.name) for place in record.places]
        yield "result", self._text(record.result)
        yield "silent", self._text(record.limits)

    def _dataset(self, record: Dataset) -> Iterator[tuple[str, Cell]]:
        yield "where", [self._where(record.locator)]
        yield "columns", [self._item(column.title) for column in record.columns]

    # Parts ---------------------------------------------------------------------------------------

    def _item(self, text: str, judged: bool = False) -> Item:
        return {"t": text, "j": 1} if judged else {"t": text}

    def _to(self, name: str, text: str = "", judged: bool = False) -> Item:
        item = self._item(text or title(self._site, name), judged)
        return {**item, "to": self._site.addresses[name]} if name in self._site.addresses else item

    def _text(self, text: str) -> Cell:
        if text in (NOT_STATED, NOT_APPLICABLE):
            return text
        return [self._item(self._plain(text))] if text else []

    def _plain(self, text: str) -> str:
        return plain_text(self._site, text)

    def _judged(self, basis: str) -> bool:
        return self._base.role("link-bases", basis) == "judged"

    def _terms(self, scheme: str, terms: Iterable[str]) -> list[Item]:
        return [self._item(self._base.label(scheme, term)) for term in terms]

    def _addressees(self, addressees: Iterable[Addressee]) -> list[Item]:
        return [self._item(self._base.label("stakeholders", a.stakeholder), self._judged(a.basis)) for a in addressees]

    def _links(self, links: Iterable[Link]) -> list[Item]:
        return [
            self._to(
                link.to,
                f"{self._base.label('relations', link.relation)}: {title(self._site, link.to)}",
                self._judged(link.basis),
            )
            for link in links
        ]

    def _learning(self, flows: Iterable[Learning]) -> list[Item]:
        def words(flow: Learning) -> str:
            terms = (
                ("directions", flow.direction),
                ("learning-types", flow.type),
                ("levels", flow.level),
                ("learning-modes", flow.mode),
            )
            return f"{' · '.join(self._base.label(*term) for term in terms)}: {self._plain(flow.what)}"

        return [self._item(words(flow), self._judged(flow.basis)) for flow in flows]

    def _where(self, locator: Locator) -> Item:
        page = f", {locator.page}" if locator.page else ""
        return self._item(f"{locator.section}{f', ¶ {locator.paragraph}' if locator.paragraph else ''}{page}")

    def _number(self, number: Number) -> Item:
        both = isinstance(number.numerator, int) and isinstance(number.denominator, int)
        share = f" ({number.numerator:,}/{number.denominator:,})" if both else ""
        return self._item(f"{number.printed}{share}: {number.population}")

    def _dates(self, start: str, end: str) -> Cell:
        if start == end:
            return self._text(start)
        return [self._item(f"{start} – {end}")]

    def _partner(self, partner: Any) -> Iterator[str]:
        yield self._base.label("sides", partner.side)
        if partner.country:
            yield self._base.label("countries", partner.country)

    def _origin(self, origin: Origin) -> Cell:
        if origin.claim and isinstance(text := self._text(origin.place), list):
            return [self._to(f"claim:{origin.claim}", text[0]["t"])]
        return self._text(origin.place)

    def _support(self, name: str) -> list[Item]:
        """Return what it stands on, with everything and without our judgement: claims by their role."""
        items: list[Item] = []
        every, stated = self._site.support[name], self._site.stated_support[name]
        for found, mark in ((every, {}),) if every == stated else ((every, {"j": 1}), (stated, {"s": 1})):
            counts = {
                "independent": found.independent,
                "supporting": len(found.supporting),
                "challenging": len(found.challenging),
                "qualifying": len(found.qualifying),
                "illustrating": len(found.illustrating),
            }
            to = f"{self._site.addresses[name]}#what-it-rests-on"
            items += [
                {"n": count, "of": role, "to": to, **mark}
                for role, count in counts.items()
                if count or role == "independent"
            ]
        return items

    def _confidence_through(self, record: Recommendation) -> list[Item]:
        findings = self._base.all(Finding)
        found = []
        for link in record.links:
            kind, _, id_ = link.to.partition(":")
            if kind == Finding.kind and id_ in findings:
                level = self._base.label("confidence-levels", findings[id_].confidence.level)
                found.append(self._to(link.to, f"{level}: {findings[id_].title}", True))
        return found

    def _used(self, name: str) -> list[Item]:
        """Return how many records of each kind point at one, with everything and without our judgement."""
        every: dict[str, set[str]] = defaultdict(set)
        stated: dict[str, set[str]] = defaultdict(set)
        for use in self._site.uses.get(name, ()):
            kind = use.by.partition(":")[0]
            if use.by in self._site.addresses:
                every[kind].add(use.by)
                if kind != Finding.kind and not judged_basis(self._base, use.basis):
                    stated[kind].add(use.by)
        items: list[Item] = []
        for kind in filter(every.__contains__, self._base.concepts["kinds"]):
            ours = every[kind] != stated[kind]
            items.append(self._item(f"{self._plural(kind)}: {len(every[kind])}", ours))
            if ours and stated[kind]:
                items.append({"t": f"{self._plural(kind)}: {len(stated[kind])}", "s": 1})
        return items

    def _plural(self, kind: str) -> str:
        concept = self._base.concept("kinds", kind)
        return concept.plural or concept.label
