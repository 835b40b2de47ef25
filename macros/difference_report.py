"""Reports of differences: Markdown for the comment on a pull request, and JSON for machines.

What is most consequential comes first: conclusions that moved, then what disappeared, then what
is new, then edits.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from macros.comment import code, inert
from macros.difference import Cause, Change, Changed, Difference, Entry, Move
from macros.problem import Problem, Severity

MARKER = "<!-- evidential-difference -->"
"""First line of the report, by which the one comment on a pull request is found again."""
MOST = 60_000
"""Characters that a comment may have; GitHub takes 65,536."""

_LISTED = 12
_CAUSES = 5
_FIELDS = 6
_CAUSAL = re.compile(r"(?:claims|links)(?:\[[^\]]*\])?(?:\.relation)?$|confidence\b|counter_search$")
"""Fields whose change is told with the conclusion that they move."""

T = TypeVar("T")

Sides = tuple[tuple[str, Sequence[Problem]], ...]
"""The two revisions by name, each with its problems."""


def as_json(found: Difference, sides: Sides) -> str:
    """Return everything that is otherwise, as JSON; `version` rises when a field changes its meaning."""
    problems = {
        name: [
            {"code": p.code, "severity": p.severity.value, "place": str(p.place), "message": p.message}
            for p in problems
            if p.severity is Severity.ERROR
        ]
        for name, problems in sides
    }
    content = {"version": 1, "problems": problems, "difference": dataclasses.asdict(found)}
    return json.dumps(content, ensure_ascii=False, indent=1)


def markdown(found: Difference, sides: Sides, site: str = "") -> str:
    """Return the report as Markdown; pages are linked when `site` says where the site is."""
    lines = [MARKER, "## What this changes in the evidence", "", _summary(found), ""]
    for name, problems in sides:
        lines += _broken(name, [p for p in problems if p.severity is Severity.ERROR])
    if found.not_compared:
        lines += [f"Not compared, because their file cannot be read: {_some(found.not_compared)}.", ""]
    for title, section in _sections(found, site):
        if section:
            lines += [f"### {title}", "", *section, ""]
    lines += _pages(found, site)
    return _cut("\n".join(lines).rstrip() + "\n")


# Sections --------------------------------------------------------------------------------------


def _sections(found: Difference, site: str) -> Iterator[tuple[str, list[str]]]:
    named = _namer(site)
    yield "Conclusions that moved", _listed(found.moved, lambda move: _move(move, named))
    yield "Withdrawn", _listed(found.withdrawn, lambda entry: [f"- {named(entry)}: {inert(entry.note)}"])
    yield (
        "Gone",
        _listed(found.gone, lambda entry: [f"- {named(entry)}. Nothing published may disappear: withdraw it instead."]),
    )
    yield (
        "Discrepancies",
        [
            *_listed(found.new_disputes, lambda entry: [f"- New: {named(entry)}"]),
            *_listed(found.reopened_disputes, lambda entry: [f"- Open again: {named(entry)}"]),
            *_listed(found.settled_disputes, lambda entry: [f"- Settled: {named(entry)}"]),
        ],
    )
    yield "Coverage", _coverage(found)
    yield "Added", _listed(found.added, lambda entry: [f"- {named(entry)}{_note(entry)}"])
    yield "Changed", _listed(list(_untold(found)), lambda each: _changed(each, named))
    yield "Vocabularies", _listed(found.terms, lambda each: _changed(each, named))
    yield (
        "Bibliography",
        [
            *_listed(found.new_references, lambda entry: [f"- New: {named(entry)}"]),
            *_listed(found.gone_references, lambda entry: [f"- Gone: {named(entry)}"]),
            *_listed(found.changed_references, lambda each: _changed(each, named)),
        ],
    )


def _namer(site: str) -> Callable[[Entry], str]:
    def named(entry: Entry) -> str:
        name = code(entry.name)
        if site and entry.address:
            name = f"[{name}]({site.rstrip('/')}/{entry.address})"
        return f"{name} {inert(entry.title)}" if entry.title != entry.name else name

    return named


def _move(move: Move, named: Callable[[Entry], str]) -> list[str]:
    before, after = move.before, move.after
    sign = "⬇ weaker" if move.weight < 0 else "⬆ stronger" if move.weight > 0 else "↔ otherwise"
    moved = []
    if before.confidence != after.confidence:
        moved.append(f"**{inert(before.confidence)} → {inert(after.confidence)}**")
    if before.standing != after.standing:
        moved.append(f"**{before.standing} → {after.standing}**")
    if before.independent != after.independent:
        moved.append(f"independent sources {before.independent} → {after.independent}{_fragile(after.independent)}")
    if before.supporting != after.supporting:
        moved.append(f"claims for it {before.supporting} → {after.supporting}")
    if before.challenging != after.challenging:
        moved.append(f"claims against it {before.challenging} → {after.challenging}")
    lines = [f"- {sign}: {named(move.entry)}", f"  {'; '.join(moved)}"]
    lines += _listed(move.causes, lambda cause: _cause(cause, move), _CAUSES, "  ")
    if move.reason:
        lines.append(f"  - Reason now given: {inert(move.reason)}")
    elif before.confidence != after.confidence:
        lines.append("  - ⚠ The reason given for the confidence is the same text as before.")
    if move.not_reassessed:
        lines.append("  - ⚠ What it rests on changed; the confidence in it was not assessed again.")
    if move.bears_on:
        shown = ", ".join(code(name) for name in move.bears_on[:_FIELDS])
        more = f" and {len(move.bears_on) - _FIELDS} more" if len(move.bears_on) > _FIELDS else ""
        lines.append(f"  - Bears on {shown}{more}.")
    return lines


def _cause(cause: Cause, move: Move) -> list[str]:
    subject = code(cause.subject)
    where = "" if cause.by in {cause.subject, move.entry.name} else f", in {code(cause.by)}"
    return [f"  - {subject}: {inert(cause.what)}{where}"]


def _fragile(independent: int) -> str:
    return " (fragile: were this one to go, nothing would support it)" if independent == 1 else ""


def _coverage(found: Difference) -> list[str]:
    lines = [f"- New country: **{inert(c.label)}**, in {_some(c.names)}" for c in found.countries]
    lines += [f"- No longer named: **{inert(c.label)}** (was in {_some(c.names)})" for c in found.lost_countries]
    cells = []
    for cell in found.cells:
        what = "searched, none found" if cell.searched else "filled" if cell.after else "emptied"
        names = "" if cell.searched else f": {_some(cell.names)}"
        cells.append(f"- Map of {inert(cell.of)}, {inert(cell.row)} × {inert(cell.column)}: **{what}**{names}")
    return [*_limited(lines, _LISTED), *_limited(cells, _LISTED)]


def _untold(found: Difference) -> Iterator[Changed]:
    """Yield what was changed and is not told yet as a cause of a conclusion's moving."""
    moved = {move.entry.name for move in found.moved}
    causes = {(cause.by, cause.what.partition(" ")[0]) for move in found.moved for cause in move.causes}
    for each in found.changed:
        name = each.entry.name
        fields = tuple(
            field
            for field in each.fields
            if (name, field.field) not in causes and not (name in moved and _CAUSAL.match(field.field))
        )
        if fields:
            yield Changed(each.entry, fields)


