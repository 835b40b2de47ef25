"""Internal links: whether everything that a built site points at in itself is there.

Of every built file that can point at something, each address is resolved as a browser would resolve it and
held against the files of the site. Half of the files are read in a second process where that pays.
Nothing is asked of the network.
"""

from __future__ import annotations

import gzip
import multiprocessing
import os
import re
import threading
import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rapidfuzz import fuzz, process
from selectolax.lexbor import LexborHTMLParser

from macros.address import ADDRESS
from macros.built import Contents, Unreadable, reader, visible_text
from macros.check import PUBLISHED, published
from macros.excuse import Finding
from macros.kinds import FOLDER_OF
from macros.link_codes import CODES
from macros.problem import Place, Problem

HOME, NOT_FOUND = "index.html", "404.html"
_MANY = 5
"""On more pages than this a fault is the theme's, and is told once."""
_WORTH_ANOTHER_PROCESS = 400
_GUESSES = 200
"""After so many wrong addresses no more time is spent on guessing what was meant."""

_ALIKE = 65
"""How alike two names have to be, of 100, for one to be taken for a slip of the other."""
_ALIKE_WHOLE = 82
"""The same of whole addresses, which share their folders."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HARMLESS = frozenset({"mailto", "tel", "sms", "data", "urn", "tag", "doi", "geo", "xmpp", "news", "ftp", "blob"})
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_IN_ADDRESS = re.compile(r"[\s\\<>\"^`{|}\x00-\x1f\x7f]")
_OWN_MACHINE = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|[\w-]+\.local)(?::\d+)?", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_STATE = re.compile(r"[?/!]|.*=")
"""A fragment that is no anchor but what a page's script remembers in the address."""
_MADE_FROM = re.compile(
    rb"""<p class="bw-foot__meta">.*?(?:<code>([^<]+)</code>|href="[^"]*?((?:docs|evidence)/[^"?#]+)"[^>]*rel="edit")""",
    re.DOTALL,
)

Fault = tuple[str, str, str]
"""Code, address as written, and what is to be said of it."""


@dataclass(frozen=True, slots=True)
class Built:
    """A built site as far as it is known before any file is read."""

    folder: Path
    files: Mapping[str, int]
    """Every file below the folder, with a number."""
    folders: frozenset[str]
    origin: str = ""
    """Scheme and host of the site's address; empty where nobody has said it."""
    prefix: str = "/"
    """The site's path on its host, with a slash at either end."""


@dataclass(slots=True)
class Findings:
    """What reading some of the files came to."""

    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """By file."""
    leads: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Which files a reader can go to from each page."""
    wanted: dict[tuple[int, str], list[tuple[str, str]]] = field(default_factory=dict)
    """Anchors on other pages that are pointed at, with the files and the addresses as written."""
    anchors: dict[int, frozenset[str]] = field(default_factory=dict)
    twice: dict[int, frozenset[str]] = field(default_factory=dict)
    refresh: dict[int, int] = field(default_factory=dict)
    outside: dict[str, list[str]] = field(default_factory=dict)
    """Web addresses elsewhere that a reader can follow, with the files they stand in."""
    links: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a built site came to."""

    findings: list[Finding]
    outside: Mapping[str, Sequence[str]]
    """Web addresses elsewhere that a reader can follow, with the built files they stand in."""
    files: int
    """How many were read."""
    links: int


def check_links(root: Path, folder: Path, site_url: str | None = None) -> Checked:
    """Check the built site in `folder`, made from the project at `root`.

    `site_url` is where the site is served; taken from the home page's canonical link unless given.
    """
    built = survey(folder, site_url)
    # Files of a kind cost alike: in this order every other one is half of the work.
    names = sorted((name for name in built.files if reader(name)), key=lambda name: name.rpartition(".")[2])
    found = _read_all(built, names)
    _hold_together(built, found)
    _hold_register(root, built, found)
    findings = sorted(_Teller(root, built).findings(found.faults), key=lambda finding: finding.problem.sort_key)
    return Checked(findings, found.outside, len(names), found.links)


