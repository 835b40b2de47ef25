"""Paper: where a page's links lead, for readers who cannot follow them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container
from html import escape, unescape

ATTRIBUTE = "data-at"
"""What the style sheet prints behind a link."""

_PIECE = re.compile(r"""<span popover\s.*?</span></span>|<a\s[^>]*?\bhref="([^"]*)"[^>]*>""", re.DOTALL)
_PASSAGE = "#:~:"


def with_addresses(html: str, address: str, records: Container[str]) -> str:
    """Return a page's HTML in which each record that it links to has its address at the first link to it.

    `records` are the addresses, below the site's root, that are worth printing; `address` is the page's own.
    Links that open a source at a passage get the source's address, without the passage's words, which stand
    beside them. Previews are passed over: they are not printed.
    """
    seen: set[str] = {address}

    def marked(match: re.Match[str]) -> str:
        written = match[1]
        if not written or written.startswith("#"):
            return match[0]
        if _PASSAGE in written:
            target = unescape(written.partition(_PASSAGE)[0])
        elif "://" in written or "?" in written:
            return match[0]
        else:
            target = _below_root(written, address)
            if target not in records:
                return match[0]
        if target in seen:
            return match[0]
        seen.add(target)
        return f'{match[0][:2]} {ATTRIBUTE}="{escape(target)}"{match[0][2:]}'

    return _PIECE.sub(marked, html)


def _below_root(written: str, address: str) -> str:
    path = posixpath.normpath(posixpath.join("/", address, written.partition("#")[0]))
    return f"{path.lstrip('/')}/"
