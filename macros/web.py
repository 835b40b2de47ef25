"""Asking other people's servers, politely and without being led astray.

One request at a time to a host, with a pause after each; `robots.txt` is kept to; who asks is said; a host that
asks for patience gets it. What comes back is bounded in time and in size, also after it was unpacked. Addresses
stand in records that strangers propose, so no request goes to an address that is not on the public internet, and
the address that was looked at is the one that is connected to.

Transport and clock are given, so that tests can play both.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol

import httpx
from protego import Protego

from macros.patience import retry_after


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime: ...
    def time(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The clock on the wall."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def time(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Trouble(StrEnum):
    """Why there is no answer that says whether something is there."""

    NONE = ""
    NOT_PUBLIC = "not-public"
    NO_HOST = "no-host"
    NO_CONNECTION = "no-connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    CIRCLE = "circle"
    PROTOCOL = "protocol"
    ROBOTS = "robots"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for an address."""

    status: int = 0
    trouble: Trouble = Trouble.NONE
    detail: str = ""
    """What the trouble is, in a few words."""
    final: str = ""
    """Where the answer came from, after every redirect."""
    moved: str = ""
    """Where the address has moved for good; empty when it has not."""
    kind: str = ""
    """What the answer says it is, such as text/html."""
    charset: str = ""
    body: bytes = b""
    whole: bool = False
    """Whether `body` is all of it."""

    @property
    def is_well(self) -> bool:
        return not self.trouble and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Manners:
    """How politely and how patiently to ask."""

    agent: str
    pause: float = 1.0
    """Seconds between two requests to a host."""
    longest_pause: float = 30.0
    """The most that a robots.txt can make of it."""
    patience: float = 120.0
    """The longest a host can make us wait before we leave it for another day."""
    attempts: int = 3
    backoff: float = 2.0
    connect: float = 10.0
    read: float = 20.0
    whole: float = 45.0
    """Seconds for one answer from the first byte to the last."""
    redirects: int = 10
    largest: int = 8 * 1024 * 1024
    """Bytes of an answer that are read, as sent and as unpacked."""
    give_up_after: int = 3
    """Answers of a host that may fail to come, one after the other, before it is left alone."""


Resolve = Callable[[str, int], Awaitable[list[str]]]