def survey(folder: Path, site_url: str | None = None) -> Built:
    """List the files of a built site, and find out where it is served."""
    names: list[str] = []
    inner = set()
    for place, folders, files in os.walk(folder):
        folders.sort()
        below = Path(place).relative_to(folder).as_posix()
        if files:
            inner.update([below, *(parent.as_posix() for parent in Path(below).parents)])
        names += [name if below == "." else f"{below}/{name}" for name in sorted(files)]
    if site_url is None:
        home = folder / HOME
        tree = LexborHTMLParser(home.read_bytes()) if home.is_file() else None
        canonical = tree.css_first('link[rel="canonical"]') if tree else None
        site_url = (canonical.attributes.get("href") if canonical else None) or ""
    parts = urlsplit(site_url)
    origin = f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
    prefix = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    return Built(folder, {name: number for number, name in enumerate(names)}, frozenset(inner), origin, prefix)


# Reading ---------------------------------------------------------------------------------------------


def _read_all(built: Built, names: Sequence[str]) -> Findings:
    if len(names) < _WORTH_ANOTHER_PROCESS or not _another_process_is_possible():
        return _read_some(built, names)
    # A fork shares what is known already, and starts at once.
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    other = context.Process(target=_send, args=(built, names[1::2], theirs), daemon=True)
    other.start()
    theirs.close()
    found = _read_some(built, names[::2])
    try:
        _merge(found, ours.recv())
    except EOFError as error:
        raise RuntimeError("the process that read half of the site has ended early") from error
    other.join()
    return found


def _another_process_is_possible() -> bool:
    enough = len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) > 1
    return enough and "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _send(built: Built, names: Sequence[str], connection: Connection) -> None:
    connection.send(_read_some(built, names))
    connection.close()


def _merge(into: Findings, other: Findings) -> None:
    into.faults.update(other.faults)
    into.leads.update(other.leads)
    into.anchors.update(other.anchors)
    into.twice.update(other.twice)
    into.refresh.update(other.refresh)
    into.links += other.links
    for key, users in other.wanted.items():
        into.wanted.setdefault(key, []).extend(users)
    for address, pages in other.outside.items():
        into.outside.setdefault(address, []).extend(pages)


def _read_some(built: Built, names: Sequence[str]) -> Findings:
    found = Findings()
    plain: dict[str, int] = {}
    for name in names:
        read = reader(name)
        assert read is not None
        try:
            contents = read((built.folder / name).read_bytes())
        except Unreadable as error:
            found.faults[name] = [("E910", "", f"The file cannot be read: {error}.")]
            continue
        _Resolver(built, found, name, contents, plain).run()
    return found


