"""What a page says wrongly to the template engine itself: unknown names and broken syntax.

Both are gathered with the macros that were called wrongly, so that one build reports them all.
"""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from mkdocs.structure.pages import Page

from macros.adapters.authored import line_of_call, lines_before_text
from macros.author import macros
from macros.nearest import did_you_mean
from macros.problem import Place, Problem

SHOWN = "⚠"
"""Stands in the preview where an unknown name was used."""


def unknown_name(plugin: Any) -> type[StrictUndefined]:
    """Return what the macros plugin's environment is to put in the place of a name that nobody defined."""
    ours = [name for name, _ in macros()]
    known = sorted({*plugin.env.globals, *plugin.macros})

    class UnknownName(StrictUndefined):
        """Reports itself when it is printed or called; fails where it is used in any other way."""

        def _report(self, *_: Any, **__: Any) -> str:
            name = self._undefined_name or ""
            place = Place(f"docs/{plugin.page.file.src_uri}", line_of_call(plugin.page), 1)
            plugin.misuses.append(
                Problem(
                    "E601",
                    place,
                    f"There is no macro “{name}”.",
                    did_you_mean(name, known) or f"The macros are: {', '.join(ours)}.",
                )
            )
            return SHOWN

        __call__ = __str__ = _report  # type: ignore[assignment]

        def __getattr__(self, name: str) -> Any:
            if name.startswith("jinja_"):  # the engine asks how the name wants to be called
                raise AttributeError(name)
            return super().__getattr__(name)

    return UnknownName


def syntax_problem(plugin: Any, page: Page, text: str) -> Problem | None:
    """Return what is wrong with a page's template syntax, if anything is."""
    try:
        plugin.env.compile(text)
    except TemplateSyntaxError as error:
        place = Place(f"docs/{page.file.src_uri}", lines_before_text(page) + error.lineno, 1)
        message = f"{str(error.message).rstrip('.')}."
        return Problem("E604", place, message, "To show braces as they are, write {% raw %}{{ … }}{% endraw %}.")
    return None
