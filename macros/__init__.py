"""Both Ways: an evidence base in YAML and BibTeX, checked, derived and made into a site."""

from __future__ import annotations

from typing import Any


def define_env(env: Any) -> None:
    """Give the pages that people write their macros; called by mkdocs-macros-plugin."""
    from macros.adapters.authored import install  # noqa: PLC0415 - only where the engine is

    install(env)
