"""Feeds: what changed as Atom and JSON Feed, for the whole site and for each record that can be followed.

Feed readers need absolute addresses, and ids that stay. Ids are `tag:` URIs (RFC 4151) of the site's host and
the day of the event, so that an entry stays the same entry when a page moves. A site whose address nobody has
given has no feeds.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from feedgen.feed import FeedGenerator

from macros.changes import CHANGES, FEEDS, Change, Group, changes, feed_address, foundations, groups
from macros.context import plain_text
from macros.imprint import Imprint
from macros.news import anchor_of, change_address, change_title, event_label, kinds_of
from macros.site import Site

_MOST = 100
"""Entries in a feed; older ones stay on the page."""


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    title: str
    url: str
    text: str
    date: datetime.date
    tags: tuple[tuple[str, str], ...]
    """Terms with their labels."""


@dataclass(frozen=True, slots=True)
class _Feed:
    address: str
    title: str
    page: str
    """Address of the page that tells the same."""
    updated: datetime.date
    entries: tuple[_Entry, ...]


def feed_files(site: Site, imprint: Imprint) -> dict[str, str]:
    """Return every feed by its address."""
    if not imprint.home or not any(site.base.records.values()):
        return {}
    files = {}
    for feed in _feeds(site, imprint):
        files[f"{feed.address}.atom"] = _atom(feed, imprint)
        files[f"{feed.address}.json"] = _json(feed, imprint)
    return files


def _feeds(site: Site, imprint: Imprint) -> Iterator[_Feed]:
    found = changes(site.base)
    page = CHANGES if (site.base.root / "docs" / f"{CHANGES.rstrip('/')}.md").is_file() else ""
    yield _feed(site, imprint, "", page, groups(found))
    by_name: dict[str, list[Change]] = {}
    for change in found:
        by_name.setdefault(change.name, []).append(change)
    place = {change: n for n, change in enumerate(found)}
    for name, below in foundations(site.base, site.uses).items():
        own = [change for other in {name, *below} for change in by_name.get(other, ())]
        yield _feed(site, imprint, name, site.addresses[name], groups(sorted(own, key=place.__getitem__)))


def _feed(site: Site, imprint: Imprint, name: str, page: str, found: Sequence[Group]) -> _Feed:
    entries: list[_Entry] = []
    for group in found:
        if len(entries) >= _MOST:
            break
        own, others = _split(group, name)
        entries += [_single(site, imprint, change) for change in own]
        if len(others) > 1 and group.many:
            entries.append(_together(site, imprint, name, page, Group(group.date, group.event, others)))
        else:
            entries += [_single(site, imprint, change) for change in others]
    return _Feed(
        feed_address(site.addresses, name),
        f"{imprint.name}: {_of(site, name) if name else 'what changed'}",
        page,
        found[0].date,
        tuple(entries[:_MOST]),
    )


def _split(group: Group, name: str) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Part what happened to the record that a feed is about from what happened to the rest."""
    own = tuple(change for change in group.changes if change.name == name)
    return own, tuple(change for change in group.changes if change.name != name)


def _single(site: Site, imprint: Imprint, change: Change) -> _Entry:
    return _Entry(
        id=_id(imprint, change.date, f"{change.event}/{change.name.replace(':', '/')}/{change.number}"),
        title=f"{site.base.label('events', change.event)}: {_of(site, change.name)}",
        url=imprint.absolute(change_address(site, change.name)),
        text=change.note,
        date=change.date,
        tags=_tags(site, change.event, [change.kind]),
    )


def _together(site: Site, imprint: Imprint, name: str, page: str, group: Group) -> _Entry:
    place = f"{name.replace(':', '/')}/" if name else ""
    anchor = "" if name or not page else f"#{anchor_of(group)}"
    return _Entry(
        id=_id(imprint, group.date, f"{place}{group.event}"),
        title=f"{event_label(site, group)}: {kinds_of(site, group)}",
        url=imprint.absolute(f"{page}{anchor}"),
        text="\n".join(dict.fromkeys(change.note for change in group.changes)),
        date=group.date,
        tags=_tags(site, group.event, group.kinds),
    )


def _of(site: Site, name: str) -> str:
    return plain_text(site, change_title(site, name))


def _id(imprint: Imprint, date: datetime.date, path: str) -> str:
    parts = urlsplit(imprint.home)
    return f"tag:{parts.hostname},{date}:{parts.path}changes/{path}"


def _tags(site: Site, event: str, kinds: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return (event, site.base.label("events", event)), *((kind, site.base.label("kinds", kind)) for kind in kinds)


def _atom(feed: _Feed, imprint: Imprint) -> str:
    made = FeedGenerator()
    address = imprint.absolute(f"{feed.address}.atom")
    made.id(address)
    made.title(feed.title)
    made.link(href=address, rel="self", type=FEEDS["atom"])
    made.link(href=imprint.absolute(feed.page), rel="alternate", type="text/html")
    made.updated(_noon(feed.updated))
    made.author(name=imprint.name or imprint.home)
    made.language(imprint.language)
    if imprint.licence:
        made.rights(imprint.licence)
    for entry in feed.entries:
        one = made.add_entry(order="append")
        one.id(entry.id)
        one.title(entry.title)
        one.link(href=entry.url, rel="alternate", type="text/html")
        one.summary(entry.text)
        one.published(_noon(entry.date))
        one.updated(_noon(entry.date))
        one.category([{"term": term, "label": label} for term, label in entry.tags])
    text: bytes = made.atom_str(pretty=True)
    return text.decode("utf-8")


def _json(feed: _Feed, imprint: Imprint) -> str:
    """Return a feed in the form of https://www.jsonfeed.org/version/1.1/."""
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": imprint.absolute(feed.page),
        "feed_url": imprint.absolute(f"{feed.address}.json"),
        "language": imprint.language,
        "authors": [{"name": imprint.name or imprint.home, "url": imprint.home}],
        "items": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "content_text": entry.text,
                "date_published": _noon(entry.date).isoformat(),
                "tags": [label for _, label in entry.tags],
            }
            for entry in feed.entries
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def _noon(date: datetime.date) -> datetime.datetime:
    """Return a moment of a day: noon in Greenwich is the same day almost everywhere."""
    return datetime.datetime.combine(date, datetime.time(12), datetime.UTC)
