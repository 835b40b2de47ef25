"""Briefs: what a record says, how sure that is and what it rests on, in the order in which a busy reader asks.

A brief is made once and shown in several forms: typeset on two pages, in an evidence pack, and as data.
What it lists is in order of importance, so that a form with little room can leave out the rest.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Any

from pydantic import BaseModel

from macros.context import lead, pick, plain_text, title
from macros.fields import NOT_STATED
from macros.kinds.claim import Claim, ClaimSheet, Number
from macros.kinds.common import Currency, Link, Locator, Record
from macros.kinds.finding import Component, Finding
from macros.kinds.principle import Principle
from macros.kinds.recommendation import Addressee, Recommendation
from macros.kinds.search import Search
from macros.kinds.source import Source
from macros.prose import spans
from macros.site import Site
from macros.support import Support

KINDS = (Recommendation.kind, Principle.kind, Finding.kind)
"""Kinds of record that have a brief to print."""

FILE = "brief.pdf"
"""What the printed brief is called, below its record's address."""

_OURS = "This is our judgement."

Text = tuple[Mapping[str, Any], ...]
"""Runs of text: `t` with its form `f`, `to` a web address or `at` an address below the site's root; or
`cite`, keys of references."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing in a list: a claim, a finding, an action …"""

    text: Text
    mark: str = ""
    """A few words on what sort of thing it is."""
    judged: bool = False
    """Whether it stands here by our judgement."""
    where: Text = ()
    """Where it is said, or why it stands here."""
    notes: tuple[Text, ...] = ()
    group: str = ""
    """Heading under which it stands in its section."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or two."""

    text: Text
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One question that a reader has."""

    id: str
    title: str
    lines: tuple[Line, ...] = ()
    points: tuple[Point, ...] = ()
    """Most important first."""
    nouns: tuple[str, str] = ("point", "points")
    weight: int = 1
    """How many points of it are worth as much as one of a section with the weight 1."""
    late: int = 0
    """How many points of such a section go before its first."""
    judged: str = ""
    """What in it is our judgement, when all of it is alike."""
    more: int = 0
    """How many points were left out."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What is to be seen at a glance."""

    label: str
    value: str
    judged: bool = False
    level: int | None = None
    """Of four, for confidence."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a record says to somebody who has ten minutes."""

    name: str
    """`kind:id`."""
    kind: str
    """What its kind is called."""
    title: str
    address: str
    meta: tuple[str, ...]
    notice: Text
    """That it was withdrawn, or is a draft."""
    answer: Text
    signs: tuple[Sign, ...]
    sections: tuple[Section, ...]
    changed: datetime.date


def names(site: Site) -> list[str]:
    """Return every record that has a brief to print, as `kind:id`, in the order of kinds."""
    return [f"{kind}:{id_}" for kind in KINDS for id_ in site.base.records.get(kind, {})]


def brief(site: Site, name: str) -> Brief:
    """Return the brief of the record or claim `kind:id`."""
    return _Writer(site).write(name)


def cited(of: Brief) -> list[str]:
    """Return the keys of the references that a brief cites, each once, in reading order."""
    keys: dict[str, None] = {}
    for text in _texts(of):
        for span in text:
            keys |= dict.fromkeys(span.get("cite", ()))
    return list(keys)


def reference(site: Site, key: str) -> Text:
    """Return a reference as the site's style prints it."""
    return _runs(site.references[key].html)


def as_data(of: Brief, most: int | None = None) -> dict[str, Any]:
    """Return a brief as plain data, empty fields left out; `most` cuts each section's list, and `more` says by how many."""
    return {
        "name": of.name,
        "kind": of.kind,
        "title": of.title,
        "address": of.address,
        "meta": list(of.meta),
        "notice": list(of.notice),
        "answer": list(of.answer),
        "signs": [
            _filled({"label": s.label, "value": s.value, "judged": s.judged})
            | ({} if s.level is None else {"level": s.level})
            for s in of.signs
        ],
        "sections": [
            _filled(
                {
                    "id": section.id,
                    "title": section.title,
                    "judged": section.judged,
                    "lines": [_filled({"text": list(o.text), "judged": o.judged}) for o in section.lines],
                    "points": [_point(point) for point in section.points[:most]],
                    "more": section.more + (len(section.points[most:]) if most is not None else 0),
                    "nouns": list(section.nouns) if section.points or section.more else [],
                }
            )
            for section in of.sections
            if section.lines or section.points
        ],
        "changed": of.changed.isoformat(),
    }