class _Resolver:
    """Resolves what one file points at."""

    def __init__(self, built: Built, found: Findings, name: str, contents: Contents, plain: dict[str, int]) -> None:
        self.built, self.found, self.name, self.contents, self.plain = built, found, name, contents, plain
        self.number = built.files[name]
        self.above = _above(name[: name.rfind("/") + 1])
        self.faults: list[Fault] = []
        self.is_page = name.endswith((".html", ".htm"))

    def run(self) -> None:
        contents, found, pages = self.contents, self.found, self.contents.pages
        if contents.base:
            self._move_base(contents.base)
        leads = set()
        for written in contents.links:
            target, fragment = self._target(written)
            if target is None:
                continue
            if written in pages:
                leads.add(target)
            if fragment:
                self._want(target, fragment, written)
        if contents.refresh is not None:
            target, _ = self._resolve(contents.refresh)
            if target is not None:
                found.refresh[self.number] = target
        if self.is_page:
            found.leads[self.number] = tuple(leads)
        if contents.anchors:
            found.anchors[self.number] = contents.anchors
        if contents.twice:
            found.twice[self.number] = contents.twice
        if self.faults:
            found.faults[self.name] = list(dict.fromkeys(self.faults))
        found.links += len(contents.links)

    def _target(self, written: str) -> tuple[int | None, str]:
        target, fragment = self._resolve_plain(written)
        return (target, fragment) if target is not None else self._resolve(written)

    def _resolve_plain(self, written: str) -> tuple[int | None, str]:
        """Resolve what climbs to a page that was found before, as most links do; anything else comes to nothing."""
        if not written.startswith("../") or self.name == NOT_FOUND:
            return None, ""
        rest, _, fragment = written.partition("#")
        climb = 1
        while rest.startswith("../", 3 * climb):
            climb += 1
        if climb >= len(self.above):
            return None, ""
        return self.plain.get(self.above[climb] + rest[3 * climb :]), fragment

    def _move_base(self, base: str) -> None:
        path = urlsplit(base).path
        folder = path.removeprefix(self.built.prefix) if path.startswith("/") else _normal(self.above[0] + path) or ""
        self.above = _above(folder[: folder.rfind("/") + 1])

    def _want(self, target: int, fragment: str, written: str) -> None:
        if target == self.number:
            anchors = self.contents.anchors
            if fragment in self.contents.twice:
                self._fault("E903", written, f"“#{fragment}” stands twice on the page it leads to.")
            if fragment in anchors or unquote(fragment) in anchors or fragment.lower() == "top":
                return
        self.found.wanted.setdefault((target, fragment), []).append((self.name, written))

    def _fault(self, code: str, written: str, message: str) -> None:
        self.faults.append((code, written, message))

    def _resolve(self, written: str) -> tuple[int | None, str]:
        """Return the number of the file that an address leads to and the anchor on it, or tell what is wrong."""
        if not written:
            self._fault("E908", written, "An address is empty.")
            return None, ""
        rest, _, fragment = written.partition("#")
        if not rest:
            return self.number, fragment
        if _NOT_IN_ADDRESS.search(rest) and not rest.startswith("data:"):
            self._fault("E908", written, f"“{_short(written)}” holds a character that no address may hold.")
            return None, ""
        path = self._local_path(rest, written)
        if path is None:
            return None, ""
        if "%" in path:
            if _BAD_ESCAPE.search(path):
                self._fault("E908", written, f"“{_short(written)}” has a per cent sign that starts no code.")
                return None, ""
            path = unquote(path)
        return self._file(path, written), fragment

    def _local_path(self, address: str, written: str) -> str | None:
        """Return an address as a path below the site's folder; None if it leads elsewhere or is wrong."""
        scheme = _SCHEME.match(address) if ":" in address else None
        if scheme and scheme[1].lower() not in {"http", "https"}:
            self._other_scheme(scheme[1].lower(), address, written)
            return None
        if scheme or address.startswith("//"):
            rest = address[scheme.end() :] if scheme else address
            if not rest.startswith("//") or not urlsplit(rest).netloc:
                self._fault("E908", written, f"“{_short(written)}” lacks “//” or the name of a host.")
                return None
            return self._web_path(rest, written)
        path = address.partition("?")[0]
        if path.startswith("/"):
            inside = self._below_prefix(path)
            if inside is None:
                prefix = self.built.prefix
                self._fault("E907", written, f"“{_short(written)}” leads out of the site, which lies at “{prefix}”.")
            return inside
        return self._relative_path(path, written) if path else self.name  # only a query: the same page

    def _below_prefix(self, path: str) -> str | None:
        prefix = self.built.prefix
        return _normal(path[len(prefix) :]) if f"{path}/"[: len(prefix)] == prefix else None

    def _relative_path(self, path: str, written: str) -> str | None:
        if self.name == NOT_FOUND and not self.contents.base:
            self._fault("E907", written, f"“{_short(written)}” is relative, and this page is shown at any address.")
            return None
        climb = 0
        while path.startswith("../", 3 * climb):
            climb += 1
        normal = _normal(f"{self.above[climb]}{path[3 * climb :]}") if climb < len(self.above) else None
        if self.contents.lenient and (normal is None or not self._exists(normal)):
            # Data may mean its own folder or the site's; a bare name is a file beside it.
            return normal if "/" not in path else _normal(path.lstrip("./"))
        if normal is None:
            self._fault("E907", written, f"“{_short(written)}” climbs out of the site's folder.")
        return normal

    def _other_scheme(self, scheme: str, address: str, written: str) -> None:
        if scheme == "mailto":
            name = unquote(address[7:].partition("?")[0])
            if name and not all(_MAIL.fullmatch(each.strip()) for each in name.split(",")):
                self._fault("E908", written, f"“{_short(name)}” is not an e-mail address.")
        elif self.contents.lenient:
            return  # an id with a colon, as records have
        elif scheme in {"javascript", "vbscript", "file"}:
            self._fault("E907", written, f"“{_short(written)}” leads to no place on the web.")
        elif scheme not in _HARMLESS:
            self._fault("E907", written, f"“{_short(written)}” starts with “{scheme}:”, which browsers do not follow.")

    def _web_path(self, address: str, written: str) -> str | None:
        """Return the path of an address with a host, if it is the site's own."""
        parts = urlsplit(address)
        if self.built.origin and parts.netloc.lower() == self.built.origin.partition("//")[2]:
            inside = self._below_prefix(parts.path or "/")
            if inside is not None:
                return inside
        if _OWN_MACHINE.fullmatch(parts.netloc):
            self._fault("E907", written, f"“{_short(written)}” leads to the machine that the reader sits at.")
            return None
        if written in self.contents.pages:
            full = f"https:{written}" if written.startswith("//") else written
            self.found.outside.setdefault(full, []).append(self.name)
        return None

    def _exists(self, path: str) -> bool:
        path = unquote(path)
        files = self.built.files
        return path in files or f"{path.rstrip('/')}/{HOME}".lstrip("/") in files

    def _keep(self, path: str, number: int, written: str) -> None:
        if "%" not in written:
            self.plain[path] = number

    def _file(self, path: str, written: str) -> int | None:
        files = self.built.files
        if not path or path[-1] == "/":
            number = files.get(path + HOME)
            if number is not None:
                self._keep(path, number, written)
                return number
            if self.contents.lenient and path.rstrip("/") in self.built.folders:
                return None  # the start of addresses, not one
        else:
            number = files.get(path)
            if number is not None:
                self._keep(path, number, written)
                return number
            number = files.get(f"{path}/{HOME}")
            if number is not None:
                if not self.contents.lenient:
                    self._fault("E905", written, f"“{_short(written)}” lacks the slash at the end of a page's address.")
                return number
        self._fault("E901", written, path)
        return None


