"""What several tests share: the built sites, a web server for them, and a real Chromium."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from macros.build import build
from tests import browser
from tests.projects import ROOT, builds, lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_BROWSER_FIXTURES = {"chromium"}
_SITE_FIXTURES = {"flagship", "tiny", *_BROWSER_FIXTURES}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for, so that `-m "not browser and not slow"` leaves the quick ones."""
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if wanted & _SITE_FIXTURES:
            item.add_marker(pytest.mark.slow)
        if wanted & _BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def flagship(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own site, built once and strictly."""
    site = tmp_path_factory.mktemp("flagship") / "site"
    stream = io.StringIO()
    assert build(ROOT, site, stream=stream) == 0, stream.getvalue()
    # A day of review passes without anybody's doing; else a build in which nothing is wrong says nothing.
    assert [line for line in stream.getvalue().splitlines() if " E407 " not in line] == []
    return site


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the tiny evidence base on another topic, built once and strictly."""
    root = lay(tmp_path_factory.mktemp("tiny"), pages=True)
    return builds(root)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """Return a function that serves a built site on this machine and returns its address."""
    with ExitStack() as open_:
        addresses: dict[Path, str] = {}

        def serve(site: Path) -> str:
            if site not in addresses:
                link = tmp_path_factory.mktemp("served") / "site"
                link.symlink_to(site, target_is_directory=True)
                addresses[site] = open_.enter_context(browser.served(link))
            return addresses[site]

        yield serve


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium; one for each module, because two Playwrights cannot run at the same time."""
    if browser.chromium() is None:
        message = "There is no Chromium: install it, or say where it is in CHROMIUM."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with browser.browsing() as found:
        yield found
