"""Metadata: what a page says of itself to reference managers, search engines, crawlers and link previews."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from macros.cite import Collection
from macros.data_address import media_type, record_json, record_jsonld
from macros.imprint import Imprint
from macros.preview import HEIGHT, WIDTH
from macros.reference import Name, Reference

CONTEXT = "https://schema.org"

_WORKS = {
    "article": "ScholarlyArticle",
    "book": "Book",
    "dataset": "Dataset",
    "inbook": "Chapter",
    "incollection": "Chapter",
    "online": "WebPage",
    "phdthesis": "Thesis",
    "report": "Report",
    "techreport": "Report",
    "thesis": "Thesis",
}
"""Kinds of work in biblatex's words and in schema.org's."""
_ENTITIES = {"claim": "Claim", "dataset": "Dataset"}
"""Kinds of record that schema.org has a type for, which search engines look for."""

Tag = tuple[str, str]
Link = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Publication:
    """What is true of every page of the site."""

    collection: Collection
    imprint: Imprint = field(default_factory=Imprint)
    description: str = ""
    """What is said of a page that says nothing of its own."""
    licence: str = ""
    """Address of the licence of the site's own text and data."""
    about: str = ""
    """Address, below the root, of the page that says who makes the site; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one page."""

    title: str
    description: str
    address: str
    """Below the site's root."""
    url: str = ""
    """Absolute; empty where the site has no address."""
    name: str = ""
    """`kind:id` of the record that the page shows."""
    created: datetime.date | None = None
    modified: datetime.date | None = None
    trail: Sequence[tuple[str, str]] = ()
    """Titles and addresses of the pages above it, outermost first."""
    references: Sequence[Reference] = ()
    """The works that it mainly rests on."""
    files: Sequence[str] = ()
    """Addresses, below the root, of tables that are published with it."""
    section: str = ""
    preview: str = ""
    """Absolute address of the picture that stands for the page where it is shared."""


@dataclass(frozen=True, slots=True)
class Head:
    """What goes into the head of a page; nothing in it is escaped but `data`."""

    names: tuple[Tag, ...]
    """`meta` elements by name."""
    properties: tuple[Tag, ...]
    """`meta` elements by property: Open Graph."""
    links: tuple[Link, ...]
    """`link` elements; addresses below the root stand under `below` instead of `href`."""
    data: Markup
    """JSON-LD, safe inside a `script` element."""


def head(facts: Facts, publication: Publication, way: str) -> Head:
    """Return what a page's head says; `way` leads from the page to the site's root."""
    return Head(
        names=(*_highwire(facts, publication), *_dublin_core(facts, publication), *_card(facts)),
        properties=tuple(_open_graph(facts, publication)),
        links=tuple(_links(facts, publication)),
        data=htmlsafe_json_dumps(_page(facts, publication, way), ensure_ascii=False, separators=(",", ":")),
    )


def _highwire(facts: Facts, publication: Publication) -> Iterator[Tag]:
    """Yield the tags that reference managers read.

    They describe the page itself, never the work that it is about. What kind of item it becomes is decided
    by `og:type`, and the site's name by `og:site_name`.
    """
    yield "citation_title", facts.title
    # The comma keeps readers from taking the name of a group for a person's: all before it is the family name.
    yield "citation_author", f"{publication.collection.author},"
    if facts.modified:
        yield "citation_publication_date", f"{facts.modified:%Y/%m/%d}"
    yield "citation_language", publication.imprint.language
    if facts.url:
        yield "citation_public_url", facts.url


def _dublin_core(facts: Facts, publication: Publication) -> Iterator[Tag]:
    """Yield what the other tags have no word for. (`source` is left out: readers take it for the site's name.)"""
    if facts.name:
        yield "dcterms.identifier", facts.name
    if facts.created:
        yield "dcterms.created", facts.created.isoformat()
    if facts.modified:
        yield "dcterms.modified", facts.modified.isoformat()
    edition = publication.collection.edition
    if edition.version and not edition.changed:
        yield "dcterms.hasVersion", edition.version
    if publication.licence:
        yield "dcterms.license", publication.licence
    for reference in facts.references:
        yield "dcterms.references", _identifier(reference) or reference.title


def _card(facts: Facts) -> Iterator[Tag]:
    if facts.preview:
        yield "twitter:card", "summary_large_image"


