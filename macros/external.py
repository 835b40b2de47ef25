"""External links: whether what the site points at elsewhere is still there.

lychee was weighed as the engine and left for `macros.web`, on httpx. lychee is fast, and that is what is not
wanted of many requests to one host. It knows neither days between failures, so that a night's maintenance would
be called a dead link, nor places in a PDF, nor whether it was a stranger's pull request that named an address in
our own network; and it cannot be given a clock or servers to be tested with. It stays what our check of
internal links is measured against.

What was found is kept between runs in a file, which is all the memory there is: an address that answered is not
asked for again for some days, and one that fails is called dead only when it has failed on several days.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag, urlsplit

from macros.anatomy import leaves
from macros.backlinks import subjects
from macros.base import EvidenceBase
from macros.built import Unreadable, read_html, visible_text
from macros.excuse import Finding
from macros.kinds.source import Source
from macros.link_codes import CODES
from macros.links import address_of, missing_words
from macros.problem import Fix, Place, Problem
from macros.prose import web_links
from macros.web import Answer, Manners, Trouble, Web, text_of

STATE = Path(".cache/links.json")
WAYBACK = "https://archive.org/wayback/available"
"""Where the Internet Archive tells of its copies: https://archive.org/help/wayback_api.php."""

_FRESH = timedelta(days=6)
"""For so long an answer holds: a weekly check asks everything again."""
_DAYS, _SPAN = 3, timedelta(days=7)
"""On so many days, so far apart, a link has to fail before it is called dead."""
_HOSTS_AT_ONCE = 16
_SAVE_EVERY = 25
_UNSURE = {401, 402, 403, 405, 406, 407, 408, 418, 421, 423, 425, 426, 429, 451, 999}
"""What servers say to programs that they would not say to people, or say of this moment only."""
_UNSURE_TROUBLE = {Trouble.TIMEOUT, Trouble.LATER}
_UNASKED_TROUBLE = {Trouble.ROBOTS}
_RESOLVERS = {"doi.org", "dx.doi.org", "hdl.handle.net", "purl.org", "www.doi.org", "w3id.org"}
"""Hosts whose addresses are meant to last and to redirect."""
_PAGE = re.compile(r"(?:^|&)page=(\d{1,6})(?:&|$)")
_STATE_FRAGMENT = re.compile(r"[!/?]|L\d+|.*=")
"""Fragments that a page's script makes sense of."""


@dataclass(frozen=True, slots=True)
class Written:
    """An address of somewhere else, where it is written."""

    address: str
    place: Place
    on: str = ""
    """A page of the site that it shows on, where the place is not where it was typed."""
    opened: str = ""
    """When it was read, as YYYY-MM-DD or less."""
    gone: date | None = None
    """Since when the record itself says that it is gone."""
    archived: str = ""
    """The copy of it that readers are offered already."""

    def is_in(self, changed: Mapping[str, frozenset[int]]) -> bool:
        """Whether it stands in a changed file; of a bibliography, which holds many works, in a changed line."""
        lines = changed.get(self.place.path)
        if lines is None:
            return False
        return not lines or not self.place.path.endswith(".bib") or self.place.line in lines


@dataclass(slots=True)
class Memory:
    """What is known of one address, without its fragment, from this run and those before."""

    checked: str = ""
    """When it was last asked for, as ISO date and time."""
    outcome: str = ""
    """“well”, “failing” or “unsure”."""
    detail: str = ""
    moved: str = ""
    failed_on: list[str] = field(default_factory=list)
    """The days on which it failed, since it last answered."""
    places: dict[str, str] = field(default_factory=dict)
    """What is wrong with each fragment that was looked for; empty where it is there."""
    copy: str = ""
    """Address of an archived copy."""
    copy_of: str = ""
    """The day of that copy."""
    copy_asked: str = ""

    @property
    def is_dead(self) -> bool:
        days = sorted(self.failed_on)
        return len(days) >= _DAYS and date.fromisoformat(days[-1]) - date.fromisoformat(days[0]) >= _SPAN


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    findings: list[Finding] = field(default_factory=list)
    asked: int = 0
    remembered: int = 0
    """How many were not asked for because their answer still holds."""
    robots: int = 0
    """How many were not asked for because their host does not want programs to."""
    left: int = 0
    """How many were left for another day, for lack of time."""
    hosts: int = 0
    interrupted: bool = False
    no_network: bool = False
    known: Mapping[str, bool] = field(default_factory=dict)
    """Of each address as written, whether it is known how it is."""

    def knows_all_of(self, matches: Callable[[str], bool]) -> bool:
        """Whether it is known how every address is that fits."""
        return not self.interrupted and all(known for address, known in self.known.items() if matches(address))

    def summary(self) -> str:
        """Return what was done, in a sentence or two."""
        if self.no_network:
            return "Nobody answered at all, so the network is what fails: nothing was counted against any link."
        told = [f"{self.asked:,} addresses at {self.hosts:,} hosts were asked for"]
        told += [f"{self.remembered:,} answered a few days ago"] if self.remembered else []
        told += [f"{self.robots:,} were left alone because their host asks programs to"] if self.robots else []
        told += [f"{self.left:,} are left for another day"] if self.left else []
        return ("Interrupted. " if self.interrupted else "") + "; ".join(told) + "."


