"""A Chromium for tests, and a server for the site that it looks at."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Error, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the Chromium that the environment's CHROMIUM names, or the system's; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run a Chromium without a window."""
    path = chromium()
    assert path is not None, "Chromium is missing; .ci/run installs it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        pass


@contextmanager
def served(folder: Path, below: str = "in/a/folder") -> Iterator[str]:
    """Serve `folder` below a path, as a site that does not own its host; yield its address."""
    root = folder.parent / "served"
    link = root / below
    link.parent.mkdir(parents=True)
    link.symlink_to(folder, target_is_directory=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{below}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def watch(page: Page, address: str, told: list[str]) -> None:
    """Note every dialog, every error of a script and every request to elsewhere."""

    def dialog(shown: Dialog) -> None:
        told.append(f"dialog: {shown.message}")
        shown.dismiss()

    def error(raised: Error) -> None:
        told.append(f"error: {raised}")

    def request(asked: Request) -> None:
        if not asked.url.startswith((address, "blob:", "data:")):
            told.append(f"request: {asked.url}")

    page.on("dialog", dialog)
    page.on("pageerror", error)
    page.on("request", request)