def _normal(path: str) -> str | None:
    """Take the dots out of a path, keeping the slash at its end; None when it climbs above its start."""
    if "./" not in path and not path.endswith(".") and "//" not in path:
        return path
    steps: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if not steps:
                return None
            steps.pop()
        elif part not in {"", "."}:
            steps.append(part)
    normal = "/".join(steps)
    return f"{normal}/" if steps and parts[-1] in {"", ".", ".."} else normal


def _above(folder: str) -> tuple[str, ...]:
    """Return a folder, ending in a slash, and those above it, innermost first."""
    steps = folder.split("/")[:-1]
    return tuple("".join(f"{step}/" for step in steps[:length]) for length in range(len(steps), -1, -1))


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"


# Holding what was read together ----------------------------------------------------------------------


def _hold_together(built: Built, found: Findings) -> None:
    names = list(built.files)
    for (target, fragment), users in found.wanted.items():
        complaint = _anchor_complaint(built, found, target, names[target], fragment)
        if complaint is not None:
            code, message = complaint
            for name, written in users:
                found.faults.setdefault(name, []).append((code, written, message))
    for number in _in_circles(found.refresh):
        way = address_of(names[found.refresh[number]])
        message = f"The page sends its reader on in a circle, by way of “{way}”."
        found.faults.setdefault(names[number], []).append(("E909", "", message))
    if HOME in built.files:
        reached = _reached(built.files[HOME], found)
        for number in found.leads.keys() - reached - found.refresh.keys():
            if names[number] != NOT_FOUND:
                message = "No way of links leads here from the home page."
                found.faults.setdefault(names[number], []).append(("E904", "", message))


def _anchor_complaint(built: Built, found: Findings, target: int, name: str, fragment: str) -> tuple[str, str] | None:
    anchor, directive, words = fragment.partition(":~:")
    if directive and name.endswith((".html", ".htm")):
        missing = missing_words(visible_text((built.folder / name).read_bytes()), words)
        if missing:
            return "E902", f"The page “{address_of(name)}” does not hold the words “{_short(missing)}”."
    if not anchor or not name.endswith((".html", ".htm", ".svg")):
        return None
    decoded = unquote(anchor)
    if found.twice.get(target, frozenset()) & {anchor, decoded}:
        return "E903", f"“#{decoded}” stands twice on the page “{address_of(name)}”."
    anchors = found.anchors.get(target, frozenset())
    if anchor in anchors or decoded in anchors or anchor.lower() == "top" or _STATE.match(decoded):
        return None
    return "E902", f"There is no “#{_short(decoded)}” on the page “{address_of(name)}”." + _meant(decoded, anchors)


def _meant(anchor: str, anchors: Iterable[str]) -> str:
    near = _nearest(anchor, anchors)
    return f"\nDid you mean “#{near}”?" if near else ""


def missing_words(text: str, directive: str) -> str:
    """Return the first words of text directives that `text`, as `visible_text` gives it, does not hold; else nothing."""
    for each in directive.split("&"):
        name, _, value = each.partition("=")
        if name != "text":
            continue
        parts = [part for part in value.split(",") if not part.startswith("-") and not part.endswith("-")]
        start = 0
        for part in parts:
            words = " ".join(unquote(part).lower().split())
            at = text.find(words, start)
            if at < 0:
                return unquote(part)
            start = at + len(words)
    return ""


