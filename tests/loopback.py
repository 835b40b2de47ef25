"""Other people's servers, played on this machine: well, slow, broken and hostile ones."""

from __future__ import annotations

import asyncio
import gzip
import io
import socket
import ssl
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pypdf
import trustme

from macros.web import Clock, Manners, PublicTransport, Web

Play = Mapping[str, Any]
"""What a server answers. Keys: status, headers, kind, body, pages (of a PDF), stall and drip (seconds), gzip,
bomb (bytes), cut (bytes after which it breaks off), head (an answer of its own for HEAD), and `close`."""

Default = Play | Callable[[str], Play] | None
"""What is answered at every other address."""

HERE = "127.0.0.1"
QUICK = Manners(
    agent="Test-link-check/1 (+https://trees.example/)", connect=10.0, read=20.0, whole=30.0, largest=200_000
)
"""Quick because the clock does not wait. What a busy machine needs to answer is no fault of a link."""
HASTY = replace(QUICK, read=0.4, whole=0.8)
"""For servers that are slow on purpose."""


class Clockwork:
    """A clock whose time passes only when somebody waits for it."""

    def __init__(self, now: datetime | None = None) -> None:
        self.start = now or datetime(2026, 11, 1, 12, tzinfo=UTC)
        self.passed = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def time(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += seconds
        await asyncio.sleep(0)


class Server:
    """A server that plays every host, each address as it is told to."""

    def __init__(self, plays: Mapping[str, Play | Sequence[Play]], default: Default = None) -> None:
        self.plays, self.default = plays, {"status": 404} if default is None else default
        for each in plays.values():
            for play in each if isinstance(each, Sequence) else (each,):
                _body(play)  # what takes long to make is made before anybody waits for it
        self.asked: list[tuple[str, str]] = []
        """Method and address, without its scheme, of every request but those for robots.txt."""
        self.agents: Counter[str] = Counter()
        self.turns: Counter[str] = Counter()
        self.at_once: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self.guard = threading.Lock()

    def play(self, method: str, address: str) -> Play:
        with self.guard:
            if not address.endswith("/robots.txt"):
                self.asked.append((method, address))
            elif address not in self.plays:
                return {"status": 404}
            if address in self.plays:
                found = self.plays[address]
            else:
                found = self.default(address) if callable(self.default) else self.default
            if isinstance(found, Sequence):
                turn = self.turns[address]
                self.turns[address] += 1
                found = found[min(turn, len(found) - 1)]
            return found.get("head", found) if method == "HEAD" else found

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host = self.headers.get("host", "")
                with server.guard:
                    server.agents[self.headers.get("user-agent", "")] += 1
                    server.at_once[host] += 1
                    server.most_at_once[host] = max(server.most_at_once[host], server.at_once[host])
                try:
                    self.answer(server.play(self.command, f"{host}{self.path}"))
                except OSError:
                    self.close_connection = True
                finally:
                    with server.guard:
                        server.at_once[host] -= 1

            do_HEAD = do_GET  # noqa: N815 - the library's name

            def answer(self, play: Play) -> None:
                self.close_connection = True
                if play.get("close"):
                    return
                time.sleep(play.get("stall", 0))
                body = _body(play)
                headers = {"Content-Type": play.get("kind", "text/html"), "Content-Length": str(len(body))}
                if play.get("gzip") or play.get("bomb"):
                    headers["Content-Encoding"] = "gzip"
                self.send_response(play.get("status", 200))
                for name, value in (headers | play.get("headers", {})).items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "HEAD":
                    return
                if "cut" in play:
                    body = body[: play["cut"]]
                if "drip" in play:
                    for byte in body:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(play["drip"])
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        return Handler


def _body(play: Play) -> bytes:
    if "pages" in play:
        return pdf(play["pages"])
    if "bomb" in play:
        return bomb(play["bomb"])
    body = play.get("body", "<p>Here")
    raw: bytes = body.encode(play.get("encoding", "utf-8")) if isinstance(body, str) else body
    return gzip.compress(raw) if play.get("gzip") else raw


@cache
def pdf(pages: int) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@cache
def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    piece = b"<p>" + b" " * 1_000_000
    return b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A broken connection is what many tests are about."""


@contextmanager
def playing(
    plays: Mapping[str, Play | Sequence[Play]],
    *,
    default: Default = None,
    certified: Sequence[str] = ("trees.test",),
) -> Iterator[tuple[Server, Loopback]]:
    """Play servers for every host, over HTTP and TLS; yield what was asked of them, and the way to them."""
    server = Server(plays, default)
    authority = trustme.CA()
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*certified).configure_cert(there)
    here = ssl.create_default_context()
    authority.configure_trust(here)
    plain, safe = (_Quiet((HERE, 0), server.handler()) for _ in range(2))
    safe.socket = there.wrap_socket(safe.socket, server_side=True, do_handshake_on_connect=False)
    for each in (plain, safe):
        threading.Thread(target=each.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server, Loopback(plain.server_port, safe.server_port, here)
    finally:
        for each in (plain, safe):
            each.shutdown()
            each.server_close()


def _is_here(address: str) -> bool:
    return address.startswith("127.")


class Loopback(httpx.AsyncBaseTransport):
    """Leads every host to the servers on this machine, past the same gate as any other address."""

    def __init__(self, plain: int, safe: int, verify: ssl.SSLContext) -> None:
        self.ports, self.verify = {"http": plain, "https": safe}, verify
        self.elsewhere: dict[str, str | None] = {}
        """Hosts with another address, or with none."""
        self.gate = PublicTransport(self.resolve, _is_here, verify)

    async def resolve(self, host: str, port: int) -> list[str]:
        address = self.elsewhere.get(host, HERE)
        if address is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [address]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(port=self.ports[request.url.scheme])
        return await self.gate.handle_async_request(
            httpx.Request(request.method, url, headers=request.headers, extensions=request.extensions)
        )

    async def aclose(self) -> None:
        # A transport is closed by every run; the next one asks by another.
        await self.gate.aclose()
        self.gate = PublicTransport(self.resolve, _is_here, self.verify)

    def web(self, clock: Clock, manners: Manners = QUICK) -> Web:
        return Web(manners, self, clock)
