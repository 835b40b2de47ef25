"""Reopening: entering into records what is registered of their sources, and what has to be looked at again for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from macros.base import EvidenceBase
from macros.document import Path_
from macros.kinds.finding import Finding
from macros.kinds.source import Source
from macros.layout import Layout
from macros.registered import Looked

Edits = dict[Path, str]
"""New texts of files."""


def reopen(base: EvidenceBase, looked: Iterable[Looked], today: date) -> Edits:
    """Return the files in which the publication status of sources is entered as found, and findings are reopened.

    A finding is reopened when a source that it rests on got a status that reopens, and it was not reopened for it
    before. Nothing is changed for sources that could not be looked up.
    """
    by_key = {one.key: one for one in looked if one.status}
    edits: Edits = {}
    fallen: dict[str, str] = {}
    for source in base.all(Source).values():
        one = by_key.get(source.reference)
        if one is None:
            continue
        method = "Asked what Crossref has registered for the DOI. "
        if one.notice:
            method += f"It has a notice of {one.notice.date or 'no date'}: https://doi.org/{one.notice.doi}"
        else:
            method += "It has no notice of a correction, a retraction or an expression of concern."
        _put(
            edits,
            base,
            source,
            {
                ("publication_status",): f"\n  status: {one.status}\n  checked: {today}\n  method: {_quoted(method)}",
                ("modified",): str(today),
            },
        )
        changed = one.status != source.publication_status.status
        if changed and base.role("publication-statuses", one.status) == "reopens":
            fallen[source.id] = f"The source “{source.id}” is {base.label('publication-statuses', one.status).lower()}."
    event = next((id_ for id_ in base.concepts.get("events", {}) if base.role("events", id_) == "reopened"), "reopened")
    for finding in base.all(Finding).values():
        on = sorted({base.claims[a.claim].source for a in finding.claims if a.claim in base.claims} & set(fallen))
        if on:
            note = _quoted(" ".join(fallen[source] for source in on))
            _put(
                edits,
                base,
                finding,
                {("modified",): str(today)},
                events=f"- {{date: {today}, event: {event}, note: {note}}}",
            )
    return edits


def _put(
    edits: Edits, base: EvidenceBase, record: Source | Finding, values: Mapping[Path_, str], events: str = ""
) -> None:
    """Replace values in a record's file, and put an event at the end of its history; everything else stays as it is."""
    file = base.root / base.documents[record.kind, record.id].path
    text = edits.get(file) or file.read_bytes().decode("utf-8")
    layout = Layout.of(text)
    changes = []
    for path, value in values.items():
        node = layout.nodes[path]
        start = node.start
        if value.startswith("\n"):  # a group of fields takes the place of all that stands behind its name
            assert node.key
            start = text.index(":", node.key[1]) + 1
        changes.append((start, node.end, value))
    if events:
        last = layout.nodes["history", len(record.history) - 1]
        if last.inside_flow:
            changes.append((last.end, last.end, f", {events.removeprefix('- ')}"))
        else:
            first = layout.nodes["history", 0]
            dash = text.rindex("-", 0, first.start)
            indent = dash - text.rindex("\n", 0, dash) - 1
            end = text.find("\n", last.end)
            end = len(text) if end < 0 else end
            changes.append((end, end, f"\n{' ' * indent}{events}"))
    for start, end, value in sorted(changes, reverse=True):
        text = text[:start] + value + text[end:]
    edits[file] = text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