def _open_graph(facts: Facts, publication: Publication) -> Iterator[Tag]:
    yield "og:type", "website"
    yield "og:title", facts.title
    yield "og:description", facts.description
    yield "og:site_name", publication.collection.name
    if facts.url:
        yield "og:url", facts.url
    if facts.preview:
        yield "og:image", facts.preview
        yield "og:image:type", "image/png"
        yield "og:image:width", str(WIDTH)
        yield "og:image:height", str(HEIGHT)
        names = dict.fromkeys((publication.collection.name, facts.section))
        yield "og:image:alt", f"The words “{', '.join(names)}” beside two arrows that point opposite ways"


def _links(facts: Facts, publication: Publication) -> Iterator[Link]:
    """Yield the page's relations as Signposting has them."""
    if facts.url:
        yield {"rel": "cite-as", "href": facts.url}
    kind = facts.name.partition(":")[0]
    types = (*(("AboutPage",) if facts.files else ()), _ENTITIES.get(kind, "WebPage"))
    for type_ in types:
        yield {"rel": "type", "href": f"{CONTEXT}/{type_}"}
    if publication.licence:
        yield {"rel": "license", "href": publication.licence}
    if publication.about:
        yield {"rel": "author", "below": publication.about}
    if facts.name and facts.trail:
        yield {"rel": "collection", "below": facts.trail[-1][1], "type": "text/html"}
    if facts.name:
        for described in (record_json(facts.name), record_jsonld(facts.name)):
            yield {"rel": "describedby", "below": described, "type": media_type(described)}
    for file in facts.files:
        yield {"rel": "item", "below": file, "type": "text/csv"}


def _page(facts: Facts, publication: Publication, way: str) -> dict[str, Any]:
    """Return a page in schema.org's words; addresses are relative to the page where the site has none of its own."""
    collection, edition = publication.collection, publication.collection.edition

    def at(address: str) -> str:
        return publication.imprint.home + address if publication.imprint.home else way + address or "./"

    who = {"@type": "Organization", "name": collection.author}
    kind = facts.name.partition(":")[0]
    works = [_work(reference) for reference in facts.references]
    named = [{"@id": work["@id"]} if "@id" in work else work for work in works]
    page: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "WebPage",
        "@id": facts.url,
        "url": facts.url,
        "name": facts.title,
        "description": facts.description,
        "identifier": facts.name,
        "inLanguage": publication.imprint.language,
        "dateCreated": _day(facts.created),
        "dateModified": _day(facts.modified),
        "version": "" if edition.changed else edition.version,
        "license": publication.licence,
        "author": who,
        "isPartOf": {
            "@type": "WebSite",
            "@id": at(""),
            "name": collection.name,
            "url": publication.imprint.home,
        },
        "breadcrumb": {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": place, "name": title, "item": {"@id": at(address)}}
                for place, (title, address) in enumerate(facts.trail, 1)
            ],
        }
        if facts.trail
        else None,
        "citation": works,
    }
    if kind == "claim":
        page["mainEntity"] = {"@type": "Claim", "text": facts.title, "appearance": named, "claimInterpreter": who}
    elif kind == "dataset":
        page["mainEntity"] = {
            "@type": "Dataset",
            "name": facts.title,
            "description": facts.description,
            "license": publication.licence,
            "creator": who,
            "isBasedOn": named,
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": at(file)} for file in facts.files
            ],
        }
    return {name: value for name, value in page.items() if value or name == "@id"}


def _work(reference: Reference) -> dict[str, Any]:
    work = {
        "@type": _WORKS.get(reference.type, "CreativeWork"),
        "@id": _identifier(reference),
        "name": reference.title,
        "author": [_author(name) for name in reference.authors],
        "datePublished": str(reference.year or ""),
    }
    return {name: value for name, value in work.items() if value}


def _author(name: Name) -> dict[str, str]:
    if name.corporate:
        return {"@type": "Organization", "name": name.family}
    family = " ".join(filter(None, (name.particle, name.family)))
    person = {"@type": "Person", "name": str(name), "familyName": family, "givenName": name.given}
    return {key: value for key, value in person.items() if value}


def _identifier(reference: Reference) -> str:
    return f"https://doi.org/{reference.doi}" if reference.doi else reference.url


def _day(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""
