"""Macros in authored pages, for MkDocs: both the plugin's side and the hook's.

What a macro returns does not pass through Markdown, which would read a record's text as markup.
A macro leaves a mark in the page, and the hook puts the macro's HTML in the mark's place when the
page has been converted. What was called wrongly is gathered over all pages and reported at the end.
"""

from __future__ import annotations

import inspect
import logging
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Template
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.plugins.both-ways")

# Private-use characters, which neither Markdown nor the template engine gives a meaning.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_ALONE = re.compile(f"<p>\\s*((?:{_OPEN}\\d+{_CLOSE}\\s*)+)</p>")


def install(env: Any) -> None:
    """Add every author macro to the macros plugin's environment."""
    from macros.author import macros

    env.misuses = []
    env.evidence_site = None
    env.files = {}
    env.briefs = {}
    for name, function in macros():
        env.macro(_wrapped(env, name, function), name)


def _wrapped(env: Any, name: str, function: Callable[..., Any]) -> Callable[..., str]:
    signature = inspect.signature(function)

    def call(*arguments: Any, **named: Any) -> str:
        from macros.author import Misuse

        author, kept = _author(env)
        try:
            try:
                bound = signature.bind(author, *arguments, **named)
            except TypeError as error:
                raise _wrong_arguments(name, signature, named, error) from None
            _check_types(name, signature, bound.arguments)
            html = str(function(author, *arguments, **named))
        except Misuse as misuse:
            env.misuses.append(_problem(env, misuse))
            html = f'<strong class="bw-error">{name}: wrongly called</strong>'
        env.files |= author.files
        kept.append(html)
        mark = f"{_OPEN}{len(kept) - 1}{_CLOSE}"
        return f"\n\n{mark}\n\n" if getattr(function, "is_block", False) else mark

    return call


def _author(env: Any) -> tuple[Any, list[str]]:
    """Return the macros of the page that is being made, and what they have left to be put in."""
    from macros.author import Author

    page = env.page
    if not hasattr(page, "evidence"):
        author = Author(site_of(env.conf), page.url, imprint_of(env.conf), env.briefs, repository(env.conf).links)
        page.evidence = (author, [])
    found: tuple[Any, list[str]] = page.evidence
    return found


def _check_types(name: str, signature: inspect.Signature, given: Mapping[str, Any]) -> None:
    """Refuse a number or a list where a macro takes a text, and the other way round."""
    from macros.author import Misuse

    for parameter, value in given.items():
        wanted = _TYPES.get(str(signature.parameters[parameter].annotation))
        kind = signature.parameters[parameter].kind
        if wanted is None:
            continue
        values = {parameter: value}
        if kind is inspect.Parameter.VAR_POSITIONAL:
            values = {f"{parameter} {index}": item for index, item in enumerate(value, 1)}
        elif kind is inspect.Parameter.VAR_KEYWORD:
            values = value
        for argument, item in values.items():
            if not isinstance(item, wanted[0]) or isinstance(item, bool):
                raise Misuse("E602", f"{name}() takes {wanted[1]} as {argument}, not {str(item)[:40]}.", wanted[2])


_TYPES: dict[str, tuple[type, str, str]] = {
    "str": (str, "a text", "Put it in quotation marks."),
    "int": (int, "a whole number", "Write it without quotation marks."),
}
"""What an argument may be, by its annotation."""


def _wrong_arguments(name: str, signature: inspect.Signature, named: dict[str, Any], error: TypeError) -> Any:
    from macros.author import Misuse
    from macros.nearest import did_you_mean

    takes = [parameter for parameter in signature.parameters if parameter != "self"]
    unknown = next((given for given in named if given not in takes), "")
    return Misuse(
        "E602",
        f"{name}() was called wrongly: {error}.",
        (did_you_mean(unknown, takes) if unknown else "") or f"It takes: {', '.join(takes) or 'nothing'}.",
    )


def _problem(env: Any, misuse: Any) -> Any:
    from macros.problem import Place, Problem

    page = env.page
    return Problem(
        misuse.code, Place(f"docs/{page.file.src_uri}", line_of_call(page), 1), misuse.message, misuse.suggestion
    )


def line_of_call(page: Page) -> int:
    """Return the line of the page's file on which the macro stands that is being called."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            return template.get_corresponding_lineno(frame.f_lineno) + lines_before_text(page)
        frame = frame.f_back
    return 1


def lines_before_text(page: Page) -> int:
    """Return how many lines of the page's file stand before its text."""
    whole = page.file.content_string
    text = page.markdown or ""
    return whole.count("\n", 0, len(whole) - len(text.rstrip())) if whole.rstrip().endswith(text.rstrip()) else 0


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put what the macros made in the place of their marks, and let the keyboard reach what scrolls."""
    html = html.replace("<pre><code", '<pre tabindex="0"><code')
    if not hasattr(page, "evidence"):
        return html
    _, kept = page.evidence
    html = _ALONE.sub(r"\1", html)
    return _MARK.sub(lambda match: kept[int(match[1])], html)


def on_post_build(config: MkDocsConfig) -> None:
    """Write the files that macros made; report every macro that was called wrongly. A build with one fails."""
    plugin = config.plugins.get("macros")
    for address, content in getattr(plugin, "files", {}).items():
        file = Path(config.site_dir) / address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    misuses = getattr(plugin, "misuses", [])
    for problem in sorted(dict.fromkeys(misuses), key=lambda problem: problem.sort_key):
        log.error(" ".join(filter(None, (f"{problem.place}: {problem.code}", problem.message, problem.suggestion))))
    if misuses:
        count = len(set(misuses))
        raise PluginError(f"{count} macro{'' if count == 1 else 's'} called wrongly.")


def site_of(config: MkDocsConfig) -> Any:
    """Return the site of the project, its references in the style that `extra.citation_style` names.

    Looking whether a file has changed costs as much as a small page, so it is done once a build.
    """
    plugin = config.plugins.get("macros")
    kept = getattr(plugin, "evidence_site", None)
    if kept is not None:
        return kept
    from macros.citation import DEFAULT_STYLE
    from macros.site import load

    site = load(_root(config), config.extra.get("citation_style", DEFAULT_STYLE))
    if plugin is not None:
        plugin.evidence_site = site
    return site


def imprint_of(config: MkDocsConfig) -> Any:
    """Return what the project's settings say of the site as a whole."""
    from macros.imprint import imprint

    return imprint(config)


def repository(config: MkDocsConfig) -> Any:
    """Return where the project is kept, as its settings say."""
    from macros.repository import Repository

    extra = config.extra
    return Repository(
        config.repo_url or "",
        extra.get("edit_branch") or "main",
        extra.get("edit_pattern") or "",
        extra.get("view_pattern") or "",
    )


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent.resolve()
