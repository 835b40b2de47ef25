"""The imprint: what a publication says of itself, which no record tells: its name, where it is, its licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the project's settings say of the site as a whole."""

    name: str = ""
    home: str = ""
    """Absolute address of the site's root, ending in a slash; empty where nobody has said where the site will be."""
    licence: str = ""
    """The terms of the site's own text and data, in a sentence."""
    independence: str = ""
    """Whom the project belongs to, and whom it does not."""
    language: str = "en"
    policy: str = ""
    """What a page may load and run, as its content security policy words it."""
    description: str = ""
    licence_url: str = ""
    """Address at which the licence is defined; empty where nobody has said."""
    licence_name: str = ""
    """Its identifier in the SPDX list, such as `CC-BY-4.0`."""

    def absolute(self, address: str) -> str:
        """Return the absolute form of an address below the site's root; without a home there is none to return."""
        if not self.home:
            raise ValueError("the site has no address")
        return self.home + address


def imprint(settings: Mapping[str, Any]) -> Imprint:
    """Return what a site's settings say of it, as `mkdocs.yml` names them."""
    extra = settings.get("extra") or {}
    said = extra.get("publication") or {}
    home = settings.get("site_url") or ""
    return Imprint(
        name=settings.get("site_name") or "",
        home=f"{home.rstrip('/')}/" if home else "",
        licence=_line((extra.get("footer") or {}).get("licence_content")),
        independence=_line((extra.get("footer") or {}).get("independence")),
        language=settings["theme"].get("language") or "en",
        policy=extra.get("policy") or "",
        description=_line(settings.get("site_description")),
        licence_url=said.get("licence") or "",
        licence_name=said.get("licence_name") or "",
    )


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