# Gathering -------------------------------------------------------------------------------------------


def gather(
    base: EvidenceBase, outside: Mapping[str, Sequence[str]], place_of: Callable[[str, str], Place]
) -> list[Written]:
    """Return every address of somewhere else that the site offers its readers, where it is written.

    `outside` are those of the built site, by the files they stand in; what stands only there is told at the
    place that `place_of` names for a built file and an address in it.
    """
    found = [*_of_references(base), *_of_records(base)]
    known = {urldefrag(written.address)[0] for written in found}
    seen = {written.address for written in found}
    for address, files in sorted(outside.items()):
        bare, fragment = urldefrag(address)
        if address in seen or (bare in known and not fragment):
            continue
        first = min(files, key=lambda name: (not name.startswith("claims/"), name))
        found.append(Written(address, place_of(first, address), on=address_of(first)))
    return found


def _of_references(base: EvidenceBase) -> Iterator[Written]:
    for reference in base.bibliography.values():
        if reference.doi:
            address = f"https://doi.org/{quote(reference.doi, safe='/:;().,-_~!*')}"
            yield Written(address, reference.field_place("doi"), opened=reference.urldate)
        if reference.url:
            yield Written(reference.url, reference.field_place("url"), opened=reference.urldate)


def _of_records(base: EvidenceBase) -> Iterator[Written]:
    for name, record in subjects(base):
        kind, _, id_ = name.partition(":")
        owner = base.claims[id_] if kind == "claim" else base.records[kind][id_]
        archived = record.access.archived if isinstance(record, Source) else None
        for leaf in leaves(record):
            if leaf.part.name == "url" and isinstance(leaf.value, str):
                is_source = archived is not None and leaf.path == ("access", "url")
                yield Written(
                    leaf.value,
                    base.place(owner, *leaf.path),
                    gone=archived.gone if archived and is_source else None,
                    archived=archived.url if archived and is_source else "",
                )
            elif leaf.part.prose and "](" in str(leaf.value):
                for address in web_links(leaf.value):
                    yield Written(address, base.place(owner, *leaf.path))


def manners(root: Path, contact: str) -> Manners:
    """Return how to ask: in the name of the site, with an address under which somebody answers for it, if there is one."""
    settings = root / "mkdocs.yml"
    named = re.search(r"^site_name:\s*(.+)$", settings.read_text("utf-8"), re.MULTILINE) if settings.is_file() else None
    name = re.sub(r"[^A-Za-z0-9]+", "-", named[1].strip(" '\"") if named else "").strip("-") or "site"
    return Manners(agent=f"{name}-link-check/1 (+{contact})" if contact else f"{name}-link-check/1")


# Remembering -----------------------------------------------------------------------------------------


def recall(file: Path) -> dict[str, Memory]:
    """Read what earlier runs found; a file that cannot be read is as good as none."""
    try:
        data = json.loads(file.read_text("utf-8"))
        kept = data["links"] if data.get("version") == 1 else {}
        names = {each.name for each in fields(Memory)}
        return {
            str(address): Memory(**{name: value for name, value in one.items() if name in names})
            for address, one in kept.items()
            if _is_sound(one)
        }
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def _is_sound(one: Mapping[str, object]) -> bool:
    days, places = one.get("failed_on", []), one.get("places", {})
    texts = [value for name, value in one.items() if name not in {"failed_on", "places"}]
    if not (isinstance(days, list) and isinstance(places, dict) and all(isinstance(text, str) for text in texts)):
        return False
    with contextlib.suppress(ValueError, TypeError):
        for day in days:
            date.fromisoformat(day)
        return datetime.fromisoformat(str(one.get("checked"))).tzinfo is not None
    return False