def left_out(of: Brief) -> list[str]:
    """Return the titles of the sections of which a brief that was cut shows nothing."""
    return [section.title for section in of.sections if section.more and not section.points and not section.lines]


def shortened(of: Brief, share: float) -> Brief:
    """Return a brief whose texts are held to a share of the usual length, for a form that has too little room."""

    def cut(text: Text, most: int) -> Text:
        return _cut(text, int(most * share))

    return replace(
        of,
        answer=cut(of.answer, 1_200),
        notice=cut(of.notice, 600),
        sections=tuple(
            replace(
                section,
                lines=tuple(replace(line, text=cut(line.text, 900)) for line in section.lines),
                points=tuple(
                    replace(p, text=cut(p.text, 600), where=cut(p.where, 300), notes=p.notes[:3])
                    for p in section.points
                ),
            )
            for section in of.sections
        ),
    )


def _texts(of: Brief) -> Iterator[Text]:
    yield of.notice
    yield of.answer
    for section in of.sections:
        for line in section.lines:
            yield line.text
        for point in section.points:
            yield from (point.text, point.where, *point.notes)


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value}


def _point(point: Point) -> dict[str, Any]:
    return _filled(
        {
            "text": list(point.text),
            "mark": point.mark,
            "judged": point.judged,
            "where": list(point.where),
            "notes": [list(note) for note in point.notes],
            "group": point.group,
        }
    )


def _cut(text: Text, most: int) -> Text:
    if sum(len(span.get("t", "")) for span in text) <= most:
        return text
    kept: list[Mapping[str, Any]] = []
    for span in text:
        room = most - sum(len(other.get("t", "")) for other in kept)
        words = span.get("t", "")
        if len(words) > room:
            kept.append({**span, "t": words[:room].rsplit(" ", 1)[0] + " …"})
            break
        kept.append(span)
    return tuple(kept)


