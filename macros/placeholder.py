"""Placeholders: text that stands for what has not been written yet."""

from __future__ import annotations

import re

# “Todo” is also a word, in titles in Spanish, and “XXX” a number: they stand for nothing only where they stand alone.
PLACEHOLDER = re.compile(
    r"\b(?:tbc|tbd|fixme|xxxx+|lorem ipsum|example\.(?:org|com|net)|"
    r"(?:your|insert|enter|add) (?:text|title|name|summary) here)\b"
    r"|^(?:todo(?::.*)?|xxx|\.{3}|…|\?+|-+|n/a|none|unknown|to be (?:confirmed|completed|decided|written))\.?$",
    re.IGNORECASE,
)


def placeholder(text: str, description: str = "") -> str:
    """Return the placeholder in a text, or nothing.

    A text that repeats the `description` of its field was left as a template had it.
    """
    if description and text == description:
        return text
    match = PLACEHOLDER.search(text)
    return match[0] if match else ""
