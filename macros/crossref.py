"""Crossref: what is registered of a work, asked for politely, and read from the answers' documented form.

The form of answers follows the documentation of Crossref's REST API (works, the filter “updates”, rate limits told in
headers) and of the DOI proxy's handle API. Nothing is taken at its word: an answer may be cut off, far too large, or
not JSON, and then counts as no answer.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from macros.patience import retry_after

if TYPE_CHECKING:
    import httpx

WORKS = "https://api.crossref.org/works"
HANDLES = "https://doi.org/api/handles"
AGENT = "both-ways-citation-check/1 (checks the references of a published evidence base; mailto:{contact})"

MOST_BYTES = 4_000_000
"""Of an answer, after decompression. A work with thousands of references has less than one million."""
TRIES = 4
LONGEST_WAIT = 60.0
"""Seconds; who is asked to wait longer than this gives up, and says so."""
PAUSE = 0.1
"""Seconds between requests: well below what the registry allows."""
DEADLINE = 60.0
"""Seconds for one answer, however slowly it comes in."""


class NoAnswer(Exception):  # noqa: N818 - it says what is missing
    """The registry could not be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Update:
    """A notice about a work: a correction, a retraction, an expression of concern."""

    type: str
    """In Crossref's words: `retraction`, `correction`, `expression_of_concern` …"""
    doi: str
    """Of the notice."""
    date: str
    """YYYY-MM-DD, as far as it is told."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is registered of a work."""

    doi: str
    title: str
    authors: tuple[str, ...]
    """Family names, or names of organisations, in order."""
    years: frozenset[int]
    """Of publication in print, online and of the issue; journals differ on which of them counts."""
    containers: tuple[str, ...]
    """The journal's or book's titles, in full and abbreviated."""
    volume: str
    pages: str
    updates: tuple[Update, ...]
    licences: tuple[str, ...]
    """Addresses of the licences of the published version."""
    type: str


class Crossref:
    """Asks the registry.

    `client` carries the requests; `sleep` waits between them; both are given so that tests can play the network.
    """

    def __init__(
        self,
        client: httpx.Client,
        contact: str = "",
        works: str = WORKS,
        handles: str = HANDLES,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._works = works
        self._handles = handles
        self._sleep = sleep
        self._clock = clock
        self._contact = contact
        self._agent = AGENT.format(contact=contact) if contact else AGENT.replace("; mailto:{contact}", "")

    def work(self, doi: str) -> Work | None:
        """Return what is registered of a DOI; None where Crossref knows none, which other agencies may."""
        message = self._ask(f"{self._works}/{quote(doi, safe='')}", {})
        return None if message is None else read_work(message)

    def message(self, doi: str) -> Mapping[str, Any] | None:
        """Return everything that is registered of a DOI, in Crossref's words; None where it knows none."""
        return self._ask(f"{self._works}/{quote(doi, safe='')}", {})

    def notices(self, doi: str) -> tuple[Update, ...]:
        """Return the notices that say of themselves that they update a work."""
        message = self._ask(self._works, {"filter": f"updates:{doi}", "rows": "20"})
        return tuple(
            update
            for item in _list(message, "items")
            for update in _updates(item, "update-to")
            if _text(item, "DOI") and (not update.doi or update.doi.lower() == doi.lower())
            for update in [Update(update.type, _text(item, "DOI"), update.date)]
        )

    def candidates(self, words: str, most: int = 3) -> tuple[Work, ...]:
        """Return works whose registered data is nearest to a reference's words, best first."""
        message = self._ask(self._works, {"query.bibliographic": words[:400], "rows": str(most)})
        return tuple(read_work(item) for item in _list(message, "items")[:most] if isinstance(item, dict))

    def resolves(self, doi: str) -> bool:
        """Whether the DOI is registered with any agency."""
        answer = self._get(f"{self._handles}/{quote(doi, safe='/')}", {})
        if answer is None:
            return False
        code = answer.get("responseCode")
        if code not in (1, 100, 200):
            raise NoAnswer(f"The DOI proxy answered with code {code!r}.")
        return bool(code != 100)

    def _ask(self, address: str, query: Mapping[str, str]) -> dict[str, Any] | None:
        answer = self._get(address, {**query, **({"mailto": self._contact} if self._contact else {})})
        if answer is None:
            return None
        message = answer.get("message")
        if answer.get("status") != "ok" or not isinstance(message, dict):
            raise NoAnswer("Crossref's answer is not of the documented form.")
        return message

    def _get(self, address: str, query: Mapping[str, str]) -> dict[str, Any] | None:
        """Return the JSON object at an address; None for “not found”."""
        import httpx

        timeout = httpx.Timeout(20, connect=10)
        why = ""
        for attempt in range(TRIES):
            self._sleep(PAUSE if not attempt else 0)
            try:
                with self._client.stream(
                    "GET", address, params=dict(query), headers={"User-Agent": self._agent}, timeout=timeout
                ) as answer:
                    if answer.status_code == 404:
                        return None
                    if answer.status_code == 429 or answer.status_code >= 500:
                        why = f"it answers {answer.status_code}"
                        wait = retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC))
                        if wait > LONGEST_WAIT:
                            break
                        if attempt < TRIES - 1:
                            self._sleep(wait or 2.0**attempt)
                        continue
                    if answer.status_code != 200:
                        raise NoAnswer(f"{answer.url.host} answers {answer.status_code}.")
                    content = self._read(answer)
            except httpx.HTTPError as error:
                why = f"{type(error).__name__}: {error}".rstrip(": ")
                if attempt < TRIES - 1:
                    self._sleep(2.0**attempt)
                continue
            except httpx.InvalidURL as error:
                raise NoAnswer(f"“{address[:80]}” cannot be asked for: {error}") from error
            try:
                found = json.loads(content)
            except (ValueError, RecursionError) as error:
                raise NoAnswer(f"{httpx.URL(address).host} answers with something that is not JSON.") from error
            if not isinstance(found, dict):
                raise NoAnswer(f"{httpx.URL(address).host} answers with something that is not a record.")
            return found
        raise NoAnswer(f"{httpx.URL(address).host} could not be asked: {why}.")

    def _read(self, answer: httpx.Response) -> bytes:
        content = bytearray()
        end = self._clock() + DEADLINE
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > MOST_BYTES:
                raise NoAnswer(f"{answer.url.host} answers with more than {MOST_BYTES // 1_000_000} MB.")
            if self._clock() > end:
                raise NoAnswer(f"{answer.url.host} takes more than {DEADLINE:.0f} seconds to answer.")
        return bytes(content)


