"""The search index: what is in it, and that a site without one is not published."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import cbor2
import pytest

from macros.build import FAILED
from macros.index import FILTERS, FOLDER, PAGES, NoIndex, make_index
from tests.projects import lay, run

PAGE = """<!doctype html><html lang="en"><head><title>T</title>
<meta name="kind" content="claim" data-pagefind-filter="kind[content]">
<meta name="theme" content="~shade" data-pagefind-filter="theme[content]"></head>
<body><header>furniture</header><article id="content" data-pagefind-body><h1>Elms</h1>
<p>Cooler below.<button class="bw-pop">3</button><span popover>preview</span></p>
<dl class="bw-facts"><div><dt>Place</dt><dd>Oakfield</dd></div></dl>
<section data-pagefind-ignore><h2 id="about">About</h2>housekeeping</section></article></body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("", "a", "b"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "index.html").write_text(PAGE, "utf-8")
    (tmp_path / "404.html").write_text("<html lang=en><body>Nothing here</body></html>", "utf-8")
    return tmp_path


def pieces(site: Path) -> list[str]:
    return [gzip.decompress(file.read_bytes()).decode()[12:] for file in (site / FOLDER / "fragment").iterdir()]


def test_pages_with_a_body_are_found_and_others_are_not(site: Path) -> None:
    assert make_index(site) == 3


def test_furniture_is_left_out(site: Path) -> None:
    make_index(site)
    for piece in pieces(site):
        content = json.loads(piece)["content"]
        assert "Cooler below" in content
        assert "Oakfield" in content
        for word in ("furniture", "preview", "Place", "housekeeping"):
            assert word not in content


def test_filters_are_told_page_by_page(site: Path) -> None:
    make_index(site)
    found = json.loads((site / PAGES).read_text("utf-8"))
    assert found["filters"] == {"kind": {"claim": [0, 1, 1]}}
    assert len(found["ids"]) == 3
    assert json.loads((site / FILTERS).read_text("utf-8")) == {"theme": {"~shade": [0, 1, 1]}}


def test_the_programs_own_interface_is_not_published(site: Path) -> None:
    make_index(site)
    assert {file.suffix for file in (site / FOLDER).iterdir() if file.is_file()} == {
        ".js",
        ".json",
        ".pagefind",
        ".pf_meta",
    }
    assert [file.name for file in (site / FOLDER).glob("*.js")] == ["pagefind.js"]


def test_an_empty_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoIndex):
        make_index(tmp_path)


def test_a_program_that_fails_is_told_of(site: Path) -> None:
    program = site / "broken"
    program.write_text("#!/bin/sh\necho 'no room' >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(NoIndex, match=r"exit status 3.*no room"):
        make_index(site, program)
    with pytest.raises(NoIndex, match="could not be made"):
        make_index(site, site / "missing")


@pytest.mark.slow
def test_a_site_without_an_index_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(site: Path) -> int:
        raise NoIndex("The search index could not be made: no room.")

    root = lay(tmp_path, pages=True)
    monkeypatch.setattr("macros.index.make_index", fail)
    status, said = run(root)
    assert status == FAILED
    assert "The search index could not be made: no room." in said
    assert not (root / "site").exists()


def test_small_pieces_hold_every_word_between_the_first_and_last_that_the_contents_tell(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        "<html lang='en'><body data-pagefind-body><h1>Alphabet</h1>"
        + " ".join(f"{first}{second}{third}x" for first in "abcdefgh" for second in "klmnopqr" for third in "stuvwxyz")
        * 12,
        "utf-8",
    )
    assert make_index(tmp_path) == 1
    folder = tmp_path / FOLDER

    def read(file: Path) -> Any:
        return cbor2.loads(gzip.decompress(file.read_bytes())[len("pagefind_dcd") :])

    (contents,) = folder.glob("*.pf_meta")
    pieces = read(contents)[2]
    assert len(pieces) > 2
    words = []
    for first, last, name in pieces:
        inside = [word[0] for word in read(folder / "index" / f"{name}.pf_index")[0]]
        assert (inside[0], inside[-1]) == (first, last)
        words += inside
    assert words == sorted(words)
    assert len([word for word in words if len(word) == 4]) == 512
    assert len(pieces) == len(list((folder / "index").iterdir())), "nothing else is left lying"
