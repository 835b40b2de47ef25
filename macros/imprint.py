"""The imprint: what a publication says of itself, which no record tells: its name, where it is, its licence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the project's settings say of the site as a whole."""

    name: str = ""
    home: str = ""
    """Absolute address of the site's root, ending in a slash; empty where nobody has said where the site will be."""
    licence: str = ""
    language: str = "en"
    policy: str = ""
    """What a page may load and run, as its content security policy words it."""

    def absolute(self, address: str) -> str:
        """Return the absolute form of an address below the site's root; without a home there is none to return."""
        if not self.home:
            raise ValueError("the site has no address")
        return self.home + address
