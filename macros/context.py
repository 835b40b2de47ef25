"""What a page is written in: links, numbers, citations and terms as safe HTML for one address."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from markupsafe import Markup, escape

from macros.address import embed_address, relative
from macros.changes import FEEDS, FOLLOWED, feed_address
from macros.chart import Bar, draw, rows_of
from macros.fields import NOT_APPLICABLE, NOT_STATED
from macros.fingerprint import Verdict
from macros.imprint import Imprint
from macros.kinds.claim import Claim, Number, Voice
from macros.kinds.common import Change, Locator, Record
from macros.kinds.dataset import Chart, Dataset, Steps
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.finding import Attachment, Finding
from macros.kinds.innovation import Innovation
from macros.kinds.recommendation import Recommendation
from macros.kinds.source import Source
from macros.kinds.vocabulary import Concept
from macros.passage import prints_numbers
from macros.prose import Pointer, plain, render, render_inline
from macros.site import Site
from macros.steps import Step as FigureStep
from macros.steps import steps
from macros.trace import Step, attachments, trace

_CLAIM_TITLE = 110

NOWHERE = Imprint()
"""Of a site that is to be told neither a name nor an address."""

FigureClaim = tuple[str, tuple[Discrepancy, ...]]
"""The claim that a figure comes from, and the discrepancies about it."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of a chart, with the claim that it comes from and what disputes it."""

    category: str
    series: str
    value: str
    sign: str
    claim: str
    disputes: tuple[Discrepancy, ...]

    @property
    def shown(self) -> str:
        """The figure with its unit's sign, and a mark where it is disputed."""
        figure = f"{self.value}{self.sign}" if self.sign == "%" else self.value
        return figure + ("‡" if self.disputes else "")


@dataclass(frozen=True, slots=True)
class ChartView:
    """What a template needs to show a chart."""

    id: str
    chart: Chart
    drawn: Mapping[str, Markup]
    titles: tuple[str, str, str]
    """Of the category's, the series' and the value's column."""
    rows: tuple[FigureRow, ...]

    @property
    def height(self) -> int:
        """Height of the wide drawing in pixels; 0 where it does not say."""
        found = re.match(r'<svg[^>]* height="(\d+)', self.drawn["wide"])
        return int(found[1]) if found else 0

    @property
    def disputes(self) -> tuple[Discrepancy, ...]:
        """Every discrepancy about a figure of the chart, once."""
        return _each_once(discrepancy for row in self.rows for discrepancy in row.disputes)


@dataclass(frozen=True, slots=True)
class StepsView:
    """What a template needs to show a run of steps."""

    id: str
    steps: Steps
    found: tuple[FigureStep, ...]
    cited: Sequence[FigureClaim]
    """Claim and discrepancies of each row of the table."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """Where a feed is, for those who offer it."""

    address: str
    """Relative to the site's root."""
    form: str
    """A key of `macros.changes.FEEDS`."""
    title: str

    @property
    def type(self) -> str:
        """The media type."""
        return FEEDS[self.form]


