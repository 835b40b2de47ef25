"""News: how changes are told to readers, on the page and in feeds."""

from __future__ import annotations

from macros.changes import Group
from macros.context import title
from macros.kinds.claim import ClaimSheet
from macros.site import Site


def anchor_of(group: Group) -> str:
    """Return the id of a group's heading on the page of changes."""
    return f"{group.event}-{group.date}"


def event_label(site: Site, group: Group) -> str:
    """Return what a group of events is called."""
    concept = site.base.concept("events", group.event)
    return (concept.plural if len(group.changes) > 1 else None) or concept.label


def kinds_of(site: Site, group: Group) -> str:
    """Return how many records of each kind a group is about, in words."""
    words = []
    for kind, count in group.kinds.items():
        concept = site.base.concept("kinds", kind)
        label = concept.label if count == 1 else concept.plural or concept.label
        words.append(f"{count:,} {label[:1].lower()}{label[1:]}")
    return ", ".join(words)


def change_title(site: Site, name: str) -> str:
    """Return what a record is called where changes are told; a sheet by its source and the part of it."""
    kind, _, id_ = name.partition(":")
    if kind != ClaimSheet.kind:
        return title(site, name)
    sheet = site.base.all(ClaimSheet)[id_]
    source = f"source:{sheet.source}"
    return f"{title(site, source) if source in site.addresses else sheet.source}, {sheet.part}"


def change_address(site: Site, name: str) -> str:
    """Return where to read on about a record that changed; for a sheet, its part on the source's page."""
    kind, _, id_ = name.partition(":")
    if kind != ClaimSheet.kind:
        return site.addresses[name]
    sheet = site.base.all(ClaimSheet)[id_]
    return f"{site.addresses.get(f'source:{sheet.source}', '')}#part-{sheet.order}"
