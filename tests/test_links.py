"""Internal links: every fault planted in a small built site is found once and in its place, and nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdf
import pytest
import yaml
from click.testing import CliRunner, Result
from pypdf.annotations import Link

from macros import links
from macros.cli import main
from macros.link_benchmark import compare, synthetic_site
from macros.link_codes import CODES
from macros.links import check_links
from tests.projects import ROOT, edit

SUITE: dict[str, Any] = yaml.safe_load((ROOT / "tests/golden/links/internal.yaml").read_text("utf-8"))
FAULTS = {fault["name"]: fault for fault in SUITE["faults"]}

Told = tuple[str, str, int, int]


def pdf(addresses: list[str]) -> bytes:
    """Return a PDF document with a page of links."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    for number, address in enumerate(addresses):
        writer.add_annotation(0, Link(rect=(0, number * 20, 100, number * 20 + 20), url=address))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def lay(root: Path, files: Mapping[str, Any]) -> Path:
    for path, content in files.items():
        file = root / path
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            file.write_bytes(pdf(content["pdf"]))
        else:
            file.write_text(content, "utf-8")
    return root


def plant(root: Path, fault: Mapping[str, Any]) -> Path:
    lay(root, fault.get("files", {}))
    for path, replacements in fault.get("edits", {}).items():
        edit(root / path, replacements)
    if pages := fault.get("pages"):
        lay(root, {f"site/p{number}/index.html": pages["content"] for number in range(pages["times"])})
        ways = "".join(f'<a href="p{number}/">{number}</a>' for number in range(pages["times"]))
        edit(root / "site/index.html", {"</body>": f"{ways}</body>"})
    return root


def told(root: Path) -> list[Told]:
    found = [finding.problem for finding in check_links(root, root / "site").findings]
    return [(p.code, p.place.path, p.place.line, p.place.column) for p in found]


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return lay(tmp_path, SUITE["files"])