class PageContext:
    """Everything that a template needs to write one page.

    It remembers what the page has cited and which headings it has, for the page's own
    reference list and contents; everything else it takes from the site.
    """

    def __init__(self, site: Site, address: str, imprint: Imprint = NOWHERE) -> None:
        self.site = site
        self.imprint = imprint
        self.base = site.base
        self.address = address
        self.cited: dict[str, int] = {}
        self.toc: list[tuple[int, str, str]] = []
        self.matrices = 0
        self._popovers = 0
        self._explained_terms: set[str] = set()

    # Links ---------------------------------------------------------------------------------

    def url(self, address: str) -> str:
        """Return how this page points at an address below the site's root."""
        return relative(address, self.address)

    def record_url(self, name: str) -> str:
        """Return how this page points at the record `kind:id`."""
        return self.url(self.site.addresses[name])

    def exists(self, name: str) -> bool:
        """Whether there is a record `kind:id`."""
        return name in self.site.addresses

    def has_page(self, address: str) -> bool:
        """Whether somebody has written a page for this address."""
        docs = self.base.root / "docs"
        return (docs / address / "index.md").is_file() or (docs / f"{address.rstrip('/')}.md").is_file()

    def title(self, name: str) -> str:
        """Return what the record `kind:id` is called."""
        return title(self.site, name)

    def link(self, name: str, text: str = "") -> Markup:
        """Return a link to the record `kind:id`, with its title unless another text is given."""
        return Markup('<a href="{}">{}</a>').format(self.record_url(name), text or self.title(name))

    # What prose needs (macros.prose.Resolver) ----------------------------------------------

    def record_html(self, kind: str, id_: str, text: str) -> str:
        name = f"{kind}:{id_}"
        if not self.exists(name):
            # Reported by the rules already; a reader sees the words and no dead link.
            return str(escape(text or id_))
        if kind == "reference":
            return self.cite_html((id_,))
        if kind == "term":
            return str(self.glossary(id_, text))
        return str(self.link(name, text))

    def value_html(self, target: str) -> str:
        uid, _, part = target.partition("#")
        claim = self.base.claims.get(uid)
        if claim is None or not claim.numbers:
            return str(escape(target))
        return str(self.value(claim, part))

    def cite_html(self, keys: tuple[str, ...]) -> str:
        return str(self.cite(keys))

    # Text ------------------------------------------------------------------------------------

    def prose(self, text: str | None) -> Markup:
        """Return a record's free text as HTML blocks, abbreviations explained where the page first uses them."""
        return Markup(self._explained(render(text, self))) if text else Markup("")

    def inline(self, text: str | None, *, explain: bool = True) -> Markup:
        """Return a record's free text as HTML without a paragraph around it."""
        if not text:
            return Markup("")
        html = render_inline(text, self)
        return Markup(self._explained(html) if explain else html)

    def _explained(self, html: str) -> str:
        """Give each abbreviation of the glossary a preview where the page first uses it."""
        pattern, terms = self.site.abbreviations
        if pattern is None or not pattern.search(html):
            return html
        # A preview cannot stand in a link, a button, code or another preview: those are passed over whole.
        pieces = _OPAQUE.split(html)
        for index in range(0, len(pieces), 2):
            parts = _TAG.split(pieces[index])
            for place in range(0, len(parts), 2):
                parts[place] = pattern.sub(lambda match: self._explain(match[0], terms[match[1]]), parts[place])
            pieces[index] = "".join(parts)
        return "".join(pieces)

    def _explain(self, shown: str, term: str) -> str:
        if term in self._explained_terms:
            return shown
        self._explained_terms.add(term)
        return str(self.glossary(term, shown))

    def plain(self, text: str) -> str:
        """Return a record's free text without its markup."""
        return plain_text(self.site, text)

    def tally(self, attached: Iterable[Attachment]) -> str:
        """Return how many claims bear on something in each way, support first."""
        counts = Counter(attachment.relation for attachment in attached)
        order = [term for term in self.base.concepts["relations"] if term in counts]
        return ", ".join(f"{counts[term]} {self.base.label('relations', term)}" for term in order)

    def label(self, scheme: str, term: str) -> str:
        """Return the words a reader sees for a term."""
        return self.base.label(scheme, term)

    def concept(self, scheme: str, term: str) -> Concept:
        """Return a term's concept."""
        return self.base.concept(scheme, term)

    def role(self, scheme: str, term: str) -> str:
        """Return what the rules take a term for."""
        return self.base.role(scheme, term)

    def kind_label(self, kind: str, *, plural: bool = False) -> str:
        """Return what a kind of record is called, as the topic words it."""
        concept = self.base.concepts["kinds"][kind]
        return (concept.plural or concept.label) if plural else concept.label

    # Headings ----------------------------------------------------------------------------------

    def heading(self, id_: str, text: str, level: int = 2) -> Markup:
        """Return a heading and remember it for the page's contents."""
        self.toc.append((level, id_, text))
        return Markup('<h{0} id="{1}">{2}</h{0}>').format(level, id_, text)

    # Numbers -------------------------------------------------------------------------------------

    def value(self, claim: Claim, part: str = "") -> Markup:
        """Return a number as printed, with a preview of what it is of, where it stands and who disputes it."""
        number, shown = pick(claim, part)
        disputes = [d for d in self.site.disputes.get(claim.uid, ()) if concerns(d, claim.uid, number.key)]
        panel = Markup("").join(
            (
                Markup('<span class="bw-popover__title">{} {}</span>').format(number.printed, self.amount_of(number)),
                Markup('<span class="bw-popover__text">{}</span>').format(number.population),
                Markup('<span class="bw-popover__text bw-small">{}, {}</span>').format(
                    self.base.label("bases", claim.basis), claim.locator.section
                ),
                *(
                    Markup('<span class="bw-popover__text">Disputed: {}</span>').format(
                        self.link(f"discrepancy:{dispute.id}")
                    )
                    for dispute in disputes
                ),
                Markup('<span class="bw-popover__text">{}</span>').format(
                    self.link(f"claim:{claim.uid}", f"See the passage in {self.source_name(claim.source)}")
                ),
            )
        )
        mark = Markup('<span class="bw-disputed-mark" title="This figure is disputed">‡</span>') if disputes else ""
        return self.popover(Markup("{}{}").format(shown, mark), panel, css="bw-value")

    def amount_of(self, number: Number) -> str:
        """Return the fraction a number stands for, in words, as far as the source states it."""
        if isinstance(number.numerator, int) and isinstance(number.denominator, int):
            return f"({number.numerator:,} of {number.denominator:,})"
        if isinstance(number.denominator, int):
            return f"(of {number.denominator:,})"
        return ""

    def quantity(self, value: Decimal | str) -> str:
        """Return a number with thousands set apart, or the words that stand in its place."""
        return value if isinstance(value, str) else f"{value:,}"

    # Citations ------------------------------------------------------------------------------------

    def cite(self, keys: Iterable[str]) -> Markup:
        """Return an in-text citation; each key gets a preview and a place in the page's reference list."""
        style = self.site.references
        parts = []
        for key in keys:
            if key not in style:
                continue
            number = self.cited.setdefault(key, len(self.cited) + 1)
            reference = style[key]
            shown = str(number) if style.style.numeric else reference.intext.strip("()[]")
            panel = Markup("").join(
                (
                    Markup('<span class="bw-popover__text">{}</span>').format(Markup(reference.html)),
                    Markup('<span class="bw-popover__text">{}</span>').format(
                        self.link(f"reference:{key}", "All records that use it")
                    ),
                )
            )
            parts.append(self.popover(shown, panel, css="bw-pop--cite", label=f"Reference {shown}"))
        if not parts:
            return Markup("")
        return Markup('<span class="bw-cites">[{}]</span>').format(
            Markup(", " if style.style.numeric else "; ").join(parts)
        )

    def reference_list(self) -> list[tuple[str, int, Markup]]:
        """Return the references cited so far: key, number and formatted entry, in order of citation."""
        style = self.site.references
        return [(key, number, Markup(style[key].html)) for key, number in self.cited.items()]

    # Glossary -------------------------------------------------------------------------------------

    def glossary(self, term: str, text: str = "") -> Markup:
        """Return a term with a preview of its definition."""
        concept = self.base.concepts["glossary"][term]
        panel = Markup("").join(
            (
                Markup('<span class="bw-popover__title">{}</span>').format(concept.label),
                Markup('<span class="bw-popover__text">{}</span>').format(
                    self.inline(concept.definition, explain=False)
                ),
                Markup('<span class="bw-popover__text">{}</span>').format(self.link(f"term:{term}", "In the glossary")),
            )
        )
        return self.popover(text or concept.label, panel, css="bw-pop--term")

    def popover(self, shown: str | Markup, panel: Markup, css: str, label: str = "") -> Markup:
        """Return a button that opens a preview; it works without JavaScript and from the keyboard."""
        self._popovers += 1
        id_ = f"pop-{self._popovers}"
        aria = Markup(' aria-label="{}"').format(label) if label else ""
        return Markup(
            '<button type="button" class="bw-pop {0}" popovertarget="{1}"{2}>{3}</button>'
            '<span popover id="{1}" class="bw-popover">{4}</span>'
        ).format(css, id_, aria, shown, panel)

    # Words -----------------------------------------------------------------------------------------

    def date(self, day: datetime.date) -> str:
        """Return a date as people write it."""
        return f"{day.day} {day:%B %Y}"

    def terms(self, scheme: str, ids: Iterable[str]) -> str:
        """Return the labels of several terms in a row."""
        return ", ".join(self.base.label(scheme, id_) for id_ in ids)

    def people(self, coders: Iterable[str]) -> str:
        """Return who coded or assessed something."""
        return ", ".join(self.base.label("coders", coder).lower() for coder in coders)

    def coders(self, record: Record) -> str:
        """Return who read a record against its source, first and second."""
        first = self.people(record.coded_by)
        if record.second_reading is None:
            return first
        reading = record.second_reading
        changed = f"changed {len(reading.changes)}" if reading.changes else "changed nothing"
        return f"{first}; then {self.people([reading.by])} on {self.date(reading.date)}, who {changed}"

    def voice(self, voice: Voice) -> str:
        """Return who says something, with date and setting as far as the source gives them."""
        parts = [voice.who, *(part for part in (voice.setting, voice.date) if part not in (NOT_STATED, NOT_APPLICABLE))]
        return ", ".join(parts)

    def direction(self, term: str) -> Markup:
        """Return a direction of learning with its arrow."""
        arrow = self.base.role("directions", term)
        attribute = Markup(' data-arrow="{}"').format(arrow) if arrow else Markup("")
        return Markup('<span class="bw-direction"{}>{}</span>').format(attribute, self.base.label("directions", term))

    def cluster(self, id_: str) -> str:
        """Return what an independence cluster is called."""
        concept = self.base.concepts.get("clusters", {}).get(id_)
        return concept.label if concept else id_.removeprefix("source:")

    def cluster_line(self, source: Source) -> str:
        """Return a source's cluster, and which other sources it counts as one voice with."""
        others = [
            other.title
            for other in self.base.all(Source).values()
            if other.cluster == source.cluster and other != source
        ]
        return self.cluster(source.cluster) + (f" (with {', '.join(others)})" if others else "")

    def changes_of(self, record: Record, claim: str = "") -> list[Change]:
        """Return what the second reading changed in a record; of a sheet, in one of its claims."""
        reading = record.second_reading
        return [change for change in reading.changes if claim in ("", change.claim)] if reading else []

    # What hangs together ------------------------------------------------------------------------------

    def users(self, name: str, skip: Iterable[str] = ()) -> list[tuple[str, list[str]]]:
        """Return who points at `kind:id`, by kind of record with its plural label."""
        groups: dict[str, dict[str, None]] = {}
        for use in self.site.uses.get(name, ()):
            kind = use.by.partition(":")[0]
            if kind in skip or use.by not in self.site.addresses:
                continue
            groups.setdefault(kind, {}).setdefault(use.by)
        order = list(self.base.concepts["kinds"])
        return [
            (self.kind_label(kind, plural=True), list(names))
            for kind, names in sorted(groups.items(), key=lambda item: order.index(item[0]))
        ]

    def trace(self, recommendation: Recommendation) -> tuple[Step, ...]:
        """Return the chain below a recommendation."""
        return trace(self.base, recommendation)

    def attachments(self, finding: Finding, role: str) -> tuple[Attachment, ...]:
        """Return a finding's claims that have one role."""
        return attachments(self.base, finding, role)

    def reference(self, key: str) -> Markup:
        """Return a reference in full."""
        return Markup(self.site.references[key].html)

    def lead(self, record: object) -> str:
        """Return the sentence that says what a record is about; empty for what has none."""
        return lead(record)

    def foot(self, name: str, record: object) -> Markup:
        """Return the marks that tell a record at a glance, for cards and lists."""
        marks: list[Markup] = []
        words: list[str] = []
        if isinstance(record, Finding):
            level = record.confidence.level
            marks.append(
                Markup('<span class="bw-confidence" data-level="{}">{}</span>').format(
                    level, self.base.label("confidence-levels", level)
                )
            )
        if name in self.site.support:
            marks.append(self.support_badge(name))
        for field, scheme in _FOOT_TERMS:
            value = getattr(record, field, None)
            if isinstance(value, str) and value in self.base.concepts.get(scheme, {}):
                words.append(self.base.label(scheme, value))
        if isinstance(record, Innovation):
            words.append(f"Origin: {self.base.label('verdicts', record.origin.verdict).lower()}")
        if isinstance(record, Claim):
            words.append(self.source_name(record.source))
        countries = getattr(record, "countries", ())
        if countries:
            words.append(self.terms("countries", countries))
        return Markup(" ").join([*marks, escape(" · ".join(words))])

    def support_badge(self, name: str) -> Markup:
        """Return how many independent sources a record stands on, with and without our judgement."""
        everything, stated = (
            _badge(found[name].independent) for found in (self.site.support, self.site.stated_support)
        )
        if everything == stated:
            return everything
        return Markup('<span data-when="all">{}</span><span data-when="stated">{}</span>').format(everything, stated)

    def feeds(self, name: str = "") -> tuple[FeedLink, ...]:
        """Return the feeds of a record, or of the whole site; a site without an address of its own has none."""
        followed = name.partition(":")[0] in FOLLOWED if name else any(self.base.records.values())
        if not self.imprint.home or not followed:
            return ()
        address = feed_address(self.site.addresses, name)
        about = plain_text(self.site, self.title(name)) if name else "what changed"
        return tuple(FeedLink(f"{address}.{form}", form, f"{self.imprint.name}: {about}") for form in FEEDS)

    def embed_url(self, address: str) -> str:
        """Return the absolute address at which other sites can frame what is shown at `address`; empty where there is none."""
        return self.imprint.absolute(embed_address(address)) if self.imprint.home else ""

    def next_table(self) -> int:
        """Return a number that no other table of the page has."""
        self.matrices += 1
        return self.matrices

    # Datasets ----------------------------------------------------------------------------------------

    def table(self, dataset: Dataset) -> Markup:
        """Return a dataset as a table, each row with a link to the claim it comes from."""
        table = self.site.tables.get(dataset.id)
        if table is None:
            return Markup("")
        claims = {c.name for c in dataset.columns if self.role("column-types", c.type) == "claim"}
        numeric = {c.name for c in dataset.columns if c.type in {"number", "integer"}}
        filled = [c for c in dataset.columns if any(row[c.name] for row in table.rows)]
        head = Markup("").join(Markup('<th scope="col">{}</th>').format(c.title) for c in filled)
        rows = []
        for row in table.rows:
            cells = []
            for index, column in enumerate(filled):
                cell: str | Markup = row[column.name]
                if column.name in claims and cell:
                    cell = self.link(f"claim:{cell.partition('#')[0]}", "Passage")
                if index == 0:
                    cells.append(Markup('<th scope="row">{}</th>').format(cell))
                else:
                    number = Markup(' class="bw-num"') if column.name in numeric else Markup("")
                    cells.append(Markup('<td{} data-label="{}">{}</td>').format(number, column.title, cell))
            rows.append(Markup("<tr>{}</tr>").format(Markup("").join(cells)))
        id_ = f"table-{dataset.id}"
        return Markup(
            '<div class="bw-scroll" role="region" tabindex="0" aria-labelledby="{0}"><table class="bw-table bw-table--stack">'
            '<caption id="{0}">{1}</caption><thead><tr>{2}</tr></thead><tbody>{3}</tbody></table></div>'
        ).format(id_, dataset.title, head, Markup("\n").join(rows))

    def chart(self, dataset: Dataset, index: int = 0) -> ChartView | None:
        """Return a dataset's chart: drawn, and as the rows that it shows; None where the table is unreadable."""
        table = self.site.tables.get(dataset.id)
        if table is None:
            return None
        chart = dataset.charts[index]
        titles = {column.name: column.title for column in dataset.columns}
        unit = self.concept("units", chart.unit)
        sign = unit.notation or ""
        shown = rows_of(chart, table)
        rows = [
            FigureRow(row[chart.category], row[chart.series] if chart.series else "", row[chart.value], sign, *cited)
            for row, cited in zip(shown, self.figure_claims(dataset, shown), strict=True)
        ]
        drawn = draw(
            [Bar(row.category, row.series, row.value, row.shown) for row in rows],
            unit.label[:1].upper() + unit.label[1:],
            percent=sign == "%",
            cache=self.base.root / ".cache" / "charts",
        )
        return ChartView(
            id=f"chart-{dataset.id}-{index + 1}",
            chart=chart,
            drawn={form: Markup(svg) for form, svg in drawn.items()},
            titles=(titles[chart.category], titles[chart.series] if chart.series else "", titles[chart.value]),
            rows=tuple(rows),
        )

    def figure_claims(self, dataset: Dataset, rows: Sequence[Mapping[str, str]]) -> list[FigureClaim]:
        """Return the claim that each row of a table names, and the discrepancies about the number that it means.

        Of those about a claim as a whole only the ones are kept that are about another row too.
        """
        columns = [c.name for c in dataset.columns if self.role("column-types", c.type) == "claim"]
        cells = [next((row[name] for name in columns if row[name]), "").partition("#") for row in rows]
        used = {uid for uid, _, _ in cells}
        found = []
        for uid, _, key in cells:
            number = key or "value"
            disputes = [
                dispute
                for dispute in self.site.disputes.get(uid, ())
                if any(value.claim == uid and value.number == number for value in dispute.values)
                or (concerns(dispute, uid, number) and len(used & {value.claim for value in dispute.values}) > 1)
            ]
            found.append((uid, tuple(disputes)))
        return found

    def steps(self, dataset: Dataset) -> StepsView | None:
        """Return a dataset's steps with their figures; None where it has none, or the table is unreadable."""
        table = self.site.tables.get(dataset.id)
        if table is None or dataset.steps is None:
            return None
        return StepsView(
            f"steps-{dataset.id}", dataset.steps, steps(dataset.steps, table), self.figure_claims(dataset, table.rows)
        )

    # Sources and passages ---------------------------------------------------------------------------

    def source(self, id_: str) -> Source | None:
        """Return a source's extraction form."""
        return self.base.all(Source).get(id_)

    def source_name(self, id_: str) -> str:
        """Return what a source is called."""
        source = self.source(id_)
        return source.title if source else id_

    def document_url(self, source_id: str) -> str:
        """Return the source's own address, for one that cannot be opened at a passage; empty where there is none."""
        source = self.source(source_id)
        return source.access.open_at if source else ""

    def passage_proof(self, claim: Claim) -> tuple[str, str]:
        """Return whether a claim's passage is proven to stand in the source's text, in a word or two and a sentence."""
        verdict, proven = self.site.passages[claim.uid]
        if verdict is Verdict.UNKNOWN:
            told = "Whether these words stand in the source has not been checked by machine; read the passage yourself."
        elif verdict is Verdict.FAILS:
            told = "What is said here is not what was checked against the source's text, or does not stand in it."
        else:
            what = "these words, and the numbers as printed," if claim.numbers else "these words"
            if claim.numbers and not prints_numbers(self.base, claim):
                what = "these words"
            told = f"A machine found {what} in the source's text."
            told += f" Last checked on {self.date(proven)}." if proven else ""
        return verdict.value.capitalize(), told

    def passage_url(self, source_id: str, locator: Locator) -> str:
        """Return an address that opens the source at the passage; empty where there is none on the web."""
        source = self.source(source_id)
        if source is None or not source.access.open_at or self.role("formats", source.access.format) != "html":
            return ""
        fragment = quote(locator.start, safe="").replace("-", "%2D")
        if locator.end:
            fragment += "," + quote(locator.end, safe="").replace("-", "%2D")
        return f"{source.access.open_at}#:~:text={fragment}"


