"""LaTeX in bibliographic fields: what it reads as, and what in it would be lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

_SPECIAL = re.compile(r"[\\{}$~]|--|``|''|(?<!\\)%")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_MATH = re.compile(r"(?<!\\)\$([^$]*)\$")
_DOLLAR = re.compile(r"(?<!\\)\$")
_PERCENT = re.compile(r"(?<!\\)%")
_SCRIPT = re.compile(r"([_^])(?:\{([0-9+\-=()]+)\}|([0-9]))")
_ACCENT = re.compile(
    r"\\(?:([`'^\"~=.])\s*|([uvHckr])(?:\s+|(?=\{)))"
    r"(?:\{(\\[ij]|[A-Za-z])\}|(\\[ij](?![A-Za-z])|[A-Za-z]))"
)
_BRACE = re.compile(r"(?<!\\)[{}]")
_ESCAPED = re.compile(r"\\([&%$#_{}])")
_RICH = re.compile(r"\\(?:textsubscript|textsuperscript|emph|textit|textbf|textsc)(?![A-Za-z])")

# Characters that are invisible or change the order in which text is shown.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ufffe\uffff]"
)

_COMBINING = dict(
    zip(
        "`'^\"~=.uvHckr",
        "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0328\u030a",
        strict=True,
    )
)


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


_ACCENTS = {*_COMBINING, "d", "b"}
_LETTERS = words("ss o O ae AE oe OE aa AA l L i j th TH dh DH dj DJ ng NG")
_SIGNS = {
    "S": "§",
    "P": "¶",
    "dag": "†",
    "ddag": "‡",
    "copyright": "©",
    "euro": "€",
    "pounds": "£",
    "slash": "/",
    "textunderscore": "_",
}
_SYMBOLS = words(
    "& % $ # _ { } \\ , ; : ! / - @ dots ldots textendash textemdash textquoteleft textquoteright "
    "textquotedblleft textquotedblright textellipsis textregistered texttrademark textcopyright "
    "textdegree texteuro textbackslash textasciitilde textasciicircum"
) | {" ", "\n", "\t", *_SIGNS}
_FORMATS = words("emph textit textbf textsc textrm textup text mbox textsubscript textsuperscript url")
_GREEK = words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_RELATIONS = words("times pm mp leq le geq ge neq approx sim cdot div infty circ rightarrow leftarrow")
_IN_TEXT = _ACCENTS | _LETTERS | _SYMBOLS | _FORMATS
_IN_MATH = _IN_TEXT | _GREEK | _RELATIONS | {"mathrm", "mathit", "mathbf"}

_SUBSCRIPTS = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SUPERSCRIPTS = str.maketrans("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾")
_PLAIN = str.maketrans({"{": "", "}": "", "~": "\u00a0"})
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: "\\" + character for character in "{}$&#_%"},
    }
)

_CONTEXT = get_default_latex_context_db()
_CONTEXT.add_context_category(
    "bibliography",
    prepend=True,
    macros=[
        *(MacroTextSpec(name, simplify_repl="%s") for name in ("url", "mbox", "textup")),
        *(MacroTextSpec(name, simplify_repl=sign) for name, sign in _SIGNS.items()),
    ],
)
_DECODER = LatexNodes2Text(latex_context=_CONTEXT, math_mode="text", keep_comments=False)


def decode(typed: str) -> str:
    """Return what a field's LaTeX reads as, in Unicode (NFC) on one line and without hidden characters."""
    if _SPECIAL.search(typed):
        typed = _decoded(typed)
    elif typed.isascii() and "  " not in typed and typed.isprintable():
        return typed.strip()
    return " ".join(unicodedata.normalize("NFC", HIDDEN.sub("", typed)).split(None))


def plain(typed: str) -> str:
    """Return the text of a field in which LaTeX means nothing, such as an address."""
    return " ".join(HIDDEN.sub("", typed).split())


def encode(text: str) -> str:
    """Return LaTeX that reads as the text."""
    return text.translate(_ESCAPES)


def is_rich(typed: str) -> bool:
    """Whether the LaTeX holds formatting that plain text cannot: italics, sub- and superscripts."""
    return bool(_RICH.search(typed)) and not any(lost(typed))


def without_math(typed: str) -> str:
    """Return the LaTeX with its formulas turned into plain characters: CO₂ for CO$_2$."""
    return _MATH.sub(_unmathed, typed)


def lost(typed: str) -> Iterator[tuple[int, str]]:
    """Yield what in the LaTeX would be dropped or misread, with its offset."""
    if not _SPECIAL.search(typed):
        return
    math = [match.span() for match in _MATH.finditer(typed)]
    inside = {offset for start, end in math for offset in range(start, end)}
    for match in _COMMAND.finditer(typed):
        known = _IN_MATH if match.start() in inside else _IN_TEXT
        if match.group(1) not in known:
            yield match.start(), match.group()
    for match in _PERCENT.finditer(typed):
        yield match.start(), "%"
    yield from ((m.start(), "$") for m in _DOLLAR.finditer(typed) if m.start() not in inside)


def nesting(typed: str) -> int:
    """Return how deep braces are nested; -1 when they do not match."""
    depth = deepest = 0
    for match in re.finditer(r"(?<!\\)[{}]", typed):
        depth += 1 if match.group() == "{" else -1
        deepest = max(deepest, depth)
        if depth < 0:
            return -1
    return deepest if depth == 0 else -1


@lru_cache(maxsize=4096)
def _decoded(typed: str) -> str:
    accented = _ACCENT.sub(_combined, typed)
    if "$" not in typed and "\\" not in _ESCAPED.sub("", accented):
        # Most fields end here; the full decoder takes a quarter of a millisecond for each.
        return _ESCAPED.sub(r"\1", _BRACE.sub("", _dashed(accented).replace("~", "\u00a0")))
    prepared = _DOLLAR.sub(r"\\$", _MATH.sub(_unmathed, _PERCENT.sub(r"\\%", typed)))
    try:
        return str(_DECODER.latex_to_text(prepared, tolerant_parsing=True))
    except (RecursionError, ValueError, IndexError, TypeError):
        return _COMMAND.sub(" ", prepared).translate(_PLAIN)


def _combined(match: re.Match[str]) -> str:
    accent, letter = match.group(1) or match.group(2), match.group(3) or match.group(4)
    return unicodedata.normalize("NFC", letter.lstrip("\\") + _COMBINING[accent])


def _dashed(typed: str) -> str:
    for ascii_form, character in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”")):
        typed = typed.replace(ascii_form, character)
    return typed


def _unmathed(match: re.Match[str]) -> str:
    def script(found: re.Match[str]) -> str:
        table = _SUBSCRIPTS if found.group(1) == "_" else _SUPERSCRIPTS
        return (found.group(2) or found.group(3)).translate(table)

    formula = _SCRIPT.sub(script, match.group(1))
    try:
        return encode(str(_DECODER.latex_to_text(f"${formula}$")))
    except (RecursionError, ValueError, IndexError, TypeError):
        return encode(formula)
