"""Embeds: small pages for other sites to frame: a recommendation's card, a chart, a map.

They bring the look and leave the furniture out, and say where they come from. A site whose address nobody has
given has none, for there would be nothing to write into the frame.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from macros.address import embed_address
from macros.context import PageContext
from macros.imprint import Imprint
from macros.kinds.dataset import Dataset
from macros.kinds.recommendation import Recommendation
from macros.pages import templates
from macros.site import Site


def embed_files(site: Site, imprint: Imprint) -> dict[str, str]:
    """Return the page of every recommendation, chart and run of steps by its file's address."""
    if not imprint.home:
        return {}
    return {f"{embed_address(address)}index.html": html for address, html in _pages(site, imprint)}


def _pages(site: Site, imprint: Imprint) -> Iterator[tuple[str, str]]:
    for id_, record in site.base.all(Recommendation).items():
        name = f"recommendation:{id_}"
        address = site.addresses[name]
        yield address, embedded(
            site, imprint, address, "embed-recommendation.html.j2", title=record.title, changed=record.modified, record=record
        )  # fmt: skip
    for id_, dataset in site.base.all(Dataset).items():
        if id_ not in site.tables:
            continue
        about = site.addresses[f"dataset:{id_}"]
        figures = [(f"chart-{n}", n - 1, chart.title) for n, chart in enumerate(dataset.charts, 1)]
        figures += [("steps", -1, dataset.steps.title)] if dataset.steps else []
        for part, index, title in figures:
            yield f"{about}{part}/", embedded(
                site, imprint, about, "embed-figure.html.j2", title=title, changed=dataset.modified,
                record=dataset, index=index, at=f"{about}{part}/", anchor=part,
            )  # fmt: skip


def embedded(
    site: Site,
    imprint: Imprint,
    about: str,
    template: str,
    *,
    title: str,
    at: str = "",
    anchor: str = "",
    changed: datetime.date | None = None,
    **values: Any,
) -> str:
    """Return the page to be framed that shows what the page at `about` shows, or a part of it.

    `at` is the part's address where it is not the page's own. What has no date of its own has the day of the
    newest event in the whole base.
    """
    days = (event.date for records in site.base.records.values() for one in records.values() for event in one.history)
    page = PageContext(site, embed_address(at or about), imprint)
    return (
        templates()
        .get_template(template)
        .render(
            page=page,
            imprint=imprint,
            about=about + (f"#{anchor}" if anchor else ""),
            canonical=imprint.absolute(about),
            title=title,
            changed=changed or max(days, default=None),
            **values,
        )
    )