def remember(file: Path, memories: Mapping[str, Memory]) -> None:
    """Write what is known, all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    data = {"version": 1, "links": {address: asdict(memories[address]) for address in sorted(memories)}}
    new = file.with_name(f"{file.name}.new")
    new.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    new.replace(file)


# Asking ----------------------------------------------------------------------------------------------


Progress = Callable[[int, int, str], None]


def check_external(
    links: Iterable[Written],
    make_web: Callable[[], Web],
    file: Path,
    *,
    minutes: float = 30.0,
    archive: str = WAYBACK,
    progress: Progress | None = None,
) -> Outcome:
    """Ask for every address whose answer does not hold any more, and tell what is wrong.

    Whatever ends the run early, an interruption or the lack of time, what was found until then is kept and told.
    """
    run = _Run(list(links), recall(file), file, archive, progress)
    try:
        asyncio.run(run.all(make_web, minutes))
    except KeyboardInterrupt:
        run.outcome.interrupted = True
    finally:
        run.finish()
    run.outcome.findings = list(_findings(run))
    return run.outcome


class _Run:
    """One run: what is to be asked for, and what is known so far."""

    def __init__(
        self, links: list[Written], memories: dict[str, Memory], file: Path, archive: str, progress: Progress | None
    ) -> None:
        self.links, self.memories, self.file = links, memories, file
        self.archive, self.progress = archive, progress
        self.outcome = Outcome()
        self.fragments: dict[str, set[str]] = defaultdict(set)
        for written in links:
            bare, fragment = urldefrag(written.address)
            self.fragments[bare].add(fragment)
        self.now = datetime.now(UTC)
        self.before = {address: asdict(memory) for address, memory in memories.items()}
        self.answered = 0
        self.done: set[str] = set()
        self.refused: dict[str, str] = {}
        self.unsaved = 0

    async def all(self, make_web: Callable[[], Web], minutes: float) -> None:
        async with make_web() as web:
            self.now = web.clock.now()
            end = web.clock.time() + minutes * 60
            queues: dict[str, list[str]] = defaultdict(list)
            for address in self.fragments:
                if self._holds(address):
                    self.outcome.remembered += 1
                    self.done.add(address)
                else:
                    queues[(urlsplit(address).hostname or "").lower()].append(address)
            self.outcome.hosts = len(queues)
            total = sum(map(len, queues.values()))
            at_once = asyncio.Semaphore(_HOSTS_AT_ONCE)

            async def one_host(queue: list[str]) -> None:
                async with at_once:
                    # What was asked for longest ago comes first, so that everything has its turn one day.
                    for address in sorted(queue, key=lambda each: self.memories.get(each, Memory()).checked):
                        if web.clock.time() >= end:
                            self.outcome.left += 1
                            continue
                        await self._ask(web, address)
                        if self.progress:
                            self.progress(self.outcome.asked, total, address)

            await asyncio.gather(*(one_host(queue) for queue in queues.values()))
            for address in sorted(self.done):
                if self._wants_copy(address) and web.clock.time() < end:
                    await self._look_for_copy(web, address)

    def _holds(self, address: str) -> bool:
        memory = self.memories.get(address)
        if memory is None or memory.outcome != "well":
            return False
        if self.now - datetime.fromisoformat(memory.checked) > _FRESH:
            return False
        return all(fragment in memory.places for fragment in self.fragments[address] if fragment)

    async def _ask(self, web: Web, address: str) -> None:
        wanted = {fragment for fragment in self.fragments[address] if fragment}
        parts = urlsplit(address)
        if parts.username or parts.password:
            self.refused[address] = "it holds a user's name or password"
            self.done.add(address)
            return
        answer = await web.ask(address, read=any(map(_is_to_be_looked_for, wanted)))
        self.outcome.asked += 1
        if answer.trouble is Trouble.ROBOTS:
            self.outcome.robots += 1
            return
        if answer.trouble is Trouble.NOT_PUBLIC:
            self.refused[address] = answer.detail
            self.done.add(address)
            return
        memory = self.memories.setdefault(address, Memory())
        memory.checked = self.now.isoformat(timespec="seconds")
        memory.outcome, memory.detail = judge(answer)
        memory.moved = _worth_moving(address, answer)
        self.answered += answer.status > 0
        if memory.outcome == "well":
            memory.failed_on = []
            memory.places = {fragment: place_missing(fragment, answer) for fragment in sorted(wanted)}
        elif memory.outcome == "failing":
            memory.failed_on = sorted({*memory.failed_on, self.now.date().isoformat()})
        self.done.add(address)
        self.unsaved += 1
        if self.unsaved >= _SAVE_EVERY:
            remember(self.file, self.memories)
            self.unsaved = 0

    def _wants_copy(self, address: str) -> bool:
        memory = self.memories.get(address)
        if memory is None or memory.outcome != "failing" or memory.copy or address in self.refused:
            return False
        asked = memory.copy_asked
        return not asked or self.now.date() - date.fromisoformat(asked) >= timedelta(days=30)

    async def _look_for_copy(self, web: Web, address: str) -> None:
        opened = next((each.opened for each in self.links if urldefrag(each.address)[0] == address and each.opened), "")
        query = f"{self.archive}?url={quote(address, safe='')}"
        if opened:
            query += f"&timestamp={opened.replace('-', '')}"
        memory = self.memories[address]
        answer = await web.ask(query, read=True)
        if not answer.is_well:
            return
        memory.copy_asked = self.now.date().isoformat()
        memory.copy, memory.copy_of = archived_copy(answer.body)

    def finish(self) -> None:
        """Keep what was found. Where nobody answered at all, it is the network that fails, and not the links."""
        tried = sum(address in self.memories for address in self.done) - self.outcome.remembered
        if tried and not self.answered and self.outcome.asked >= 5:
            self.outcome.no_network = True
            self.memories = {address: Memory(**one) for address, one in self.before.items()}
            return
        remember(self.file, self.memories)


def judge(answer: Answer) -> tuple[str, str]:
    """Return what an answer says of a link (“well”, “failing” or “unsure”), and why in a few words."""
    if answer.trouble:
        return ("unsure" if answer.trouble in _UNSURE_TROUBLE else "failing"), answer.detail
    if answer.is_well:
        return "well", ""
    said = f"its server says {answer.status}" + (f" ({_WORDS[answer.status]})" if answer.status in _WORDS else "")
    return ("unsure" if answer.status in _UNSURE or answer.status < 400 else "failing"), said


_WORDS = {
    401: "a password is wanted", 403: "forbidden", 404: "not found", 410: "gone for good", 429: "too many requests",
    451: "not available for legal reasons", 500: "an error of its own", 502: "bad gateway", 503: "out of order",
    504: "gateway timed out",
}  # fmt: skip


def _worth_moving(address: str, answer: Answer) -> str:
    """Return where a link should go from now on, if it has moved for good and to something like it."""
    parts, target = urlsplit(address), urlsplit(answer.moved)
    if not answer.moved or parts.hostname in _RESOLVERS or answer.moved == address:
        return ""
    return answer.moved if target.scheme in {"http", "https"} else ""


def _is_to_be_looked_for(fragment: str) -> bool:
    return bool(_PAGE.search(fragment)) or ":~:" in fragment or not _STATE_FRAGMENT.match(fragment)


def place_missing(fragment: str, answer: Answer) -> str:
    """Return which place, of those a link leads to in a page or document, is not there; empty where it is.

    Empty also where that cannot be known, because there is too much of it or it is made by scripts.
    """
    page = _PAGE.search(fragment)
    if answer.kind == "application/pdf" or answer.body.startswith(b"%PDF-"):
        count = _page_count(answer) if page else 0
        return f"page {page[1]} of {count}" if page and count and not 1 <= int(page[1]) <= count else ""
    if answer.kind not in {"text/html", "application/xhtml+xml"} or not answer.body:
        return ""
    anchor, directive, words = fragment.partition(":~:")
    text = text_of(answer)
    if directive and answer.whole:
        missing = missing_words(visible_text(text), words)
        if missing:
            return f"the words “{missing[:80]}”"
    if anchor and not _STATE_FRAGMENT.match(anchor) and answer.whole:
        with contextlib.suppress(Unreadable):
            anchors = read_html(text.encode("utf-8", "replace")).anchors
            forms = {anchor, unquote(anchor), f"user-content-{unquote(anchor)}"}
            if anchors.isdisjoint(forms) and anchor.lower() != "top":
                return f"the place “#{anchor[:80]}”"
    return ""


def _page_count(answer: Answer) -> int:
    import pypdf  # noqa: PLC0415 - slow to load, and seldom needed
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    if not answer.whole:
        return 0
    try:
        return len(pypdf.PdfReader(BytesIO(answer.body)).pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return 0


def archived_copy(body: bytes) -> tuple[str, str]:
    """Return the address and the day of the copy that the Wayback Machine's availability API tells of, if any."""
    try:
        closest = json.loads(body)["archived_snapshots"]["closest"]
        stamp, address = str(closest["timestamp"]), str(closest["url"])
        if closest["available"] is not True or str(closest.get("status", "200")) != "200":
            return "", ""
        day = date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))
    except (ValueError, KeyError, TypeError):
        return "", ""
    if urlsplit(address).scheme not in {"http", "https"} or re.search(r"[\s<>\"'`\\]", address):
        return "", ""
    return re.sub(r"^http://web\.archive\.org/", "https://web.archive.org/", address), day.isoformat()