class NotPublic(Exception):  # noqa: N818 - it says what an address is
    """A name stands for an address that is not on the public internet."""


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses that a name stands for."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody could reach."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PublicTransport(httpx.AsyncBaseTransport):
    """Connects only to public addresses, and to the very address that was found to be public."""

    def __init__(
        self,
        resolve: Resolve = resolve,
        permitted: Callable[[str], bool] = is_public,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._resolve, self._permitted = resolve, permitted
        # No connection is kept: it would be found again by its IP address, whatever the name.
        self._inner = httpx.AsyncHTTPTransport(
            verify=verify, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii").strip("[]")
        addresses = await self._resolve(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        if not addresses or not all(map(self._permitted, addresses)):
            raise NotPublic(host)
        last: httpx.TransportError | None = None
        for address in sorted(addresses, key=lambda address: ":" in address)[:2]:
            named = f"[{address}]" if ":" in address else address
            direct = httpx.Request(
                request.method,
                request.url.copy_with(host=named),
                headers=request.headers,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._inner.handle_async_request(direct)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                last = error
        assert last is not None
        raise last

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    shut_until: float = 0.0
    """When a host that asked for more patience than we have may be asked again."""
    silent: int = 0
    """How many answers in a row did not come."""
    silence: Answer | None = None
    robots: dict[str, Protego | None] = field(default_factory=dict)
    """By scheme and host; None where everything may be asked for."""
    pause: float = 0.0


_PERMANENT, _TEMPORARY = {301, 308}, {302, 303, 307}
_SILENT = {Trouble.NO_HOST, Trouble.NO_CONNECTION, Trouble.TIMEOUT}
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


class Web:
    """The web, as far as we are let in. Use it as an asynchronous context."""

    def __init__(self, manners: Manners, transport: httpx.AsyncBaseTransport, clock: Clock) -> None:
        self.manners, self.clock = manners, clock
        self._hosts: dict[str, _Host] = {}
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            timeout=httpx.Timeout(manners.read, connect=manners.connect),
            headers={"User-Agent": manners.agent, "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close"},
        )
        # Cookies last for one chain of redirects, which some sites need to end; nobody is followed about.
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    async def __aenter__(self) -> Web:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(self, address: str, *, read: bool = False) -> Answer:
        """Ask whether something is at an address; with `read`, fetch it too, as far as it may be large."""
        answer = Answer()
        for attempt in range(self.manners.attempts):
            if attempt:
                await self.clock.sleep(self.manners.backoff * 2 ** (attempt - 1))
            if read:
                answer = await self._follow("GET", address, read)
            else:
                answer = await self._follow("HEAD", address, read)
                # Many servers know no HEAD, or answer it at random; only GET tells what a reader would get.
                if (answer.status >= 400 and not _wants_time(answer)) or answer.trouble is Trouble.PROTOCOL:
                    answer = await self._follow("GET", address, read)
            if not _wants_time(answer) or answer.trouble is Trouble.LATER:
                return answer
        return answer

    async def _follow(self, method: str, address: str, read: bool) -> Answer:
        here, moved, still_moved = address, "", True
        seen = set()
        jar = httpx.Cookies()
        for _ in range(self.manners.redirects + 1):
            answer, target = await self._once(method, here, read, jar)
            if not target:
                return replace(answer, final=here, moved=moved if answer.is_well else "")
            seen.add(here)
            permanent = answer.status in _PERMANENT
            here = target
            still_moved = still_moved and permanent
            if still_moved:
                moved = target
            if here in seen and not jar:
                return Answer(answer.status, Trouble.CIRCLE, f"its redirects lead in a circle, back to {here}", here)
        many = f"it is still redirecting after {self.manners.redirects} times"
        return Answer(answer.status, Trouble.CIRCLE, many, here)

    async def _once(self, method: str, address: str, read: bool, jar: httpx.Cookies) -> tuple[Answer, str]:
        """Make one request when it is its turn; return the answer, and where it sends us on to."""
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, ValueError) as error:
            return Answer(trouble=Trouble.PROTOCOL, detail=f"“{address[:200]}” is no address: {error}"), ""
        if url.scheme not in {"http", "https"} or not url.host:
            return Answer(trouble=Trouble.NOT_PUBLIC, detail=f"it leads to “{address[:200]}”"), ""
        host = self._hosts.setdefault(url.host, _Host())
        async with host.turn:
            if host.silence and host.silent >= self.manners.give_up_after:
                return host.silence, ""
            if host.shut_until > self.clock.time():
                return Answer(trouble=Trouble.LATER, detail="its host asked to be left alone for a while"), ""
            if not await self._may_ask(host, url):
                return Answer(trouble=Trouble.ROBOTS, detail="its host asks programs not to look"), ""
            await self._wait_for(host)
            answer, target = await self._request(method, url, read, jar, host)
            host.free_at = self.clock.time() + max(self.manners.pause, host.pause)
            host.silent = host.silent + 1 if answer.trouble in _SILENT else 0
            host.silence = answer if answer.trouble in _SILENT else None
            if answer.trouble is Trouble.NO_HOST:
                host.silent = self.manners.give_up_after
            return answer, target

    async def _wait_for(self, host: _Host) -> None:
        wait = host.free_at - self.clock.time()
        if wait > 0:
            await self.clock.sleep(wait)

    async def _may_ask(self, host: _Host, url: httpx.URL) -> bool:
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in host.robots:
            host.robots[origin] = await self._robots(host, httpx.URL(f"{origin}/robots.txt"))
            rules = host.robots[origin]
            delay = rules.crawl_delay(self.manners.agent) if rules else None
            host.pause = min(delay or 0.0, self.manners.longest_pause)
        rules = host.robots[origin]
        return rules is None or rules.can_fetch(str(url), self.manners.agent)

    async def _robots(self, host: _Host, url: httpx.URL) -> Protego | None:
        """Return what a host asks of programs. Where nothing can be had, the link itself will tell why."""
        jar = httpx.Cookies()
        for _ in range(5):
            await self._wait_for(host)
            answer, target = await self._request("GET", url, True, jar, host)
            host.free_at = self.clock.time() + self.manners.pause
            if not target:
                return Protego.parse(text_of(answer)) if answer.is_well else None
            following = httpx.URL(target)
            if following.host != url.host or following.scheme not in {"http", "https"}:
                return None
            url = following
        return None

    async def _request(
        self, method: str, url: httpx.URL, read: bool, jar: httpx.Cookies, host: _Host
    ) -> tuple[Answer, str]:
        request = self._client.build_request(method, url)
        jar.set_cookie_header(request)
        try:
            async with asyncio.timeout(self.manners.whole):
                response = await self._client.send(request, stream=True)
                try:
                    jar.extract_cookies(response)
                    return await self._answer(response, read, host)
                finally:
                    with contextlib.suppress(httpx.HTTPError, OSError):
                        await response.aclose()
        except NotPublic:
            detail = f"“{url.host}” is not on the public internet"
            return Answer(trouble=Trouble.NOT_PUBLIC, detail=detail), ""
        except (TimeoutError, httpx.TimeoutException):
            return Answer(trouble=Trouble.TIMEOUT, detail="it took too long to answer"), ""
        except socket.gaierror as error:
            gone = error.errno in _NO_SUCH_NAME
            detail = f"there is no host “{url.host}”" if gone else f"the name “{url.host}” cannot be looked up now"
            return Answer(trouble=Trouble.NO_HOST if gone else Trouble.TIMEOUT, detail=detail), ""
        except UnicodeError:
            return Answer(trouble=Trouble.NO_HOST, detail=f"“{url.host}” can be no host's name"), ""
        except httpx.TransportError as error:
            return _transport_trouble(error), ""

    async def _answer(self, response: httpx.Response, read: bool, host: _Host) -> tuple[Answer, str]:
        status = response.status_code
        kind, _, rest = response.headers.get("content-type", "").partition(";")
        charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", rest, re.IGNORECASE)
        answer = Answer(status, kind=kind.strip().lower(), charset=charset[1] if charset else "")
        if status in _PERMANENT | _TEMPORARY:
            location = response.headers.get("location", "").strip()
            if not location:
                return replace(answer, trouble=Trouble.PROTOCOL, detail="it redirects without saying where to"), ""
            try:
                target = response.request.url.join(location)
            except (httpx.InvalidURL, ValueError):
                return replace(answer, trouble=Trouble.PROTOCOL, detail="it redirects to what is no address"), ""
            return answer, str(target.copy_with(fragment=None))
        if status in {429, 503}:
            wait = retry_after(response.headers.get("retry-after", ""), self.clock.now())
            if wait > self.manners.patience:
                host.shut_until = self.clock.time() + wait
                detail = f"its host asked to be left alone for {wait:,.0f} seconds"
                return replace(answer, trouble=Trouble.LATER, detail=detail), ""
            host.free_at = max(host.free_at, self.clock.time() + wait)
            if wait:
                await self.clock.sleep(wait)
        if read and answer.is_well and response.request.method == "GET":
            body, whole = await self._body(response)
            return replace(answer, body=body, whole=whole), ""
        return answer, ""

    async def _body(self, response: httpx.Response) -> tuple[bytes, bool]:
        """Read an answer up to the limit, unpacking it piece by piece so that none can blow up."""
        packed = response.headers.get("content-encoding", "identity").strip().lower()
        if packed not in {"identity", "", "gzip", "x-gzip", "deflate"}:
            return b"", False
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if packed not in {"identity", ""} else None
        limit = self.manners.largest
        pieces: list[bytes] = []
        size = sent = 0
        async for raw in response.aiter_raw():
            sent += len(raw)
            try:
                piece = unpack.decompress(raw, limit - size) if unpack else raw[: limit - size]
            except zlib.error:
                return b"".join(pieces), False
            pieces.append(piece)
            size += len(piece)
            if size >= limit or sent >= limit:
                return b"".join(pieces), False
        return b"".join(pieces), True


_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def _wants_time(answer: Answer) -> bool:
    """Whether the same question may be answered otherwise in a little while."""
    return answer.status == 429 or answer.status >= 500


def _transport_trouble(error: httpx.TransportError) -> Answer:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "it cannot be spoken to safely"
            return Answer(trouble=Trouble.TLS, detail=f"its certificate or encryption is not right: {reason}")
        if isinstance(cause, socket.gaierror):
            return Answer(trouble=Trouble.NO_HOST, detail="there is no such host")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError | httpx.ReadError | httpx.WriteError):
        return Answer(trouble=Trouble.NO_CONNECTION, detail="its host takes no connection, or breaks it off")
    if isinstance(error, httpx.RemoteProtocolError):
        return Answer(trouble=Trouble.PROTOCOL, detail="its host breaks off, or does not speak HTTP")
    return Answer(trouble=Trouble.PROTOCOL, detail=f"it cannot be asked: {type(error).__name__}")


def text_of(answer: Answer) -> str:
    """Return an answer's text, in the encoding that it names, if that is one."""
    named = answer.charset.encode() or next(iter(_CHARSET.findall(answer.body[:2048])), b"")
    try:
        return answer.body.decode(named.decode() or "utf-8", "replace")
    except LookupError:
        return answer.body.decode("utf-8", "replace")
