"""What every page says of itself and how it is cited, for MkDocs: gathered once for all pages of a build."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from macros.adapters.authored import imprint_of, site_of
from macros.address import relative
from macros.cite import Citable, Collection, Forms, cite_pages, cite_references
from macros.edition import read_edition
from macros.metadata import Facts, Head, Publication, head
from macros.paper import with_addresses
from macros.preview import draw_preview, preview_address

if TYPE_CHECKING:
    from macros.pages import RecordPage
    from macros.repository import Repository

_CACHE = Path(".cache")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a page before it is written."""

    facts: Facts
    publication: Publication
    forms: Forms
    """How the page itself is cited."""
    works: Sequence[Forms]
    """How each work that it mainly rests on is."""
    records: frozenset[str]
    """Addresses of all records' pages."""


def on_env(*, config: MkDocsConfig, files: Files) -> None:
    """Give every page what it says of itself, and add the pictures that stand for its section."""
    root = Path(config.config_file_path).parent
    publication = _publication(config, files, root)
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    sections = {page.url: _section(page) for page in pages if _record(page) is None}
    facts = [_facts(page, publication, sections) for page in pages]
    labels = [_label(page) for page in pages]
    citable = [Citable(fact.title, label, fact.url, fact.modified) for fact, label in zip(facts, labels, strict=True)]
    cited = cite_pages(citable, publication.collection, root / _CACHE / "citations")
    records = [_record(page) for page in pages]
    works: dict[str, Forms] = {}
    references: Any = {}
    if any(record.references for record in records if record):
        site = site_of(config)
        references = site.base.bibliography
        works = dict(cite_references(site, root / _CACHE / "citations"))
    addresses = frozenset(page.url for page, record in zip(pages, records, strict=True) if record and record.name)
    for page, fact, forms, record in zip(pages, facts, cited, records, strict=True):
        keys = [key for key in record.references if key in references] if record else []
        known = replace(fact, references=[references[key] for key in keys])
        page.about = About(known, publication, forms, [works[key] for key in keys], addresses)  # type: ignore[attr-defined]
    if publication.imprint.home:
        for section in sorted({fact.section for fact in facts}):
            picture = draw_preview(
                publication.collection.name, section, publication.imprint.language, root / _CACHE / "previews"
            )
            files.append(File.generated(config, preview_address(section), content=picture))


def head_of(page: Page, trail: Iterable[tuple[str, str]]) -> Head:
    """Return what a page's head says, now that the pages above it are known."""
    about: About = page.about  # type: ignore[attr-defined]
    return head(replace(about.facts, trail=tuple(trail)), about.publication, relative("", page.url))


def paper_of(page: Page) -> str:
    """Return a page's content with what is printed behind its links."""
    about: About = page.about  # type: ignore[attr-defined]
    return with_addresses(page.content or "", page.url, about.records)


def cite_of(page: Page, source: str, repository: Repository) -> dict[str, Any]:
    """Return what the theme shows under “Cite this”, as plain data; `source` is the file that the page is written in."""
    about: About = page.about  # type: ignore[attr-defined]
    facts, edition = about.facts, about.publication.collection.edition
    return {
        "page": about.forms,
        "works": about.works,
        "address": facts.url or facts.address,
        "home": about.publication.imprint.home,
        "id": facts.name,
        "version": edition.words,
        "changed": edition.changed,
        "edition_date": edition.date,
        "date": facts.modified,
        "view": repository.view(source, edition.commit),
    }


def _publication(config: MkDocsConfig, files: Files, root: Path) -> Publication:
    said = config.extra.get("publication") or {}
    imprint = imprint_of(config)
    about = said.get("about") or ""
    return Publication(
        collection=Collection(imprint.name, said.get("author") or imprint.name, read_edition(root, os.environ)),
        imprint=imprint,
        description=config.site_description or "",
        licence=said.get("licence") or "",
        about=about if any(file.page and file.page.url == about for file in files.documentation_pages()) else "",
    )


def _facts(page: Page, publication: Publication, sections: Mapping[str, str]) -> Facts:
    record = _record(page)
    name = publication.collection.name
    above = record.breadcrumbs[0][1] if record and record.breadcrumbs else page.url
    section = sections.get(above) or name
    url = page.canonical_url or ""
    reviewed = page.meta.get("reviewed")
    known = Facts(
        title=name if page.is_homepage else _plain(page.title),
        description=str(page.meta.get("description") or publication.description).strip(),
        address=page.url,
        url=url,
        modified=reviewed if isinstance(reviewed, date) else None,
        section=section,
        preview=publication.imprint.home and publication.imprint.home + preview_address(section),
    )
    if record is None:
        return known
    return replace(
        known, title=record.full_title or record.title, name=record.name, created=record.created, files=record.files
    )


def _label(page: Page) -> str:
    record = _record(page)
    if record is not None and record.name:
        return f"{record.kind_label} {record.name.partition(':')[2]}"
    return f"{page.meta.get('kind', '')} {page.url.rstrip('/')}".strip(" .")


def _section(page: Page) -> str:
    """Return the title of the outermost section that a page is in."""
    above = list(page.ancestors)
    return _plain(above[-1].title) if above else ""


def _record(page: Page) -> RecordPage | None:
    return getattr(page, "record", None)


def _plain(title: object) -> str:
    return Markup(str(title or "")).striptags()  # noqa: S704 - to be read, not shown
