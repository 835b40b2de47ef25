"""Reports: problems as text for people, as a comment on a pull request, and in the forms that machines read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import click

from macros.comment import code, inert
from macros.problem import Problem, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def text(problems: Sequence[Problem], root: Path) -> str:
    """Return problems for a terminal: place, sentence, the line with a caret, what to do, the code."""
    blocks = []
    for problem in problems:
        head = click.style(f"{problem.severity.value} {problem.code}", fg=_COLOURS[problem.severity], bold=True)
        lines = [f"{click.style(_visible(str(problem.place)), bold=True)}: {head}: {_visible(problem.message)}"]
        lines += _excerpt(problem, root)
        if problem.suggestion:
            lines.append(f"    {click.style('→', fg='green')} {_visible(problem.suggestion)}")
        blocks.append("\n".join(lines))
    if problems:
        codes = sorted({problem.code for problem in problems})
        blocks.append(f"{summary(problems)} “python -m macros explain {codes[0]}” tells more about a code.")
    return "\n".join(blocks)


def summary(problems: Sequence[Problem]) -> str:
    """Return how many errors and warnings there are, in a sentence."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    files = len({problem.place.path for problem in problems})
    counted = [_count(errors, "error")] if errors or not warnings else []
    counted += [_count(warnings, "warning")] if warnings else []
    return f"{' and '.join(counted)} in {_count(files, 'file')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _excerpt(problem: Problem, root: Path) -> list[str]:
    """Return the line that the problem is on, with a caret below the column."""
    place = problem.place
    if not place.line:
        return []
    try:
        raw = (root / place.path).read_text(encoding="utf-8", errors="replace").splitlines()[place.line - 1]
    except (OSError, IndexError):
        return []
    start = max(0, place.column - 61)
    shown = _visible(raw.replace("\t", " ")[start : start + 110])
    caret = " " * (place.column - 1 - start) + "^"
    return [f"    {click.style(shown, dim=True)}", f"    {click.style(caret, fg=_COLOURS[problem.severity])}"]


def _visible(untrusted: str) -> str:
    """Make text from a file harmless to a terminal: no control or direction-changing characters."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in untrusted)


def as_json(problems: Sequence[Problem], root: Path) -> str:
    """Return problems as a JSON array."""
    return json.dumps(
        [
            {
                "code": problem.code,
                "severity": problem.severity.value,
                "path": problem.place.path,
                "line": problem.place.line,
                "column": problem.place.column,
                "message": problem.message,
                "suggestion": problem.suggestion,
                "fix": {"old": problem.fix.old, "new": problem.fix.new} if problem.fix else None,
            }
            for problem in problems
        ],
        ensure_ascii=False,
        indent=2,
    )


def github(problems: Sequence[Problem], root: Path) -> str:
    """Return problems as GitHub workflow commands, which show them on the lines of a pull request."""
    return "\n".join(
        f"::{problem.severity.value} file={_property(problem.place.path)},line={max(1, problem.place.line)},"
        f"col={max(1, problem.place.column)},title={_property(problem.code)}::"
        f"{_data(' '.join(filter(None, (problem.message, problem.suggestion))))}"
        for problem in problems
    )


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


MARKER = "<!-- evidence-check -->"
"""Starts the comment, so that a program finds the one it wrote before and writes it anew."""
_MOST_TOLD = 60
"""Problems in a comment, which GitHub cuts off at 65,536 characters."""
_MOST_SAID = 400


def markdown(problems: Sequence[Problem], root: Path) -> str:
    """Return problems as one comment in plain words, by file: where, what is wrong, what to do.

    Words of records are in it. They are made inert, so that nobody is notified by them, nothing is
    linked, and no markup of theirs takes effect.
    """
    if not problems:
        return f"{MARKER}\n**Nothing to put right.** Every rule was checked.\n"
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    lead = (
        "The errors have to be put right before this can become part of the site; warnings are worth a look."
        if errors
        else "Nothing here stops this from becoming part of the site."
    )
    lines = [MARKER, f"**{summary(problems)}** {lead}"]
    told = problems[:_MOST_TOLD]
    for path in dict.fromkeys(problem.place.path for problem in told):
        lines += ["", f"#### {code(path)}", "", "| Line | What is wrong | What to do |", "|---|---|---|"]
        for problem in told:
            if problem.place.path == path:
                sign = "❌" if problem.severity is Severity.ERROR else "⚠️"
                where = str(problem.place.line or "whole file")
                said = _cell(problem.message)
                lines.append(f"| {where} | {sign} {said} ({problem.code}) | {_cell(problem.suggestion)} |")
    if len(problems) > len(told):
        lines += ["", f"… and {len(problems) - len(told)} more: run `python -m macros check` to see them."]
    codes = sorted({problem.code for problem in told})
    advice = (
        f"`python -m macros explain {codes[0]}` tells what a rule is for; "
        "`python -m macros fix` puts spelling, order and long lines right by itself."
    )
    lines += ["", advice]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Return text for a cell of a table, which no character of it can end."""
    return inert(text, _MOST_SAID).replace("|", "\\|")


_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def sarif(problems: Sequence[Problem], root: Path) -> str:
    """Return problems as SARIF 2.1.0, which code scanning and editors read."""
    codes = sorted({problem.code for problem in problems})
    results = [
        {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": _LEVELS[problem.severity],
            "message": {"text": " ".join(filter(None, (problem.message, problem.suggestion)))},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(problem.place.path), "uriBaseId": "ROOT"},
                        "region": {
                            "startLine": max(1, problem.place.line),
                            "startColumn": max(1, problem.place.column),
                        },
                    }
                }
            ],
        }
        for problem in problems
    ]
    driver = {"name": "both-ways", "rules": [{"id": code_} for code_ in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def junit(problems: Sequence[Problem], root: Path) -> str:
    """Return problems as JUnit's XML: a file is a suite, a problem a test that failed; a warning one that was skipped."""
    suites = ElementTree.Element("testsuites")
    for path in dict.fromkeys(problem.place.path for problem in problems):
        here = [problem for problem in problems if problem.place.path == path]
        failed = sum(problem.severity is Severity.ERROR for problem in here)
        counts = {"tests": str(len(here)), "failures": str(failed), "errors": "0", "skipped": str(len(here) - failed)}
        suite = ElementTree.SubElement(suites, "testsuite", {"name": _visible(path), **counts})
        for problem in here:
            name = f"{problem.code} line {problem.place.line}"
            case = ElementTree.SubElement(suite, "testcase", {"name": name, "classname": _visible(path), "time": "0"})
            kind = "failure" if problem.severity is Severity.ERROR else "skipped"
            told = ElementTree.SubElement(case, kind, {"message": _visible(problem.message)})
            told.text = _visible(f"{problem.place}: {problem.message} {problem.suggestion}".strip())
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True)


FORMATS: dict[str, Callable[[Sequence[Problem], Path], str]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "markdown": markdown,
    "sarif": sarif,
    "junit": junit,
}