# Telling ---------------------------------------------------------------------------------------------


def _findings(run: _Run) -> Iterator[Finding]:
    run.outcome.known = {each.address: urldefrag(each.address)[0] in run.done for each in run.links}
    seen: Counter[tuple[str, Place, str]] = Counter()
    for written in run.links:
        bare, fragment = urldefrag(written.address)
        if bare not in run.done or run.outcome.no_network:
            continue
        for code, message, suggestion, new in _told(run, written, bare, fragment):
            key = (code, written.place, written.address)
            seen[key] += 1
            if seen[key] == 1:
                fix = Fix(written.address, new) if new else None
                place = f"On the page “{written.on}”: " if written.on else ""
                problem = Problem(code, written.place, place + message, suggestion, _SEVERITIES[code], fix)
                yield Finding(written.address, problem)


_SEVERITIES = {about.code: about.severity for about in CODES}


def _told(run: _Run, written: Written, bare: str, fragment: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield code, message, suggestion and the text to put in place of the address."""
    address = written.address
    if bare in run.refused:
        message = f"“{address}” is not to be asked for: {run.refused[bare]}."
        yield "E926", message, "Give an address on the public web that any reader can open.", ""
        return
    memory = run.memories[bare]
    if memory.outcome == "failing":
        if written.gone:
            return
        copy, how = _copy(written, memory)
        if memory.is_dead:
            days = len(memory.failed_on)
            message = f"“{address}” is dead: it failed on {days} days from {memory.failed_on[0]}; {memory.detail}."
            yield "E920", message, how or "Look for where it is now, or for a copy; or say that it is gone.", copy
        else:
            message = f"“{address}” fails: {memory.detail}."
            yield "E921", message, how or "Look whether it is mistyped. It is asked for again another day.", copy
    elif memory.outcome == "unsure":
        message = f"Nobody can tell of “{address}”: {memory.detail}."
        advice = "Open it in a browser. If it is there, put it in link-exceptions.yml with the reason and a last day."
        yield "E922", message, advice, ""
    elif memory.outcome == "well":
        yield from _told_of_what_answers(written, memory, fragment)


def _told_of_what_answers(written: Written, memory: Memory, fragment: str) -> Iterator[tuple[str, str, str, str]]:
    address = written.address
    if written.gone:
        message = f"“{address}” is called gone since {written.gone.isoformat()}, and answers."
        yield "E927", message, "Look whether it is the same document; then take “gone” out.", ""
    missing = memory.places.get(fragment, "")
    if missing.startswith("page "):
        message = f"“{address}” leads to {missing}."
        yield "E925", message, "Look whether it is the same edition, and count again.", ""
    elif missing:
        message = f"“{address}” is there, and {missing} on it is not."
        yield "E924", message, "Look whether the page has changed; the passage may have moved.", ""
    if memory.moved and not written.gone:
        new = memory.moved + (f"#{fragment}" if fragment and "#" not in memory.moved else "")
        if urlsplit(memory.moved).path in ("", "/") and urlsplit(address).path not in ("", "/"):
            message = f"“{address}” leads only to the front page, “{memory.moved}”, now."
            yield "E923", message, "What it named may be gone: look for it there.", ""
        else:
            message = f"“{address}” has moved for good."
            yield "E923", message, f"Write “{new}”.", new


def _copy(written: Written, memory: Memory) -> tuple[str, str]:
    if written.archived or not memory.copy:
        return "", ""
    return memory.copy, f"A copy of {memory.copy_of} is kept at {memory.copy}: name it beside the address, or instead."
