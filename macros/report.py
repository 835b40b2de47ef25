"""Reports: problems as text for people, and as JSON or annotations for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click

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


FORMATS: dict[str, Callable[[Sequence[Problem], Path], str]] = {"text": text, "json": as_json, "github": github}
