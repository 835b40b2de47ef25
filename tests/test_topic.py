"""Another topic: the generator knows nothing of the flagship's, and says what is missing where nothing is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from macros.author import macros
from macros.check import check
from macros.cli import main
from tests import html
from tests.projects import ROOT, TINY, builds, change, lay

FLAGSHIP_WORDS = re.compile(
    r"""\b(
      THET | thet\d* | thet-\w+ | NHS | LMICs? | HICs? | UK | IHPs? | to-uk | to-lmic | uk-\w+
    | Both\ Ways | partnerships? | health | healthcare | hospitals? | clinical | clinicians? | surgeons? | nurses? | doctors?
    | medicine | medical | volunteers? | reverse[- ]innovations? | low-\ and\ middle-income | Global\ Health
    | Kulasabanathan | kulasabanathan\d+ | Issa | issa\d+ | Crisp | crisp\d+ | DePasse | Tanzania | Uganda | Zambia | Malawi
    )\b""",
    re.VERBOSE,
)
ASSETS = re.compile(r"(?:\.\./|\./|/)*assets/[\w./-]+|both-ways\.(?:css|js)")
"""Files that the theme brings; their names are not words on a page."""


def test_no_word_of_the_flagship_is_on_the_site(tiny: Path) -> None:
    found: dict[str, set[str]] = {}
    for file in tiny.rglob("*"):
        if file.suffix in {".html", ".json", ".xml", ".txt", ".csv"} and "assets" not in file.relative_to(tiny).parts:
            content = ASSETS.sub("", file.read_text("utf-8"))
            words = {match[0] for match in FLAGSHIP_WORDS.finditer(content)}
            if words:
                found[file.relative_to(tiny).as_posix()] = words
    assert found == {}


def test_the_words_are_the_topics_own(tiny: Path) -> None:
    pages = dict(html.pages(tiny))
    kinds = {
        "sources/oakfield2020/": "Study",
        "claims/oakfield2020/cool-pavements/": "Observation",
        "findings/shade-cools/": "Conclusion",
        "principles/right-tree-right-place/": "Rule of thumb",
        "recommendations/plant-for-shade/": "Planting advice",
        "case-studies/mill-road/": "Street",
        "innovations/soil-vaults/": "Technique",
        "guidance/water-young-trees/": "Tip",
        "discrepancies/how-much-cooler/": "Disagreement",
        "searches/no-frost/": "Enquiry",
        "datasets/pavement-temperatures/": "Measurements",
        "themes/shade/": "Matter",
    }
    for address, label in kinds.items():
        assert html.one(pages[address], ".bw-kind__name").text() == label
    assert "Nobody planted these trees." in html.text(pages[""])
    assert html.one(pages["findings/shade-cools/"], "title").text() == "Shade cools pavements · Shade"


def test_every_internal_link_arrives(tiny: Path) -> None:
    assert html.broken_links(tiny) == []


def test_the_pages_call_every_macro() -> None:
    pages = "".join(file.read_text("utf-8") for file in (TINY / "docs").rglob("*.md"))
    assert [name for name, _ in macros() if not re.search(rf"{{{{ *{name}\(", pages)] == []


def test_a_withdrawn_record_keeps_its_address_and_says_where_to_go(tiny: Path) -> None:
    page = dict(html.pages(tiny))["guidance/paint-trunks/"]
    banner = html.one(page, ".bw-note--withdrawn")
    assert "Withdrawn on 22 November 2026" in banner.text()
    assert "It is about fruit trees." in banner.text()
    links = [link.attributes["href"] for link in banner.css("a")]
    assert links == ["../water-young-trees/"]


def test_an_empty_cell_says_which_kind_of_empty_it_is(tiny: Path) -> None:
    learnt, said = dict(html.pages(tiny))["evidence/themes/"].css("table.bw-matrix")
    searched = [cell for cell in learnt.css("td") if "searched, and none found" in cell.text()]
    assert searched, "searches cover these directions and levels"
    for cell in searched:
        assert next(link.attributes["href"] for link in cell.css("a")) in (
            "../../searches/against-shade/",
            "../../searches/no-frost/",
        )
    assert "not searched" not in learnt.text()
    assert "not searched" in said.text(), "no search looked by source"
    assert "searched, and none found" not in said.text()


# Hardly anything there ---------------------------------------------------------------------------


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.output


def test_check_of_an_empty_project_is_clear(tmp_path: Path) -> None:
    status, output = command("check", "--root", str(tmp_path))
    assert (status, output) == (0, "No problems in 0 records, 0 claims and 0 references.\n")
    assert json.loads(command("check", "--root", str(tmp_path), "--format", "json")[1]) == []


@pytest.mark.parametrize("folders", [["evidence"], ["evidence/vocabularies"], ["evidence/findings", "bib", "docs"]])
def test_check_of_empty_folders_is_clear(folders: list[str], tmp_path: Path) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    assert command("check", "--root", str(tmp_path))[0] == 0


def test_vocabularies_alone_are_a_start(tmp_path: Path) -> None:
    lay(tmp_path)
    for folder in (tmp_path / "evidence").iterdir():
        if folder.is_dir() and folder.name != "vocabularies":
            for file in folder.rglob("*.*"):
                file.unlink()
    (tmp_path / "evidence" / "published.txt").unlink()
    # What the vocabularies themselves point at is gone, which is told; nothing else is.
    problems = [problem for problem in check(tmp_path)[1] if problem.severity == "error"]
    assert {problem.code for problem in problems} <= {"E302", "E471"}
    assert {problem.place.path.rpartition("/")[0] for problem in problems} == {"evidence/vocabularies"}


def test_a_first_record_without_vocabularies_says_what_is_missing(tmp_path: Path) -> None:
    change(
        tmp_path,
        {"files": {"evidence/guidance/a.yaml": (TINY / "evidence/guidance/water-young-trees.yaml").read_text("utf-8")}},
    )
    status, output = command("check", "--root", str(tmp_path))
    assert status == 1
    assert "“watering” is not a term of the vocabulary “guidance-topics”." in output
    assert "There is no source with the id “elmton2021”." in output


def test_emptied_folders_still_build_a_site(tmp_path: Path) -> None:
    """What the project promises to another team: empty evidence/ and bib/, and start."""
    (tmp_path / "evidence").mkdir()
    (tmp_path / "bib").mkdir()
    (tmp_path / "docs").mkdir()
    front = "---\ntitle: Start\nkind: Page\nreviewed: 2026-11-22\n---\n\n"
    calls = [
        '{{ count("finding") }} {{ records("finding") }} {{ records("theme") }} {{ bibliography() }} {{ glossary() }}',
        "{{ barriers() }} {{ flow() }} {{ rules() }} {{ macro_reference() }} {{ references() }}",
        '{{ fields("finding") }} {{ second_reading("single") }} {{ matrix("claim", rows="bases", columns="source") }}',
    ]
    (tmp_path / "docs/index.md").write_text(front + "\n\n".join(calls) + "\n", "utf-8")
    (tmp_path / "mkdocs.yml").write_text("INHERIT: project.yml\nsite_name: Start\nnav: [index.md]\n", "utf-8")
    for name in ("macros", "overrides"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "project.yml").symlink_to(ROOT / "mkdocs.yml")
    (tmp_path / "docs/assets").symlink_to(ROOT / "docs/assets")
    assert "Start" in (builds(tmp_path) / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    "kinds",
    [
        "concepts: [{id: source, label: Study}]",  # names one kind and leaves the others
        "concepts: [{id: stone, label: Stone}]",  # names none of them
    ],
)
def test_a_topic_may_name_some_kinds_only(kinds: str, tmp_path: Path) -> None:
    root = lay(tmp_path, pages=True)
    change(root, {"files": {"evidence/vocabularies/kinds.yaml": f"title: Kinds\ndescription: Kinds.\n{kinds}\n"}})
    page = dict(html.pages(builds(root)))["sources/oakfield2020/"]
    assert html.one(page, ".bw-kind__name").text() == ("Study" if "Study" in kinds else "Source")