def _each_once(found: Iterable[Discrepancy]) -> tuple[Discrepancy, ...]:
    return tuple({discrepancy.id: discrepancy for discrepancy in found}.values())


def _badge(independent: int) -> Markup:
    words = f"{independent} independent source{'s' * (independent > 1)}" if independent else "No supporting evidence"
    return Markup('<span class="bw-support" data-n="{}">{}</span>').format(independent, words)


_TAG = re.compile(r"(<[^>]*>)")
_OPAQUE = re.compile(
    r"(<a\s.*?</a>|<code>.*?</code>|<button\s.*?</button><span popover.*?</span></span>|<button\s.*?</button>)",
    re.DOTALL,
)


_FOOT_TERMS = (
    ("issuer", "stakeholders"),
    ("standing", "standings"),
    ("strength", "strengths"),
    ("basis", "bases"),
    ("resolution", "resolutions"),
)
"""Fields whose terms tell a record at a glance, with their vocabularies."""


def lead(record: object) -> str:
    """Return the sentence that says what a record is about; empty for what has none."""
    for name in ("statement", "definition", "summary", "description", "question"):
        text = getattr(record, name, None)
        if isinstance(text, str) and text:
            return text
    return ""


def pick(claim: Claim, part: str) -> tuple[Number, str]:
    """Return the number of a claim that `part` names, and how it is shown.

    `part` is a number's key, `numerator`, `denominator`, `fraction`, or nothing for the only
    number; `macros.rules` has made sure that it fits.
    """
    by_key = {number.key: number for number in claim.numbers}
    number = by_key.get(part) or by_key.get("value") or claim.numbers[0]
    shown = {
        "numerator": str(number.numerator),
        "denominator": str(number.denominator),
        "fraction": f"{number.numerator} of {number.denominator}",
    }.get(part, number.printed) if part not in by_key else number.printed  # fmt: skip
    return number, shown