def _in_circles(refresh: Mapping[int, int]) -> list[int]:
    """Return one page of each circle of redirects: the first of it."""
    found, done = [], set()
    for first in sorted(refresh):
        path: list[int] = []
        here = first
        while here in refresh and here not in done and here not in path:
            path.append(here)
            here = refresh[here]
        if here in path:
            found.append(min(path[path.index(here) :]))
        done.update(path)
    return found


def _reached(home: int, found: Findings) -> set[int]:
    seen, waiting = {home}, deque([home])
    while waiting:
        here = waiting.popleft()
        for target in (*found.leads.get(here, ()), *([found.refresh[here]] if here in found.refresh else ())):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def _hold_register(root: Path, built: Built, found: Findings) -> None:
    """Hold the built site against the register of everything that was ever published."""
    if HOME not in built.files:
        return
    for entry in sorted(published(root)):
        kind, _, id_ = entry.partition(":")
        if kind == ADDRESS:
            address = id_
        elif kind in FOLDER_OF:
            address = f"{FOLDER_OF[kind]}/{id_}/"
        else:
            continue
        file = f"{address}{HOME}" if not address or address.endswith("/") else address
        if file not in built.files and f"{address.rstrip('/')}.html" not in built.files:
            message = f"“{address}” was published, as “{entry}”, and is not there any more."
            found.faults.setdefault(PUBLISHED, []).append(("E906", entry, message))


def address_of(name: str) -> str:
    """Return the address of a built file below the site's root, as a reader would write it."""
    return name.removesuffix(HOME) or "/"


# Telling ---------------------------------------------------------------------------------------------


def written_at(root: Path, folder: Path, name: str, address: str) -> Place:
    """Return where an address elsewhere, which stands in a built file, comes from, as near as can be told.

    For a link to words, that is where the words stand in what the page was made from.
    """
    teller = _Teller(root, Built(folder, {}, frozenset()))
    raw = (folder / name).read_bytes()
    made_from = teller.made_from(raw)
    if not made_from:
        return Place(teller.shown(name), *_line_of(_decoded(raw), address))
    source = teller.text(root / made_from)
    words = unquote(address.partition(":~:text=")[2].partition(",")[0])
    for form in (address, words[:40]):
        line, column = _line_of(source, form)
        if line:
            return Place(made_from, line, column)
    return Place(made_from)


