"""Comments: untrusted text made inert for a comment that is posted in the project's own name.

Nobody is notified by it, nothing in it is linked, and no markup of it takes effect.
"""

from __future__ import annotations

import re

_MOST = 160
_BREAK = "\N{ZERO WIDTH SPACE}"


def inert(text: str, most: int = _MOST) -> str:
    """Return untrusted text for the inside of a line of Markdown: as it reads, and without any effect.

    Zero-width spaces keep mentions, references to issues and bare addresses from being made into
    links, which GitHub does after it has read the Markdown.
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(text) > most:
        text = text[:most].rsplit(" ", 1)[0] + " …"
    text = re.sub(r"([\\`*_\[\]<>~&$])", r"\\\1", text)
    text = re.sub(r"(?<=[@#:])(?=\S)|(?<=/)(?=/)", _BREAK, text)
    return re.sub(r"\b(gh|www)(?=[-.])", rf"\1{_BREAK}", text, flags=re.IGNORECASE)


def code(text: str) -> str:
    """Return untrusted text in a code span that it cannot end."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())[: 2 * _MOST]
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"
