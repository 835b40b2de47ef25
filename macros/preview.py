"""Previews: the picture that stands for a section of the site where one of its pages is shared."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import tempfile
import unicodedata
from contextlib import suppress
from importlib import resources
from pathlib import Path

FOLDER = "assets/previews/"
WIDTH, HEIGHT = 1200, 630
"""In pixels, as those who show previews ask for."""


def preview_address(section: str) -> str:
    """Return where a section's picture lies, below the site's root."""
    plain = unicodedata.normalize("NFKD", section).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))
    # Titles that come to the same words, or to none, still get a picture each.
    return f"{FOLDER}{words or 'section'}-{hashlib.sha256(section.encode()).hexdigest()[:6]}.png"


def draw_preview(site: str, section: str, language: str = "en", cache: Path | None = None) -> bytes:
    """Return the picture of a section as PNG; `cache` is a folder to keep it in."""
    source = (resources.files("macros") / "templates" / "preview.typ").read_bytes()
    about = "\0".join((importlib.metadata.version("typst"), site, section, language)).encode() + source
    kept = cache / f"{hashlib.sha256(about).hexdigest()[:32]}.png" if cache else None
    with suppress(OSError):
        if kept:
            return kept.read_bytes()
    import typst  # takes its time; only needed when something changed

    picture = typst.compile(
        source,
        format="png",
        ppi=72.0,
        ignore_system_fonts=True,  # the same picture on every machine
        sys_inputs={"site": site, "section": section, "language": language},
    )
    assert isinstance(picture, bytes)
    if kept:
        with suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".tmp", delete=False) as new:
                new.write(picture)
            Path(new.name).replace(kept)
    return picture