def command(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, ["links", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_nothing_is_wrong_with_the_clean_site(clean: Path) -> None:
    assert told(clean) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_once_in_its_place(name: str, clean: Path) -> None:
    fault = FAULTS[name]
    assert told(plant(clean, fault)) == sorted(
        (tuple(each) for each in fault["expect"]), key=lambda each: (each[1], each[2], each[3], each[0])
    )


def test_every_code_of_links_is_planted() -> None:
    exceptions = {"E930", "E931", "E932"}
    internal = {about.code for about in CODES if about.code < "E920"}
    assert {each[0] for fault in FAULTS.values() for each in fault["expect"]} == internal
    assert {about.code for about in CODES} >= internal | exceptions


def test_two_processes_find_what_one_finds(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(clean, FAULTS["a fault of the theme, which every page has"])
    plant(clean, FAULTS["a place on another page that is not there"])
    plant(clean, FAULTS["a page that nobody links to"])
    alone = check_links(clean, clean / "site")
    monkeypatch.setattr(links, "_WORTH_ANOTHER_PROCESS", 1)
    together = check_links(clean, clean / "site")
    assert together.findings == alone.findings
    assert len(together.findings) == 3
    assert (together.files, together.links) == (alone.files, alone.links)
    assert {address: set(files) for address, files in together.outside.items()} == {
        address: set(files) for address, files in alone.outside.items()
    }


def test_addresses_elsewhere_are_gathered_with_the_files_they_stand_in(clean: Path) -> None:
    assert check_links(clean, clean / "site").outside == {
        "https://elsewhere.example/a%20b?q=1#x": ["index.html"],
        "https://elsewhere.example/": ["paper.pdf"],
    }


def test_a_site_whose_pages_are_files_is_held_to_the_same(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "evidence/published.txt": "finding:oak\naddress:about/\n",
            "site/index.html": '<a href="about.html#a">A</a> <a href="findings/oak.html">Oak</a>',
            "site/about.html": '<p id="a"><a href="index.html">Home</a> <a href="about">Bare</a>',
            "site/findings/oak.html": '<a href="../about.html">A</a> <a href="/about.html">A</a>',
        },
    )
    assert told(tmp_path) == [("E901", "site/about.html", 1, 50)]


def test_a_site_without_an_address_has_its_links_from_the_hosts_root(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "site/index.html": '<a href="/about/">A</a> <a href="https://trees.example/nowhere/">Elsewhere</a>',
            "site/about/index.html": "About",
            "site/404.html": '<a href="/">Home</a>',
        },
    )
    assert told(tmp_path) == []
    found = check_links(tmp_path, tmp_path / "site", "https://trees.example").findings
    assert [finding.problem.code for finding in found] == ["E901"]


def test_the_command_tells_and_exits_by_what_it_found(clean: Path) -> None:
    result = command("--root", clean)
    assert (result.exit_code, result.output) == (0, "All 76 links in 22 files of the built site arrive.\n")
    plant(clean, FAULTS["a place on another page that is not there"])
    result = command("--root", clean)
    assert result.exit_code == 1
    assert "site/index.html:9:37: error E902: There is no “#wyh” on the page “findings/oak/”." in result.output
    assert "Did you mean “#why”?" in result.output
    found = json.loads(command("--root", clean, "--format", "json").output)
    assert [problem["code"] for problem in found] == ["E902"]


def test_what_servers_correct_is_told_and_fails_nothing(clean: Path) -> None:
    plant(clean, FAULTS["a folder without the slash at its end"])
    result = command("--root", clean)
    assert "warning E905" in result.output
    assert result.exit_code == 0


def test_without_a_built_site_the_command_is_misused(tmp_path: Path) -> None:
    result = command("--root", tmp_path)
    assert result.exit_code == 2
    assert "There is no built site in" in result.output


# Exceptions --------------------------------------------------------------------------------------


def excused(root: Path, *entries: str) -> list[Told]:
    (root / "link-exceptions.yml").write_text("exceptions:\n" + "".join(f"- {entry}\n" for entry in entries), "utf-8")
    found = json.loads(command("--root", root, "--format", "json").output or "[]")
    return [(each["code"], each["path"], each["line"], each["column"]) for each in found]


def test_an_exception_excuses_its_link_until_its_day(clean: Path) -> None:
    plant(clean, FAULTS["a link that climbs out of the site"])
    assert excused(clean, "{link: ../../../, reason: A test., until: 2999-12-31}") == []
    assert excused(clean, '{link: "../../*", code: e907, reason: A test., until: 2999-12-31}') == []
    past = excused(clean, "{link: ../../../, reason: A test., until: 2020-01-01}")
    assert [code for code, *_ in past] == ["E932", "E907"]


def test_an_exception_that_excuses_nothing_fails(clean: Path) -> None:
    gone = "{link: ../nowhere/, reason: A test., until: 2999-12-31}"
    assert excused(clean, gone) == [("E931", "link-exceptions.yml", 2, 3)]
    # What this run did not look at may well be needed.
    assert excused(clean, "{link: https://elsewhere.example/, reason: A test., until: 2999-12-31}") == []
    plant(clean, FAULTS["a link that climbs out of the site"])
    other = "{link: ../../../, code: E901, reason: A test., until: 2999-12-31}"
    assert [code for code, *_ in excused(clean, other)] == ["E931", "E907"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{link: x, until: 2999-12-31}", "“reason” is missing."),
        ("{link: x, reason: y, until: soon}", "“until” is not a day such as 2027-05-01."),
        ("{link: x, raeson: y, until: 2999-12-31}", "There is no field “raeson”."),
        ('{link: "", reason: y, until: 2999-12-31}', "“link” is empty, or not a text."),
        ("x", "An exception is a group of fields: link, reason, until and, if wanted, code."),
    ],
)
def test_an_exception_says_what_why_and_how_long(entry: str, message: str, clean: Path) -> None:
    (clean / "link-exceptions.yml").write_text(f"exceptions:\n- {entry}\n", "utf-8")
    result = command("--root", clean)
    assert result.exit_code == 1
    assert f"error E930: {message}" in result.output


# The benchmark -----------------------------------------------------------------------------------


def test_we_find_all_that_lychee_finds(tmp_path: Path) -> None:
    faults = synthetic_site(tmp_path / "site", 300)
    said: list[str] = []
    compare(tmp_path / "site", tmp_path, ROOT, said.append)
    assert faults == 9
    assert said[-1] == "  lychee finds 9, of which we find 9; we find 9"
