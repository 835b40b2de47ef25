"""The search index: made from a built site, in pieces of which a reader fetches only what a search needs."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import cbor2
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

_PIECE = 12_000
"""Bytes of a piece of the index before compression. The program makes pieces of some 50,000, of which a search
for three words needs three or more: most of what a reader on a phone would wait for. The price: while a word is
being typed, its beginning finds only the words of the piece that it falls into."""

_UNUSED = ("pagefind-*ui.*", "pagefind-highlight.js", "pagefind-worker.js", "wasm.unknown.pagefind")
"""What the site does not use: the program's own interface. Its filters go too; `PAGES` holds them."""


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
    _split(site / FOLDER)
    pages = _pages(site / FOLDER)
    if not pages["ids"]:
        raise NoIndex(f"The search index holds no page. {said}".strip())
    kinds = {"ids": pages["ids"], "filters": {"kind": pages["filters"].pop("kind", {})}}
    for path, data in ((PAGES, kinds), (FILTERS, pages["filters"])):
        (site / path).write_text(json.dumps(data, separators=(",", ":")), "utf-8")
    for pattern in _UNUSED:
        for file in (site / FOLDER).glob(pattern):
            file.unlink()
    shutil.rmtree(site / FOLDER / "filter", ignore_errors=True)  # a site whose pages have no filter has none
    return len(pages["ids"])


def _split(folder: Path) -> None:
    """Part the index into smaller pieces.

    The list of contents names each piece by its first and last word; a piece is a list of words in order.
    """
    contents = list(folder.glob("*.pf_meta"))
    if len(contents) != 1:
        raise NoIndex("The search index is in a form that the site's search does not know.")
    meta = _read(contents[0])
    pieces = []
    for _, _, name in meta[2]:
        file = folder / "index" / f"{name}.pf_index"
        words, *others = _read(file)
        file.unlink()
        for number, some in enumerate(_parted(words)):
            pieces.append([some[0][0], some[-1][0], f"{name}{number}"])
            _write(folder / "index" / f"{name}{number}.pf_index", [some, *others])
    meta[2] = pieces
    _write(contents[0], meta)


def _parted(words: list[list[Any]]) -> Iterator[list[list[Any]]]:
    some: list[list[Any]] = []
    size = 0
    for word in words:
        length = len(cbor2.dumps(word))
        if some and size + length > _PIECE:
            yield some
            some, size = [], 0
        some.append(word)
        size += length
    if some:
        yield some


def _read(file: Path) -> Any:
    content = gzip.decompress(file.read_bytes())
    if not content.startswith(_SIGN):
        raise NoIndex("The search index is in a form that the site's search does not know.")
    return cbor2.loads(content[len(_SIGN) :])


def _write(file: Path, content: object) -> None:
    file.write_bytes(gzip.compress(_SIGN + cbor2.dumps(content), mtime=0))


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