def _changed(each: Changed, named: Callable[[Entry], str]) -> list[str]:
    return [f"- {named(each.entry)}", *_listed(each.fields, _field, _FIELDS, "  ")]


def _field(change: Change) -> list[str]:
    if change.before and change.after:
        return [f"  - {code(change.field)}: {inert(change.before)} → {inert(change.after)}"]
    word = "added" if change.after else "removed"
    return [f"  - {code(change.field)} {word}: {inert(change.after or change.before)}"]


def _pages(found: Difference, site: str) -> list[str]:
    if not found.pages:
        return []
    base = site.rstrip("/")
    shown = [f"[{code(p)}]({base}/{p})" if site else code(p) for p in found.pages[:100]]
    more = f" and {len(found.pages) - 100} more" if len(found.pages) > 100 else ""
    return [
        f"<details><summary>Pages of records that read otherwise: {len(found.pages)}</summary>",
        "",
        f"{', '.join(shown)}{more}",
        "",
        "</details>",
    ]


def _broken(name: str, errors: Sequence[Problem]) -> list[str]:
    if not errors:
        return []
    return [
        "> [!WARNING]",
        f"> {name} has {_count(len(errors), 'problem')}; what can be compared is compared below.",
        "",
        *_listed(
            errors,
            lambda problem: [
                f"- {code(str(problem.place))} {problem.code}: {inert(problem.message)} {inert(problem.suggestion)}".rstrip()
            ],
        ),
        "",
    ]


# Words -----------------------------------------------------------------------------------------


def _summary(found: Difference) -> str:
    weaker = sum(move.weight < 0 for move in found.moved)
    stronger = sum(move.weight > 0 for move in found.moved)
    otherwise = len(found.moved) - weaker - stronger
    told = [
        (weaker, "conclusion stands weaker", "conclusions stand weaker"),
        (stronger, "conclusion stands stronger", "conclusions stand stronger"),
        (otherwise, "conclusion stands otherwise", "conclusions stand otherwise"),
        (len(found.gone), "record is gone", "records are gone"),
        (len(found.withdrawn), "record withdrawn", "records withdrawn"),
        (len(found.new_disputes), "new discrepancy", "new discrepancies"),
        (len(found.countries), "new country", "new countries"),
        (len(found.added), "record added", "records added"),
        (len(found.changed), "record changed", "records changed"),
        (len(found.new_references), "new reference", "new references"),
    ]
    said = [f"{number} {one if number == 1 else many}" for number, one, many in told if number]
    if said:
        return f"**{', '.join(said)}.**"
    if found:
        return "No conclusion moved and no record changed; what did is listed below."
    return "Nothing: no record, term or reference reads otherwise."


def _note(entry: Entry) -> str:
    return f" ({inert(entry.note)})" if entry.note.strip() else ""


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(code(name) for name in names[:3]) + more


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(items: Sequence[T], lines_of: Callable[[T], list[str]], most: int = _LISTED, indent: str = "") -> list[str]:
    lines = [line for item in items[:most] for line in lines_of(item)]
    if len(items) > most:
        lines.append(f"{indent}- … and {len(items) - most} more")
    return lines


def _limited(lines: Iterable[str], most: int) -> list[str]:
    return _listed(list(lines), lambda line: [line], most)


def _cut(text: str) -> str:
    """Keep a report below the size that a comment may have, at the end of a line."""
    if len(text) <= MOST:
        return text
    return (
        text[:MOST].rpartition("\n")[0] + "\n\n… The report is longer than a comment may be; the JSON has all of it.\n"
    )
