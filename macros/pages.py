"""Pages of records: made from the site alone, by no engine, each told apart by its address."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from macros.address import embed_address
from macros.changes import CHANGES, Change, changes, earlier, groups
from macros.cite import main_references
from macros.context import NOWHERE, FeedLink, PageContext, lead, plain_text, title
from macros.data_address import record_json, record_jsonld, record_references, reference
from macros.imprint import Imprint
from macros.kinds import FOLDER_OF
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.common import Record
from macros.kinds.dataset import Dataset
from macros.kinds.source import Source
from macros.lookup import Facets, page_facets
from macros.news import anchor_of, change_address, change_title, event_label, kinds_of
from macros.prose import plain
from macros.rests import references
from macros.site import Site

_DESCRIPTION = 160

SECTIONS: dict[str, tuple[str, ...]] = {
    "recommendation": ("recommendations/",),
    "principle": ("principles/",),
    "case-study": ("case-studies/",),
    "innovation": ("innovations/",),
    "guidance": ("use-it/",),
    "finding": ("evidence/", "evidence/findings/"),
    "claim": ("evidence/",),
    "theme": ("evidence/", "evidence/themes/"),
    "discrepancy": ("evidence/", "evidence/discrepancies/"),
    "dataset": ("evidence/", "evidence/datasets/"),
    "source": ("methods/", "methods/sources/"),
    "search": ("methods/", "methods/searches/"),
}
"""The authored pages above each kind's records, outermost first; those that a topic does not have are left out."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of the site that comes from a record."""

    address: str
    """Relative to the site's root, ending in a slash."""
    title: str
    kind_label: str
    description: str
    body: str
    """Safe HTML of the main column, its heading included."""
    toc: tuple[tuple[int, str, str], ...]
    """Level, id and text of each heading below the first."""
    edit_path: str
    """The file that the record is written in, relative to the project's root."""
    breadcrumbs: tuple[tuple[str, str], ...]
    previous: tuple[str, str] | None
    next: tuple[str, str] | None
    reviewed: datetime.date
    css_class: str
    facets: Facets = field(default_factory=dict)
    """What the page can be filtered by when it is searched for."""
    feeds: tuple[FeedLink, ...] = ()
    """Feeds by which the record can be followed."""
    name: str = ""
    """`kind:id` of what the page shows."""
    full_title: str = ""
    """The title as the page's heading has it; `title` may be cut short."""
    created: datetime.date | None = None
    references: tuple[str, ...] = ()
    """Keys of the works that the record mainly rests on, most used first."""
    files: tuple[str, ...] = ()
    """Addresses of the tables that are published with the page."""
    data: tuple[tuple[str, str], ...] = ()
    """The forms in which it is published as data, each with its address below the site's root."""