class _Reading(HTMLParser):
    """Reads the few elements of a formatted reference."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Mapping[str, Any]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature is the base class's
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        form = "em" if {"i", "em"} & set(tags) else "strong" if {"b", "strong"} & set(tags) else ""
        to = next((href for _, href in self._open if href), "")
        self.runs.append(_filled({"t": data, "f": form, "to": to}))


def _runs(html: str) -> Text:
    reading = _Reading()
    reading.feed(html)
    reading.close()
    return tuple(reading.runs)


def say(*parts: str | Text) -> Text:
    """Put plain words and texts together."""
    return tuple(span for part in parts for span in (({"t": part},) if isinstance(part, str) else part) if span)


def many(count: int, one: str, more: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,}\u00a0{one if count == 1 else more or one + 's'}"


class _Writer:
    """Writes the briefs of every kind of record."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._base = site.base
        self._writers: dict[type[BaseModel], Callable[[Any], Iterator[Section]]] = {
            Finding: self._finding,
            Recommendation: self._recommendation,
            Principle: self._principle,
            Claim: self._claim,
        }

    def write(self, name: str) -> Brief:
        kind, _, id_ = name.partition(":")
        record: Any = self._base.claims[id_] if kind == Claim.kind else self._base.records[kind][id_]
        holder: Record = self._base.records[ClaimSheet.kind][record.sheet] if isinstance(record, Claim) else record
        return Brief(
            name=name,
            kind=self._base.label("kinds", kind),
            title=plain_text(self._site, record.statement) if kind == Claim.kind else title(self._site, name),
            address=self._site.addresses[name],
            meta=tuple(self._meta(record)),
            notice=self._notice(holder),
            answer=() if kind == Claim.kind else self._text(lead(record)),  # a claim's statement is its title
            signs=tuple(self._signs(name, record)),
            sections=tuple(self._writers.get(type(record), self._other)(record)),
            changed=max([holder.modified, *(event.date for event in holder.history)]),
        )

    # Words ---------------------------------------------------------------------------------------

    def _text(self, text: str | None) -> Text:
        return tuple(self._run(span) for span in spans(text)) if text else ()

    def _run(self, span: Any) -> Mapping[str, Any]:
        if span.cites:
            return {"cite": [key for key in span.cites if key in self._site.references]}
        if span.form == "break":
            return {"f": "break"}
        if span.pointer is None:
            return _filled({"t": span.text, "f": span.form, "to": span.to})
        kind, target, words = span.pointer.kind, span.pointer.target, span.pointer.text
        if kind == "value":
            uid, _, part = target.partition("#")
            claim = self._base.claims.get(uid)
            return self._link(f"claim:{uid}", pick(claim, part)[1]) if claim and claim.numbers else {"t": target}
        if kind == "reference" and target in self._site.references:
            return {"cite": [target]}
        return self._link(f"{kind}:{target}", words)

    def _link(self, name: str, words: str = "") -> Mapping[str, Any]:
        if name not in self._site.addresses:
            return {"t": words or name.partition(":")[2]}
        return {"t": words or title(self._site, name), "at": self._site.addresses[name]}

    def _label(self, scheme: str, term: str) -> str:
        return self._base.label(scheme, term)

    def _judged(self, basis: str) -> bool:
        return self._base.role("link-bases", basis) == "judged"

    def _role(self, relation: str) -> str:
        return self._base.role("relations", relation)

    def _cluster(self, id_: str) -> str:
        concept = self._base.concepts.get("clusters", {}).get(id_)
        return concept.label if concept else id_.removeprefix("source:")

    # What stands above the sections -------------------------------------------------------------------

    def _meta(self, record: Any) -> Iterator[str]:
        if isinstance(record, Recommendation):
            if any(character.isdigit() for character in record.number):
                yield record.number
            yield self._label("standings", record.standing)
            yield f"Made by {self._label('stakeholders', record.issuer)}"
        if isinstance(record, Principle):
            yield f"{self._label('principle-schemes', record.scheme)}, number {record.number}"
        if isinstance(record, Claim):
            yield self._label("bases", record.basis)

    def _notice(self, record: Record) -> Text:
        role = self._base.role("statuses", record.status)
        label = {"t": f"{self._label('statuses', record.status)}. ", "f": "strong"}
        if role == "withdrawn" and record.withdrawn:
            gone = record.withdrawn
            instead = say(" See instead: ", (self._link(gone.replaced_by),)) if gone.replaced_by else ()
            return say((label,), f"On {day(gone.date)}: ", self._text(gone.reason), instead)
        if role in ("withdrawn", "draft"):
            return say((label,), self._base.concept("statuses", record.status).definition or "")
        return ()

    def _signs(self, name: str, record: Any) -> Iterator[Sign]:
        if isinstance(record, Finding):
            yield self._confidence_sign([record], own=True)
        if isinstance(record, Recommendation):
            yield Sign("Who is asked to act", self._who(record.addressees))
            yield self._confidence_sign(self._speaking_for(record.links))
        if isinstance(record, Principle):
            if record.issuer:
                yield Sign("Issued by", record.issuer)
            yield self._confidence_sign(self._speaking_for(record.links))
        if name in self._site.support:
            found = self._site.support[name]
            yield Sign("Rests on", many(found.independent, "independent source") if found.independent else "No supporting evidence", True)  # fmt: skip
            yield Sign("Against it", self._against(found, self._search(record) is not None), True)

    def _against(self, found: Support, searched: bool) -> str:
        if found.challenging:
            return many(len(found.challenging), "claim")
        return "Looked for, none recorded" if searched else "Not yet looked for"

    def _speaking_for(self, links: Iterable[Link]) -> list[Finding]:
        findings = self._base.all(Finding)
        names = (link.to.partition(":") for link in links if self._role(link.relation) == "for")
        return [findings[id_] for kind, _, id_ in names if kind == Finding.kind and id_ in findings]

    def _confidence_sign(self, findings: Sequence[Finding], *, own: bool = False) -> Sign:
        """Return how sure we are of some findings, from the least to the most."""
        label = "How sure we are" if own else "How sure of its findings"
        order = [id_ for id_, c in self._base.concepts["confidence-levels"].items() if c.role == "assessed"][::-1]
        levels = sorted({order.index(f.confidence.level) for f in findings if f.confidence.level in order})
        if not levels:
            return Sign(label, "No finding speaks for it" if not findings else "Not assessed", True)
        least, most = (self._label("confidence-levels", order[level]) for level in (levels[0], levels[-1]))
        words = least if least == most else f"{least.removesuffix(' confidence')} to {most[:1].lower()}{most[1:]}"
        unknown = sum(f.confidence.level not in order for f in findings)
        words += f" ({unknown} not assessed)" if unknown else ""
        return Sign(label, words, True, round(4 * (levels[0] + 1) / len(order)))

    # Kinds -----------------------------------------------------------------------------------------------

    def _finding(self, record: Finding) -> Iterator[Section]:
        name = f"{Finding.kind}:{record.id}"
        found = self._site.support[name]
        confidence = record.confidence
        parts = (
            ("methodological limitations", confidence.methodological_limitations),
            ("coherence", confidence.coherence),
            ("adequacy of data", confidence.adequacy),
            ("relevance", confidence.relevance),
        )
        level = {"t": f"{self._label('confidence-levels', confidence.level)}. ", "f": "strong"}
        lines = [Line(say((level,), self._text(confidence.reason)), True)]
        concerns = "; ".join(f"{label}: {self._concern(part)}" for label, part in parts if part)
        if concerns:
            lines.append(Line(say(f"By component: {concerns}."), True))
        lines.append(Line(self._standing(found, bool(record.claims)), True))
        yield Section("how-sure", "How sure, and why", tuple(lines), judged=_OURS)
        yield from self._evidence(found, summary=self._text(record.summary))
        yield Section(
            "not-known", "What this does not show", (Line(self._text(record.does_not_show)), self._looked(record))
        )
        yield self._asked(name)

    def _recommendation(self, record: Recommendation) -> Iterator[Section]:
        name = f"{Recommendation.kind}:{record.id}"
        found = self._site.support[name]
        lines = [Line(self._standing(found, bool(record.links)), True)]
        findings = self._speaking_for(record.links)
        if findings:
            counted = Counter(finding.confidence.level for finding in findings)
            levels = [id_ for id_ in self._base.concepts["confidence-levels"] if id_ in counted]
            words = ", ".join(f"{self._label('confidence-levels', id_).lower()} ({counted[id_]})" for id_ in levels)
            lines.append(Line(say(f"{many(len(findings), 'finding speaks', 'findings speak')} for it: {words}."), True))
        yield Section("how-sure", "How sure, and why", tuple(lines), judged=_OURS)
        yield from self._evidence(found, record.links)
        unknown = [self._looked(record)]
        if record.fate.status:
            unknown.append(Line(say(f"What came of it: {self._label('fates', record.fate.status).lower()}. ", self._text(record.fate.note))))  # fmt: skip
        yield Section(
            "not-known",
            "What is not known",
            tuple(unknown),
            tuple(
                Point(self._text(finding.does_not_show), where=say("On: ", (self._link(f"finding:{finding.id}"),)))
                for finding in self._speaking_for(record.links)
            ),
            ("limit of its findings", "limits of its findings"),
            late=1,
        )
        yield Section(
            "who-acts",
            "Who should do what",
            () if record.actions else (Line(say(f"Asked of {self._asked_of(record.addressees)}.")),),
            tuple(
                Point(
                    self._text(action.statement),
                    where=say(
                        f"By {self._asked_of(action.addressees)}.",
                        f" With {', '.join(self._label('stakeholders', s) for s in action.partners)}."
                        if action.partners
                        else "",
                    ),
                )
                for action in record.actions
            ),
            ("action", "actions"),
            weight=3,
        )
        yield self._since(record.currency)
        if record.rationale:
            reasons = (Point(self._text(record.rationale)),)
            yield Section("reasons", "Reasons the source gives", points=reasons, nouns=("text", "texts"), late=2)
        yield self._places(record.claims)

    def _principle(self, record: Principle) -> Iterator[Section]:
        counted = Counter(self._role(link.relation) for link in record.links if link.to.startswith(f"{Finding.kind}:"))
        says = "No evidence is weighed for a principle as a whole. "
        says += f"{many(counted['for'], 'finding speaks', 'findings speak') if counted['for'] else 'No finding speaks'} for it, "
        says += f"{counted['against'] or 'none'} against it; {counted['qualifies'] or 'none'} set limits to it."
        if not counted["for"]:
            says += " That none speaks for it is not evidence against it."
        yield Section("how-sure", "How sure, and why", (Line(say(says), True),), judged=_OURS)
        yield from self._linked(record.links)
        yield Section(
            "hallmarks",
            "What shows it in practice",
            () if record.hallmarks else (Line(self._text(record.hallmarks_note)),),
            tuple(
                Point(self._text(h.statement), judged=self._judged(h.basis), where=self._at(h.claim))
                for h in record.hallmarks
            ),
            ("hallmark", "hallmarks"),
            weight=3,
        )
        yield self._asked(f"{Principle.kind}:{record.id}")
        yield self._places([record.definition_claim])

    def _claim(self, record: Claim) -> Iterator[Section]:
        point = self._claim_point(record.uid)
        notes = tuple(Line(note) for note in point.notes)
        note = (Line(self._text(record.note), True),) if record.note else ()
        yield Section("says", "Numbers and doubts", (*notes, *note))
        yield self._places([record.uid])

    def _other(self, record: Any) -> Iterator[Section]:
        """Write what any other kind of record has: what its source leaves out, and where it is said."""
        silent = [line for line in getattr(record, "not_stated", ()) if line]
        if silent:
            yield Section("not-known", "What the source does not say", points=tuple(Point(say(s)) for s in silent))
        if isinstance(record, Search):
            yield Section("result", "Result", (Line(self._text(record.result)), Line(self._text(record.limits))))
        if isinstance(record, Source):
            yield Section(
                "limits", "Limitations",
                points=tuple(Point(self._text(o.text), judged=self._judged(o.basis)) for o in record.limitations),
            )  # fmt: skip
            if record.reference in self._site.references:
                yield Section("places", "The work", (Line(({"cite": [record.reference]},)),))
        claims = [*getattr(record, "claims", ()), *filter(None, [getattr(record, "claim", None)])]
        claims += [value.claim for value in getattr(record, "values", ())]
        yield self._places(claims)

    # Sections ------------------------------------------------------------------------------------------------

    def _standing(self, found: Support, linked: bool) -> Text:
        if not found.supporting:
            why = "What is linked shows the need for it, limits it or illustrates it." if linked else "Nothing we hold is linked to it."  # fmt: skip
            return say(
                ({"t": "No evidence speaks for it. ", "f": "strong"},), f"{why} That is not evidence against it."
            )
        parts = [
            f"It stands on {many(len(found.supporting), 'claim')} from {many(len(found.sources), 'source')}, which count as "
            f"{many(found.independent, 'independent source')}. "
            + (
                "If that one went, nothing would be left."
                if found.independent == 1
                else "It would stand unsupported only if all of them went."
            )
        ]
        if found.second_hand:
            parts.append(f"{many(len(found.second_hand), 'claim is', 'claims are')} passed on from other works.")
        if found.challenging:
            parts.append(f"{many(len(found.challenging), 'claim speaks', 'claims speak')} against it.")
        return say(" ".join(parts))

    def _evidence(self, found: Support, links: Sequence[Link] = (), summary: Text = ()) -> Iterator[Section]:
        """Yield what speaks for and what speaks against: findings first, then claims by independent source."""
        stated = {link.to.partition(":")[2] for link in links if not self._judged(link.basis)}
        findings = {role: list(self._finding_points(links, role)) for role in ("for", "against", "qualifies")}
        by_cluster = []
        for number, cluster in enumerate(found.clusters, 1):
            group = f"Independent source {number} of {found.independent}: {self._cluster(cluster)}"
            uids = [uid for uid in found.supporting if self._in_cluster(uid, cluster)]
            uids.sort(key=lambda uid: uid in found.second_hand)
            by_cluster.append([self._claim_point(uid, group, uid not in stated) for uid in uids])
        claims = [point for row in zip_longest(*by_cluster) for point in row if point]
        points = _mixed(findings["for"], claims)
        lines = [summary] if summary else []
        if not points:
            lines.append(say("Nothing we hold speaks for it."))
        yield _weighed("rests-on", "What it rests on", tuple(map(Line, lines)), points)
        limits = "What limits it"
        opposing = [*findings["against"], *(self._claim_point(uid, "", uid not in stated) for uid in found.challenging)]
        limiting = [
            *(replace(point, group=limits) for point in findings["qualifies"]),
            *(self._claim_point(uid, limits, uid not in stated) for uid in found.qualifying),
        ]
        none = () if opposing else (Line(say("Nothing we hold speaks against it.")),)
        yield _weighed("against", "What speaks against it", none, (*opposing, *limiting))

    def _linked(self, links: Sequence[Link]) -> Iterator[Section]:
        titles = {"for": ("rests-on", "What speaks for it"), "against": ("against", "What speaks against it")}
        for role, (id_, heading) in titles.items():
            points = tuple(self._link_points(links, {role}))
            none = () if points else (Line(say(f"Nothing we hold speaks {role} it.")),)
            if role == "against":
                points += tuple(self._link_points(links, {"qualifies"}, "What limits it"))
            yield _weighed(id_, heading, none, points)
        points = tuple(self._link_points(links, {"neutral", "illustrates"}))
        yield replace(_weighed("bears-on", "Also bears on it", (), points), weight=1)

    def _finding_points(self, links: Sequence[Link], role: str) -> Iterator[Point]:
        yield from self._link_points([link for link in links if link.to.startswith(f"{Finding.kind}:")], {role})

    def _link_points(self, links: Iterable[Link], roles: set[str], group: str = "") -> Iterator[Point]:
        findings = self._base.all(Finding)
        for link in links:
            if self._role(link.relation) not in roles:
                continue
            kind, _, id_ = link.to.partition(":")
            mark = self._label("kinds", kind)
            if kind == Finding.kind and id_ in findings:
                mark += f", {self._label('confidence-levels', findings[id_].confidence.level).lower()}"
            words = ({**self._link(link.to), "f": "strong"},)
            yield Point(words, mark, self._judged(link.basis), self._text(link.reason), group=group)

    def _claim_point(self, uid: str, group: str = "", judged: bool = True) -> Point:
        claim = self._base.claims[uid]
        notes = [say(self._number(number)) for number in claim.numbers[:2]]
        notes += [
            say("Disputed: ", (self._link(f"discrepancy:{dispute.id}"),))
            for dispute in self._site.disputes.get(uid, ())
        ]
        mark = self._label("bases", claim.basis)
        return Point(self._text(claim.statement), mark, judged, self._at(uid), tuple(notes), group)

    def _number(self, number: Number) -> str:
        """Return a number as printed, with what it is of and whom it is about."""
        counted = isinstance(number.denominator, int)
        of = (
            f" ({number.numerator:,} of {number.denominator:,})"
            if counted and isinstance(number.numerator, int)
            else ""
        )
        of = of or (f" (of {number.denominator:,})" if counted else "")
        about = "" if number.population == NOT_STATED else f": {number.population}"
        return f"{number.printed}{of}{about}"

    def _at(self, uid: str) -> Text:
        """Return where in its source a claim stands, as a link to the claim."""
        claim = self._base.claims[uid]
        form = self._base.all(Source).get(claim.source)
        cite = ({"cite": [form.reference]}, {"t": " "}) if form and form.reference in self._site.references else ()
        return say(cite, (self._link(f"claim:{uid}", where(claim.locator)),))

    def _in_cluster(self, uid: str, cluster: str) -> bool:
        form = self._base.all(Source).get(self._base.claims[uid].source)
        return (form.cluster if form else f"source:{self._base.claims[uid].source}") == cluster

    def _places(self, claims: Iterable[str]) -> Section:
        # Claims that stand in the same place are led to by the first of them.
        places: dict[str, Text] = {}
        for uid in dict.fromkeys(claims):
            claim = self._base.claims[uid]
            places.setdefault(f"{claim.source}: {where(claim.locator)}", self._at(uid))
        points = tuple(map(Point, places.values()))
        return Section("places", "Where it is said", points=points, nouns=("place", "places"))

    def _since(self, notes: Iterable[Currency]) -> Section:
        points = []
        for note in notes:
            text = self._text(note.note)
            said = {key for run in text for key in run.get("cite", ())}
            more = [key for key in note.references if key not in said and key in self._site.references]
            checked = f"Checked on {day(note.checked)}." if note.verified else "We have not verified this."
            points.append(
                Point(
                    say(({"t": f"{note.subject}. ", "f": "strong"},), text),
                    judged=True,
                    where=say(checked, ({"t": " "}, {"cite": more}) if more else ()),
                )
            )
        return Section("since", "What has changed since", points=tuple(points), nouns=("change", "changes"), weight=2, judged="Our notes, not the source’s.")  # fmt: skip

    def _asked(self, name: str) -> Section:
        """Return the recommendations that point at a record, with whom they ask."""
        found = dict.fromkeys(
            use.by for use in self._site.uses.get(name, ()) if use.by.startswith(f"{Recommendation.kind}:")
        )
        records = self._base.all(Recommendation)
        points = []
        for by in found:
            record = records[by.partition(":")[2]]
            points.append(Point((self._link(by),), where=say(f"Asked of {self._who(record.addressees)}.")))
        nothing = () if points else (Line(say("No recommendation is linked to it.")),)
        return Section("who-acts", "Who is asked to act", nothing, tuple(points), ("recommendation", "recommendations"))  # fmt: skip

    def _asked_of(self, addressees: Iterable[Addressee]) -> str:
        """Return who is asked, and for whom that is our judgement."""
        named = {self._label("stakeholders", a.stakeholder): self._judged(a.basis) for a in addressees}
        return ", ".join(f"{label} (our judgement)" if judged else label for label, judged in named.items())

    def _who(self, addressees: Iterable[Addressee]) -> str:
        return ", ".join(dict.fromkeys(self._label("stakeholders", a.stakeholder) for a in addressees))

    def _concern(self, part: Component) -> str:
        return self._label("concerns", part.concern).lower()

    def _search(self, record: Any) -> Search | None:
        return self._base.all(Search).get(getattr(record, "counter_search", None) or "")

    def _looked(self, record: Any) -> Line:
        search = self._search(record)
        if search is None:
            return Line(say("Nobody has yet recorded a search for evidence against it."))
        link = self._link(f"{Search.kind}:{search.id}")
        return Line(say(f"Evidence against it was looked for on {day(search.date)}: ", (link,), "."))


def where(locator: Locator) -> str:
    """Return where in a source a passage stands, in words."""
    parts = [
        locator.section,
        f"paragraph {locator.paragraph}" if locator.paragraph else "",
        f"page {locator.page}" if locator.page else "",
        locator.table or "",
    ]
    return ", ".join(part for part in parts if part)


def day(date: datetime.date) -> str:
    """Return a date as people write it."""
    return f"{date.day} {date:%B %Y}"


def _weighed(id_: str, heading: str, lines: tuple[Line, ...], points: tuple[Point, ...]) -> Section:
    """Return a section of evidence; where all of it is there by our judgement, that is said once."""
    judged = "Which evidence bears on it is our judgement." if points and all(p.judged for p in points) else ""
    return Section(id_, heading, lines, points, ("item", "items"), weight=2, judged=judged)


def _mixed(first: Sequence[Point], second: Sequence[Point]) -> tuple[Point, ...]:
    """Return two lists as one in which a short form keeps some of each."""
    return tuple(point for pair in zip_longest(first, second) for point in pair if point)
