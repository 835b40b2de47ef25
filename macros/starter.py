"""Starters: a new project for another topic, with this generator and none of this project's words."""

from __future__ import annotations

import datetime
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from macros.issue_form import files as issue_forms
from macros.schema import schemas

GENERATOR = Path(__file__).resolve().parents[1]
"""The project that this generator lies in."""
_STARTER = Path(__file__).resolve().parent / "starter"

_TAKEN = (
    "macros",
    "overrides",
    "docs/assets",
    "docs/methods/data-model.md",
    "docs/methods/rules.md",
    "docs/methods/authoring.md",
    ".github/workflows",
    ".github/dependabot.yml",
    ".github/labeler.yml",
    ".github/CODEOWNERS",
    ".github/pull_request_template.md",
    ".devcontainer",
    ".vscode",
    ".editorconfig",
    ".gitignore",
    ".pre-commit-config.yaml",
    "LICENSE",
    "Makefile",
    "pyproject.toml",
    "requirements.in",
    "requirements.txt",
    "requirements-dev.in",
    "requirements-dev.txt",
)
"""What a new project takes from this one as it is."""
_EXTRA = ("citation_style", "edit_branch", "edit_pattern", "view_pattern")
"""Settings of `extra` that say nothing of a topic."""
_NAV = """\
- Home: index.md
- Recommendations: [recommendations/index.md]
- Principles: [principles/index.md]
- Evidence: [evidence/index.md, explorer.md]
- Case studies: [case-studies/index.md]
- Innovations: [innovations/index.md]
- Use it: [use-it/index.md]
- Data & methods:
    - methods/index.md
    - methods/changes.md
    - methods/data-model.md
    - methods/rules.md
    - methods/authoring.md
    - references.md
    - glossary.md
- Contribute: [contribute/index.md]
"""


def new_site(target: Path, name: str, *, example: bool = False, today: datetime.date | None = None) -> None:
    """Write a project for another topic into `target`, which has to be new or empty.

    It has pages for every kind of record and no record; with `example`, a first vocabulary and a chain from
    a finding down to a reference, to be replaced.
    """
    today = today or datetime.date.today()
    for taken in _TAKEN:
        _take(GENERATOR / taken, target / taken)
    words = {"NAME": name, "TODAY": today.isoformat(), "NEXT_YEAR": (today + datetime.timedelta(days=365)).isoformat()}
    for file, path in _starting(example):
        text = file.read_text("utf-8")
        for word, meant in words.items():
            text = text.replace(word, meant)
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, "utf-8")
    (target / "tests" / "__init__.py").touch()
    (target / "mkdocs.yml").write_text(_settings(name), "utf-8")
    for made, text in {**schemas(target), **issue_forms(target)}.items():
        (target / made).parent.mkdir(parents=True, exist_ok=True)
        (target / made).write_text(text, "utf-8")


def _take(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "schemas"))
    elif source.is_file():
        shutil.copyfile(source, target)


def _starting(example: bool) -> Iterator[tuple[Path, Path]]:
    """Yield each file to start from, and where it goes."""
    for file in sorted(_STARTER.rglob("*")):
        path = file.relative_to(_STARTER)
        if file.is_dir() or path.parts[0] == "example":
            continue
        # Kept under another name here, so that it is no test of this project.
        yield file, path.with_name(path.name.removesuffix(".txt"))
    for file in sorted((_STARTER / "example").rglob("*")) if example else ():
        if file.is_file():
            yield file, file.relative_to(_STARTER / "example")


def _settings(name: str) -> str:
    """Return this project's settings of the engine with another topic's words, comments and order kept."""
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    settings = yaml.load((GENERATOR / "mkdocs.yml").read_text("utf-8"))
    settings["site_name"] = name
    settings["site_description"] = f"What is known about {name}, and how sure anyone can be of it."
    settings["nav"] = yaml.load(_NAV)
    for key in [key for key in settings["extra"] if key not in _EXTRA]:
        del settings["extra"][key]
    settings["extra"]["footer_sections"] = ["Contribute"]
    settings["extra"]["footer"] = {
        "independence": "Say here who makes this site, who pays for it, and whose word it is not.",
        "licence_content": "Say here under which licence your text and data are.",
        "licence_code": "The generator is free software under the MIT licence.",
    }
    out = io.StringIO()
    yaml.dump(settings, out)
    return out.getvalue()
