"""Prose: the small Markdown subset that free text in records is written in.

Emphasis, strong, code, links to web addresses, lists and quotations; no HTML, no images, no
headings, no template syntax. Three additions point into the evidence base:

- `[[kind:id]]` or `[[kind:id|text]]`: a link to a record;
- `[[value:source/claim]]`, with `#key`, `#numerator`, `#denominator` or `#fraction`: a number;
- `[@key]` or `[@key; @other]`: a citation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# None of these patterns can run past an opening bracket, so that a text of nothing but brackets costs no more than its length.
_POINTER = re.compile(r"\[\[([a-z-]+):([^\[\]|\s]+)(?:\|([^\[\]]+))?\]\]")
_CITATION = re.compile(r"\[(@[A-Za-z0-9_:.-]+(?:\s*;\s*@[A-Za-z0-9_:.-]+)*)\]")
_LINK = re.compile(r"\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)")
_EMPHASIS = re.compile(r"[*_`]{1,3}([^*_`\s](?:[^*_`]*[^*_`\s])?)[*_`]{1,3}")
_SCHEMES = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Something that a text points at: a record, a number or a reference."""

    kind: str
    """A kind of record, “value” or “reference”."""
    target: str
    text: str = ""
    offset: int = 0

    @property
    def claim(self) -> str:
        """For a number, the claim it is taken from."""
        return self.target.partition("#")[0]


class Resolver(Protocol):
    """What turns pointers into safe HTML; one for each page."""

    def record_html(self, kind: str, id_: str, text: str) -> str: ...
    def value_html(self, target: str) -> str: ...
    def cite_html(self, keys: tuple[str, ...]) -> str: ...


def pointers(text: str) -> Iterator[Pointer]:
    """Yield everything that a text points at, in the order of kinds of syntax."""
    for match in _POINTER.finditer(text):
        yield Pointer(match[1], match[2], match[3] or "", match.start())
    for match in _CITATION.finditer(text):
        for key in _keys(match[1]):
            yield Pointer("reference", key, "", match.start())


def _keys(body: str) -> tuple[str, ...]:
    return tuple(part.strip().removeprefix("@") for part in body.split(";"))


def plain(text: str, say: Callable[[Pointer], str] = lambda pointer: pointer.text) -> str:
    """Return the text without its markup, for titles, descriptions and search.

    `say` gives the words that stand for a record or a number.
    """
    if not any(sign in text for sign in "[*_`"):
        return " ".join(text.split())
    text = _POINTER.sub(lambda match: say(Pointer(match[1], match[2], match[3] or "", match.start())), text)
    text = _CITATION.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _EMPHASIS.sub(r"\1", text)
    return re.sub(r"\s+", " ", text).strip()


def without_pointers(text: str) -> str:
    """Return the text with everything that points elsewhere blanked out, positions kept."""
    for pattern in (_POINTER, _CITATION):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


def _pointer_rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[[", state.pos):
        return False
    match = _POINTER.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("pointer", "", 0)
        token.meta = {"pointer": Pointer(match[1], match[2], match[3] or "")}
    state.pos = match.end()
    return True


def _citation_rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[@", state.pos):
        return False
    match = _CITATION.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.meta = {"keys": _keys(match[1])}
    state.pos = match.end()
    return True


def _render_pointer(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    resolver: Resolver = env["resolver"]
    pointer: Pointer = tokens[index].meta["pointer"]
    if pointer.kind == "value":
        return resolver.value_html(pointer.target)
    return resolver.record_html(pointer.kind, pointer.target, pointer.text)


def _render_citation(self: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    resolver: Resolver = env["resolver"]
    return resolver.cite_html(tokens[index].meta["keys"])


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Let through addresses that a reader may follow, and nothing that runs."""
        return url.strip().lower().startswith(_SCHEMES)


def _parser() -> MarkdownIt:
    parser = _Parser("zero", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["emphasis", "link", "backticks", "escape", "entity", "newline", "list", "blockquote"])
    parser.inline.ruler.before("link", "pointer", _pointer_rule)
    parser.inline.ruler.before("link", "citation", _citation_rule)
    parser.add_render_rule("pointer", _render_pointer)
    parser.add_render_rule("citation", _render_citation)
    return parser


_PARSER = _parser()
_PLAIN_LINE = re.compile(r"[^\[\]*_`\\<>&\n]*")


def web_links(text: str) -> Iterator[str]:
    """Yield the web addresses that a text links to."""
    waiting = list(_PARSER.parse(text))
    while waiting:
        token = waiting.pop(0)
        address = str(token.attrGet("href") or "")
        if address.startswith(("http://", "https://")):
            yield address
        waiting = [*(token.children or ()), *waiting]


def render(text: str, resolver: Resolver) -> str:
    """Render a text as HTML blocks."""
    if _is_plain(text):
        return f"<p>{text}</p>"
    return str(_PARSER.render(text, {"resolver": resolver}))


def render_inline(text: str, resolver: Resolver) -> str:
    """Render a text as HTML without a paragraph around it."""
    if _is_plain(text):
        return text
    return str(_PARSER.renderInline(text, {"resolver": resolver}))


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one form."""

    text: str = ""
    form: str = ""
    """“em”, “strong”, “code”, or “break” between two blocks; a list's items begin with a bullet."""
    to: str = ""
    """The web address that it links to."""
    pointer: Pointer | None = None
    """The record or the number that stands here."""
    cites: tuple[str, ...] = ()
    """Keys of the references that are cited here."""


def spans(text: str) -> Iterator[Span]:
    """Yield a text in runs, for what is written in another form than HTML."""
    if _is_plain(text):
        yield Span(text)
        return
    begun, bullet = False, ""
    for block in _PARSER.parse(text, {}):
        if block.type == "list_item_open":
            bullet = "• "
        if block.type != "inline":
            continue
        if begun:
            yield Span(form="break")
        if bullet:
            yield Span(bullet)
        begun, bullet = True, ""
        yield from _runs(block.children or [])


def _runs(tokens: list[Token]) -> Iterator[Span]:
    forms: list[str] = []
    to = ""
    for token in tokens:
        if token.type in ("em_open", "strong_open"):
            forms.append(token.tag)
        elif token.type in ("em_close", "strong_close"):
            forms.pop()
        elif token.type == "link_open":
            to = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            to = ""
        elif token.type == "pointer":
            yield Span(pointer=token.meta["pointer"])
        elif token.type == "citation":
            yield Span(cites=token.meta["keys"])
        elif token.type in ("softbreak", "hardbreak"):
            yield Span(" ")
        elif token.content:
            yield Span(token.content, "code" if token.type == "code_inline" else (forms[-1] if forms else ""), to)


def _is_plain(text: str) -> bool:
    """Whether a text is one line with nothing to interpret or to escape, as most are."""
    return _PLAIN_LINE.fullmatch(text) is not None and not re.match(r"\s*(?:[-+>]|\d+[.)])", text)
