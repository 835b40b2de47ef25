"""The search index: made from a built site, in pieces of which a reader fetches only what a search needs."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from pagefind_bin import get_executable

FOLDER = "pagefind"
"""Where the index lies, below the site's root."""

PAGES = f"{FOLDER}/pages.json"
"""What pages the index holds, and of which kind each is."""

FILTERS = f"{FOLDER}/filters.json"
"""Which of the other filters each page fits. The reader's side counts and narrows with these two, because the
index itself can say so only after it was fetched whole."""

LEFT_OUT = (
    # What stands on every page, or opens over it.
    "nav", "[popover]", ".bw-cites", ".bw-hidden", ".bw-kind", ".bw-contents-inline", ".headerlink", "svg", "script",
    # What belongs to another record, which is found by itself.
    ".bw-claim", ".bw-list", ".bw-cards", ".bw-explorer", ".bw-side ul", ".bw-trace", ".bw-matrix", ".bw-legend", ".bw-tags",
    ".bw-article > ul.bw-meta", "#content details",
    # What is about the record and not about its subject, or said alike on many pages.
    ".bw-verdict", ".bw-judged-label", ".bw-passage-block", ".bw-number dl", ".bw-facts dt", "thead", ".bw-small",
    '[data-when="stated"]',
)  # fmt: skip
"""Selectors of what is not worth finding, so that the index stays small and says each thing once."""

_SIGN = b"pagefind_dcd"
"""What every piece of the index begins with."""

_UNUSED = ("filter/*", "pagefind-*ui.*", "pagefind-highlight.js", "pagefind-worker.js", "wasm.unknown.pagefind")
"""What the site does not use: the program's own interface, and filters, which `PAGES` holds."""


class NoIndex(Exception):  # noqa: N818 - it says what is missing
    """No index could be made; the message says why."""


def make_index(site: Path, program: Path | None = None) -> int:
    """Write the index of the built `site` into it, and return how many pages it holds."""
    try:
        command = [str(program or get_executable()), "--site", str(site), "--output-subdir", FOLDER, "--quiet"]
        for selector in LEFT_OUT:
            command += ["--exclude-selectors", selector]
        done = subprocess.run(  # noqa: S603 - the program comes with a pinned package
            command, cwd=site, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise NoIndex(f"The search index could not be made: {error}") from error
    said = (done.stderr or done.stdout).strip()
    if done.returncode:
        raise NoIndex(f"The search index could not be made (exit status {done.returncode}): {said}")
    pages = _pages(site / FOLDER)
    if not pages["ids"]:
        raise NoIndex(f"The search index holds no page. {said}".strip())
    kinds = {"ids": pages["ids"], "filters": {"kind": pages["filters"].pop("kind", {})}}
    for path, data in ((PAGES, kinds), (FILTERS, pages["filters"])):
        (site / path).write_text(json.dumps(data, separators=(",", ":")), "utf-8")
    for pattern in _UNUSED:
        for file in (site / FOLDER).glob(pattern):
            file.unlink()
    (site / FOLDER / "filter").rmdir()
    return len(pages["ids"])


def _pages(folder: Path) -> dict[str, Any]:
    """Return the ids of the pages in the index, and for each filter's values the pages that have them.

    Pages are numbered as they are listed; each number is told as the step from the one before.
    """
    ids: list[str] = []
    filters: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, file in enumerate(sorted((folder / "fragment").glob("*.pf_fragment"))):
        content = gzip.decompress(file.read_bytes())
        if not content.startswith(_SIGN):
            raise NoIndex("The search index is in a form that the site's search does not know.")
        ids.append(file.stem)
        for name, values in json.loads(content[len(_SIGN) :])["filters"].items():
            for value in values:
                filters[name][value].append(number)
    return {
        "ids": ids,
        "filters": {name: {value: _steps(found) for value, found in of.items()} for name, of in filters.items()},
    }


def _steps(numbers: list[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]