@cache
def templates() -> Environment:
    """Return the templates of records' pages; everything printed is escaped unless marked safe."""
    made = Environment(
        loader=PackageLoader("macros"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.update(embed_address=embed_address)
    return made


def pages(site: Site, imprint: Imprint = NOWHERE) -> Iterator[RecordPage]:
    """Yield the page of every record that has an address of its own, and those on what changed in earlier years."""
    facets: Mapping[str, Facets] = page_facets(site)
    main, rests = main_references(site), references(site)
    for page in _pages(site, imprint):
        yield replace(
            page,
            facets=facets.get(page.address, {}),
            references=main.get(page.name, ()),
            data=tuple(_data(site, page.name, rests)) if page.name else (),
        )


def _pages(site: Site, imprint: Imprint) -> Iterator[RecordPage]:
    for kind in FOLDER_OF:
        if kind not in {"claim", "claim-sheet"}:
            for record, before, after in _neighbours(_in_reading_order(site, kind)):
                yield _record_page(site, imprint, record, before, after)
    yield from _claim_pages(site, imprint)
    yield from _theme_pages(site, imprint)
    yield from _year_pages(site, imprint)


def data_address(table: Path) -> str:
    """Return where a dataset's file is published, below the site's root."""
    return f"{FOLDER_OF[Dataset.kind]}/{table.name}"


def _data(site: Site, name: str, rests: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield the forms in which a record is published as data; reference managers' only where it rests on any."""
    yield "JSON", record_json(name)
    yield "JSON-LD", record_jsonld(name)
    kind, _, id_ = name.partition(":")
    labels = {"bib": "BibTeX", "ris": "RIS"}
    form = site.base.all(Source).get(site.base.claims[id_].source) if kind == Claim.kind else None
    for ending, label in labels.items():
        if form is not None:
            yield label, reference(form.reference, ending)
        elif kind != Claim.kind and name in rests:
            yield label, record_references(name, ending)


def data_files(site: Site) -> list[Path]:
    """Return the files of the datasets, which are published beside their pages."""
    folder = site.base.root / "evidence" / FOLDER_OF["dataset"]
    return [folder / dataset.file for id_, dataset in site.base.all(Dataset).items() if id_ in site.tables]


def _in_reading_order(site: Site, kind: str) -> list[Record]:
    """Return a kind's records in the order in which a reader would go through them."""

    def key(record: Record) -> tuple[Any, ...]:
        if kind == "guidance":
            topics = list(site.base.concepts.get("guidance-topics", {}))
            return (topics.index(record.topic), record.order, record.id)  # type: ignore[attr-defined]
        if kind == "principle":
            return (record.scheme, record.number, record.id)  # type: ignore[attr-defined]
        return (record.id,)

    return sorted(site.base.records[kind].values(), key=key)


def _neighbours(items: Sequence[Any]) -> Iterator[tuple[Any, Any, Any]]:
    padded = [None, *items, None]
    for (before, item), (_, after) in pairwise(pairwise(padded)):
        yield item, before, after


def _record_page(
    site: Site, imprint: Imprint, record: Record, before: Record | None, after: Record | None
) -> RecordPage:
    name = f"{record.kind}:{record.id}"
    document = site.base.documents[record.kind, record.id]
    return _page(
        site,
        imprint,
        name,
        template=f"{record.kind}.html.j2",
        path=document.path,
        reviewed=_reviewed(record),
        before=f"{before.kind}:{before.id}" if before else None,
        after=f"{after.kind}:{after.id}" if after else None,
        description=lead(record) or record.title,
        created=record.created,
        files=(data_address(Path(record.file)),) if isinstance(record, Dataset) and record.id in site.tables else (),
        record=record,
        **_extras(site, record),
    )


def _extras(site: Site, record: Record) -> dict[str, Any]:
    if record.kind != "source":
        return {}
    sheets = sorted(
        (sheet for sheet in site.base.all(ClaimSheet).values() if sheet.source == record.id),
        key=lambda s: (s.order, s.id),
    )
    return {
        "sheets": sheets,
        "claim_count": sum(len(sheet.claims) for sheet in sheets),
        "appraisal_items": record.appraisal.items,  # type: ignore[attr-defined]
    }


def _reviewed(record: Record) -> datetime.date:
    return max([record.modified, *(event.date for event in record.history)])


def _claim_pages(site: Site, imprint: Imprint) -> Iterator[RecordPage]:
    by_source: dict[str, list[ClaimSheet]] = defaultdict(list)
    for sheet in site.base.all(ClaimSheet).values():
        by_source[sheet.source].append(sheet)
    for sheets in by_source.values():
        sheets.sort(key=lambda sheet: (sheet.order, sheet.id))
        claims = [(claim, sheet) for sheet in sheets for claim in sheet.claims]
        for (claim, sheet), before, after in _neighbours(claims):
            yield _page(
                site,
                imprint,
                f"claim:{claim.uid}",
                template="claim.html.j2",
                path=site.base.documents[sheet.kind, sheet.id].path,
                reviewed=_reviewed(sheet),
                before=before and f"claim:{before[0].uid}",
                after=after and f"claim:{after[0].uid}",
                description=claim.statement,
                created=sheet.created,
                claim=claim,
                sheet=sheet,
                source=site.base.records["source"].get(claim.source),
            )


def _theme_pages(site: Site, imprint: Imprint) -> Iterator[RecordPage]:
    concepts = site.base.concepts.get("themes", {})
    tagged: dict[str, list[tuple[Claim, str | None]]] = defaultdict(list)
    for claim in site.base.claims.values():
        for tag in claim.themes:
            tagged[tag.term].append((claim, tag.effect))
    document = site.base.documents.get(("vocabulary", "themes"))
    dates = [sheet.modified for sheet in site.base.all(ClaimSheet).values()]
    for concept, before, after in _neighbours(list(concepts.values())):
        rows = tagged[concept.id]
        titles = {"hinders": "What hinders", "helps": "What helps", None: "Also said"}
        groups = [
            (title_, effect or "also", [claim.uid for claim, found in rows if found == effect])
            for effect, title_ in titles.items()
        ]
        yield _page(
            site,
            imprint,
            f"theme:{concept.id}",
            template="theme.html.j2",
            path=document.path if document else "",
            reviewed=max(dates, default=datetime.date.min),
            before=before and f"theme:{before.id}",
            after=after and f"theme:{after.id}",
            description=concept.definition or concept.label,
            concept=concept,
            broader=concepts.get(concept.broader or ""),
            narrower=[other for other in concepts.values() if other.broader == concept.id],
            groups=groups,
            groups_any=bool(rows),
        )


def _page(
    site: Site,
    imprint: Imprint,
    name: str,
    *,
    template: str,
    path: str,
    reviewed: datetime.date,
    before: str | None,
    after: str | None,
    description: str,
    created: datetime.date | None = None,
    files: tuple[str, ...] = (),
    **values: Any,
) -> RecordPage:
    kind = name.partition(":")[0]
    address = site.addresses[name]
    context = PageContext(site, address, imprint)
    body = templates().get_template(template).render(page=context, path=path, **values)
    return RecordPage(
        address=address,
        title=plain(title(site, name)),
        kind_label=context.kind_label(kind),
        description=_shortened(plain_text(site, description)),
        body=body,
        toc=tuple(context.toc),
        edit_path=path,
        breadcrumbs=_breadcrumbs(site, name),
        previous=_neighbour(site, before),
        next=_neighbour(site, after),
        reviewed=reviewed,
        css_class=f"bw-page--{kind}",
        feeds=context.feeds(name) if kind in FOLDER_OF else (),
        name=name,
        full_title=_full_title(site, name),
        created=created,
        files=files,
    )


def change_list(page: PageContext, found: Sequence[Change]) -> Markup:
    """Return changes that are in order as HTML, by day and type of event, with what filters them."""
    base, together = page.base, groups(found)
    kinds, events = ({change.kind for change in found}, {change.event for change in found})
    html = (
        templates()
        .get_template("changes.html.j2")
        .render(
            page=page,
            days=[(day, list(members)) for day, members in groupby(together, key=lambda group: group.date)],
            events=[concept for term, concept in base.concepts["events"].items() if term in events],
            kinds=[(kind, page.kind_label(kind, plural=True)) for kind in base.concepts["kinds"] if kind in kinds],
            anchor=anchor_of,
            what=lambda group: event_label(page.site, group),
            kinds_in=lambda group: kinds_of(page.site, group),
            title=lambda name: change_title(page.site, name),
            url=lambda name: page.url(change_address(page.site, name)),
        )
    )
    return Markup(html)  # noqa: S704 - the template escapes


def _year_pages(site: Site, imprint: Imprint) -> Iterator[RecordPage]:
    if not authored(site.base.root, CHANGES):
        return
    found = changes(site.base)
    years = sorted(earlier(found).items())
    for (year, members), before, after in _neighbours(years):
        address = year_address(year)
        context = PageContext(site, address, imprint)
        heading = Markup("<h1>{} {}</h1>").format(_section_title(site.base.root, CHANGES), year)
        yield RecordPage(
            address=address,
            title=f"{_section_title(site.base.root, CHANGES)} {year}",
            kind_label=context.kind_label("page"),
            description=f"What happened in the records’ lives in {year}.",
            body=heading + change_list(context, members),
            toc=tuple(context.toc),
            edit_path=f"docs/{CHANGES.rstrip('/')}.md",
            breadcrumbs=tuple(
                (text, above) for above in ("methods/", CHANGES) if (text := _section_title(site.base.root, above))
            ),
            previous=before and (str(before[0]), year_address(before[0])),
            next=after and (str(after[0]), year_address(after[0])),
            reviewed=members[0].date,
            css_class="bw-page--changes",
        )


def year_address(year: int) -> str:
    """Return where the changes of an earlier year are."""
    return f"{CHANGES}{year}/"


def _full_title(site: Site, name: str) -> str:
    kind, _, id_ = name.partition(":")
    if kind != Claim.kind:
        return plain(title(site, name))
    return plain_text(site, site.base.claims[id_].statement).removesuffix(".")


def _shortened(text: str) -> str:
    return text if len(text) <= _DESCRIPTION else text[:_DESCRIPTION].rsplit(" ", 1)[0] + " …"


def _neighbour(site: Site, name: str | None) -> tuple[str, str] | None:
    return (plain(title(site, name)), site.addresses[name]) if name else None


def _breadcrumbs(site: Site, name: str) -> tuple[tuple[str, str], ...]:
    kind, _, id_ = name.partition(":")
    trail = [(heading, address) for address in SECTIONS[kind] if (heading := _section_title(site.base.root, address))]
    if kind == "claim":
        source = f"source:{site.base.claims[id_].source}"
        if source in site.addresses:
            trail.append((title(site, source), site.addresses[source]))
    return tuple(trail)


def authored(root: Path, address: str) -> bool:
    """Whether somebody has written a page for an address."""
    return bool(_section_title(root, address))


@cache
def _section_title(root: Path, address: str) -> str:
    """Return the title of an authored page, from its front matter; empty where there is no such page."""
    docs = root / "docs"
    for file in (docs / address / "index.md", docs / f"{address.rstrip('/')}.md"):
        if file.is_file():
            found = re.search(
                r"\A---\n.*?^title:\s*(.+?)\s*$.*?^---$", file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
            )
            return found[1].strip("\"'") if found else ""
    return ""