def plain_text(site: Site, text: str) -> str:
    """Return a record's free text without its markup, with numbers and records by their words."""

    def say(pointer: Pointer) -> str:
        if pointer.kind == "value":
            uid, _, part = pointer.target.partition("#")
            claim = site.base.claims.get(uid)
            return pick(claim, part)[1] if claim and claim.numbers else ""
        return pointer.text or (title(site, f"{pointer.kind}:{pointer.target}") if pointer.kind != "claim" else "")

    return plain(text, say)


def concerns(discrepancy: Discrepancy, uid: str, key: str) -> bool:
    """Whether a discrepancy is about this number of a claim, or about the claim as a whole."""
    return any(value.claim == uid and value.number in (None, key) for value in discrepancy.values)


def title(site: Site, name: str) -> str:
    """Return what the record `kind:id` is called; a claim by the beginning of its statement."""
    kind, _, id_ = name.partition(":")
    base = site.base
    if kind == "claim":
        statement = plain_text(site, base.claims[id_].statement)
        if len(statement) <= _CLAIM_TITLE:
            return statement
        return statement[:_CLAIM_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + " …"
    if kind in {"theme", "term"}:
        return base.concepts["themes" if kind == "theme" else "glossary"][id_].label
    if kind == "reference":
        return base.bibliography.references[id_].title
    record: Record | None = base.records.get(kind, {}).get(id_)
    return record.title if record else id_