def read_work(message: Mapping[str, Any]) -> Work:
    """Read a work from Crossref's JSON; whatever is missing or of an unexpected form is left empty."""
    containers = (*_texts(message, "container-title"), *_texts(message, "short-container-title"))
    institutions = tuple(_text(one, "name") for one in _list(message, "institution") if isinstance(one, dict))
    names = _list(message, "author") or _list(message, "editor")
    return Work(
        doi=_text(message, "DOI"),
        title=": ".join(_texts(message, "title")[:1] + _texts(message, "subtitle")[:1]),
        authors=tuple(
            filter(None, (_text(name, "family") or _text(name, "name") for name in names if isinstance(name, dict)))
        ),
        years=frozenset(
            year
            for field in ("issued", "published", "published-print", "published-online")
            if (year := int(_date(message.get(field))[:4] or 0))
        ),
        containers=tuple(dict.fromkeys(filter(None, (*containers, *institutions)))),
        volume=_text(message, "volume"),
        pages=_text(message, "page") or _text(message, "article-number"),
        updates=tuple(_updates(message, "updated-by")),
        licences=tuple(
            dict.fromkeys(
                _text(licence, "URL")
                for licence in _list(message, "license")
                if isinstance(licence, dict)
                and licence.get("content-version") in ("vor", "unspecified", None)
                and _text(licence, "URL").startswith(("http://", "https://"))
            )
        ),
        type=_text(message, "type"),
    )


def _updates(message: object, field: str) -> Iterator[Update]:
    for update in _list(message, field):
        if isinstance(update, dict) and _text(update, "type"):
            kind = re.sub(r"[\s-]+", "_", _text(update, "type").lower())
            yield Update(kind, _text(update, "DOI"), _date(update.get("updated")))


def _list(message: object, field: str) -> list[Any]:
    found = message.get(field) if isinstance(message, dict) else None
    return found if isinstance(found, list) else []


def _text(message: object, field: str) -> str:
    found = message.get(field) if isinstance(message, dict) else None
    return _plain(found) if isinstance(found, str) else ""


def _texts(message: Mapping[str, Any], field: str) -> tuple[str, ...]:
    return tuple(filter(None, (_plain(text) for text in _list(message, field) if isinstance(text, str))))


def _plain(text: str) -> str:
    """Return a registered text without the markup that publishers leave in it."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"</?[A-Za-z][^<>]{0,80}>", "", text))).strip()


def _date(value: object) -> str:
    """Return a date such as {"date-parts": [[2017, 5, 1]]} as 2017-05-01, as far as it is told."""
    parts = _list(value, "date-parts")
    first = parts[0] if parts and isinstance(parts[0], list) else []
    numbers = []
    for part in first[:3]:
        if not isinstance(part, int) or not 0 < part < 10_000:
            break
        numbers.append(part)
    return "-".join(f"{number:0{4 if place == 0 else 2}}" for place, number in enumerate(numbers))