class _Teller:
    """Makes problems of faults: at the record or page that they come from, with what was probably meant."""

    def __init__(self, root: Path, built: Built) -> None:
        self.root, self.built = root, built
        self.guesses = 0
        self.leaves: dict[str, list[str]] | None = None
        self.known: dict[str, str] = {}

    def findings(self, faults: Mapping[str, list[Fault]]) -> Iterator[Finding]:
        """Yield each fault once; one that many pages share is told on the first of them."""
        shared: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
        for name in sorted(faults, key=lambda name: (name != HOME, name)):
            for code, written, said in dict.fromkeys(faults[name]):
                shared[code, said if code != "E904" else name].append((name, written, said))
        seen = set()
        for (code, _), users in shared.items():
            many = len(users) > _MANY
            for name, written, said in users[:1] if many else users:
                problem = self._problem(code, name, written, said, len(users) - 1 if many else 0)
                key = (problem.code, problem.place, written if not problem.place.line else said)
                if key not in seen:
                    seen.add(key)
                    yield Finding(written, problem)

    def _problem(self, code: str, name: str, written: str, said: str, others: int) -> Problem:
        message, _, suggestion = said.partition("\n")
        if code == "E901":
            message, suggestion = f"“{_short(written)}” leads to “{_short(address_of(said))}”, which is not there.", ""
            suggestion = self._guess(said)
        place, where = self._place(code, name, written, said)
        message = f"{where}{message}"
        if others:
            message += f" The same on {others:,} other pages."
        return Problem(code, place, message, suggestion or _ADVICE.get(code, ""), _SEVERITIES[code])

    def _place(self, code: str, name: str, written: str, said: str) -> tuple[Place, str]:
        """Return where a fault can be mended, and a word on the page it shows on where that is another."""
        if code == "E906":
            return Place(name, _line_of(self.text(self.root / name), written)[0], 1), ""
        raw = (self.built.folder / name).read_bytes()
        if name.endswith(".gz"):
            raw = gzip.decompress(raw)
        made_from = self.made_from(raw)
        on = f"On the page “{address_of(name)}”: "
        if made_from:
            if code == "E904":
                return Place(made_from), on
            line, column = _source_place(self.text(self.root / made_from), written, said if code == "E901" else "")
            if line:
                return Place(made_from, line, column), on
        line, column = _line_of(_decoded(raw), written) if written else (0, 0)
        return Place(self.shown(name), line, column), f"Made from {made_from}: " if made_from else ""

    def made_from(self, raw: bytes) -> str:
        """Return the file that a page says it is made from, if it is there."""
        match = _MADE_FROM.search(raw)
        path = unescape(next(filter(None, match.groups()), b"").decode()) if match else ""
        return path if path and (self.root / path).is_file() else ""

    def shown(self, name: str) -> str:
        file = self.built.folder / name
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.as_posix()

    def text(self, file: Path) -> str:
        path = str(file)
        if path not in self.known:
            self.known[path] = file.read_text("utf-8", "replace") if file.is_file() else ""
        return self.known[path]

    def _guess(self, path: str) -> str:
        """Say what was probably meant by an address that leads nowhere."""
        self.guesses += 1
        if self.guesses > _GUESSES:
            return ""
        files = self.built.files
        if path + ".html" in files:
            return f"Did you mean “{path}.html”?"
        if self.leaves is None:
            self.leaves = defaultdict(list)
            for name in files:
                self.leaves[_plain(address_of(name))].append(address_of(name))
        if same := self.leaves.get(_plain(path)) or self.leaves.get(_plain(path + "/")):
            return f"Did you mean “{same[0]}”? Small and capital letters, and accents, count."
        address, _, leaf = re.sub(r"\.(?:html?|md)$", "", path).rstrip("/").rpartition("/")
        named = {name: address_of(name).rstrip("/").rpartition("/") for name in files}
        beside = {own: name for name, (folder, _, own) in named.items() if folder == address}
        if near := _nearest(leaf, beside):
            return f"Did you mean “{address_of(beside[near])}”?"
        if same := [name for name, (_, _, own) in named.items() if own == leaf]:
            return f"Did you mean “{address_of(same[0])}”?"
        near = _nearest(path, [address_of(name) for name in files], _ALIKE_WHOLE)
        return f"Did you mean “{near}”?" if near else ""


def _nearest(word: str, candidates: Iterable[str], alike: int = _ALIKE) -> str:
    """Return what a word is a slip of; addresses share so much that parts of them prove nothing."""
    found = process.extractOne(word, list(candidates), scorer=fuzz.ratio, score_cutoff=alike)
    return found[0] if found else ""


_SEVERITIES = {about.code: about.severity for about in CODES}
_ADVICE = {
    "E903": "Give one of the two another id.",
    "E904": "Link to it from a page that a reader can reach, or remove it.",
    "E905": "Add the slash.",
    "E906": "Bring it back: a record that no longer stands keeps its page with “status: withdrawn”; another page "
    "that moved leaves one in its place that redirects.",
    "E907": "Write an address of this site relative to the page, and any other with “https://”.",
    "E908": "Write it as an address: “%20” for a blank, “%25” for a per cent sign, “/” between folders.",
    "E910": "Mend what writes it.",
    "E909": "Let the last of them say where its readers should go, or hold the page itself.",
}


def _plain(address: str) -> str:
    return unicodedata.normalize("NFC", address).casefold()


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _line_of(text: str, words: str) -> tuple[int, int]:
    """Return line and column, from 1, at which words first stand in a text; (0, 0) where they do not."""
    for form in (f'"{words}"', f"'{words}'", words, words.replace("&", "&amp;")):
        at = text.find(form) if words else -1
        if at >= 0:
            at += form[0] != words[0]
            return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return 0, 0


def _source_place(text: str, written: str, path: str) -> tuple[int, int]:
    """Find what a link was made of in the file that its page was made from.

    That is the address itself, the file it was written as in Markdown, or the id of what it leads to.
    """
    address, _, fragment = written.partition("#")
    leaf = (path or address).rstrip("/").rpartition("/")[2]
    forms = [written, f"{address.rstrip('/')}.md", f"{path.rstrip('/')}.md" if path else "", unquote(fragment)]
    forms += ["/".join(path.rstrip("/").split("/")[1:]), leaf]
    for form in forms:
        if len(form) > 2 and re.search(r"\w{2}", form):
            match = re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", text)
            if match:
                at = match.start()
                return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return 0, 0
