"""The bibliography: what is read from `.bib` files, and how what is wrong in them is told."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from macros import latex
from macros.bibliography import MAX_BYTES, bibtex, parse_bibliography, read_bibliography
from macros.problem import Severity
from macros.reference_rules import CODES, unused

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 22)
GOLDEN = [
    pytest.param(case, id=case["name"])
    for file in sorted((Path(__file__).parent / "golden" / "bibliography").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text("utf-8"))
]
NOT_IN_A_BIB_FILE = {"E501", "E516", "E526", "E530", "E531"}


@pytest.mark.parametrize("case", GOLDEN)
def test_golden(case: dict[str, Any]) -> None:
    bibliography, problems = parse_bibliography({"test.bib": case["bib"]}, TODAY)
    told = [f"{p.place.line}:{p.place.column} {p.code} {p.message}" for p in problems]
    assert told == case["problems"]
    assert set(case["references"]) <= set(bibliography)
    if not case["problems"]:
        assert set(case["references"]) == set(bibliography)
    for key, expected in case["references"].items():
        reference = bibliography[key]
        shown = {
            **{name: getattr(reference, name) for name in expected if name not in ("authors", "place")},
            "authors": [str(name) for name in reference.authors],
            "place": f"{reference.place.line}:{reference.place.column}",
        }
        assert {name: shown[name] for name in expected} == expected


@pytest.mark.parametrize("about", [code for code in CODES if code.code not in NOT_IN_A_BIB_FILE])
def test_examples_of_rules_break_and_keep_them(about: Any) -> None:
    for text, breaks in ((about.wrong, True), (about.right, False)):
        _, problems = parse_bibliography({"example.bib": text}, TODAY)
        found = {problem.code: problem.severity for problem in problems}
        assert (about.code in found) is breaks
        assert not breaks or found[about.code] == about.severity


def test_fixes_stand_at_their_place_and_remove_their_problem() -> None:
    text = (
        "@online{a2020, author = {A, B}, title = {Why 50% fail}, provenance = {x}, date = {n.d.},\n"
        "  doi = {doi:10.1136/bmj.l6205}, url = {https://trees.test/a\\_b}, note = {a\u200bb}}\n"
    )
    _, problems = parse_bibliography({"a.bib": text}, TODAY)
    assert [problem.code for problem in problems] == ["E519", "E513", "E508", "E510", "E518"]
    for problem in sorted(problems, key=lambda p: p.sort_key, reverse=True):
        assert problem.fix
        lines = text.splitlines(keepends=True)
        start = sum(map(len, lines[: problem.place.line - 1])) + problem.place.column - 1
        assert text.startswith(problem.fix.old, start)
        text = text[:start] + problem.fix.new + text[start + len(problem.fix.old) :]
    assert parse_bibliography({"a.bib": text}, TODAY)[1] == []


def test_the_projects_own_references_are_in_order() -> None:
    bibliography, problems = read_bibliography([ROOT / "bib" / "references.bib"], ROOT, TODAY)
    assert problems == []
    assert {"kulasabanathan2017", "issa2021", "thet2016", "thet-guidance"} <= set(bibliography)
    assert bibliography["kelly2015"].et_al
    assert bibliography["thet-guidance"].undated
    assert bibliography["thet2016"].place.path == "bib/references.bib"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "large.bib").write_bytes(b"%" * (MAX_BYTES + 1))
    (tmp_path / "latin.bib").write_bytes(b"% one\n% caf\xe9\n")
    (tmp_path / "good.bib").write_text("\ufeff@book{a2020, title = {T}}", "utf-8")
    files = [tmp_path / name for name in ("good.bib", "large.bib", "latin.bib", "missing.bib")]
    bibliography, problems = read_bibliography(files, tmp_path, TODAY)
    told = [(str(p.place), p.message) for p in problems if p.code == "E501"]
    assert told == [
        ("large.bib", "The file is 1.0 MiB large; at most 1 MiB is read."),
        ("latin.bib:2:6", "The file is not valid UTF-8 text."),
        ("missing.bib", "The file cannot be read: No such file or directory."),
    ]
    assert list(bibliography) == ["a2020"]


def test_keys_are_unique_over_all_files() -> None:
    entry = "@book{a2020, author = {A, B}, title = {T}, date = {2020}, provenance = {x}}"
    _, problems = parse_bibliography({"one.bib": entry, "two.bib": entry}, TODAY)
    assert [(str(p.place), p.message) for p in problems] == [
        ("two.bib:1:7", "The key “a2020” is used twice; first at one.bib:1:7.")
    ]


def test_a_file_with_windows_line_ends_has_the_same_places() -> None:
    text = "@book{a2020,\n  author = {A, B},\n  doi = {x},\n}\n"
    unix, windows = (parse_bibliography({"a.bib": t}, TODAY)[1] for t in (text, text.replace("\n", "\r\n")))
    assert [p.place for p in unix] == [p.place for p in windows]


def test_unused_references_are_warned_of() -> None:
    bibliography, _ = parse_bibliography({"a.bib": "@book{a2020, title = {T}} @book{b2020, title = {T}}"}, TODAY)
    problems = unused(bibliography, {"b2020"})
    assert [(p.code, p.message, p.severity) for p in problems] == [("E516", "Nothing cites “a2020”.", Severity.WARNING)]


def test_an_excuse_silences_the_warning_until_it_is_no_longer_true() -> None:
    text = "@book{a2020, title = {T}, uncited = {For the appendix}}\n@book{b2020, title = {T}, uncited = {Kept}}"
    bibliography, _ = parse_bibliography({"a.bib": text}, TODAY)
    (problem,) = unused(bibliography, {"b2020"})
    assert (problem.code, str(problem.place), problem.message) == ("E526", "a.bib:2:38", "“b2020” is cited.")


def test_an_exported_entry_reads_the_same_elsewhere() -> None:
    text = (
        "@string{gh = {Global Health}}\n"
        "@article{a2020, author = {{A and B} and C, D and others}, journaltitle = gh,\n"
        '  title = "{NHS} \\& \\emph{x}",\n'
        "  date = {not stated}, month = jan, urldate = {not stated}, provenance = {secret}}\n"
    )
    reference = parse_bibliography({"a.bib": text}, TODAY)[0]["a2020"]
    assert bibtex(reference) == (
        "@article{a2020,\n"
        "  author = {{A and B} and C, D and others},\n"
        "  journaltitle = {Global Health},\n"
        "  title = {{NHS} \\& \\emph{x}},\n"
        "  month = {1},\n"
        "}\n"
    )
    again = parse_bibliography({"a.bib": bibtex(reference)}, TODAY)[0]["a2020"]
    assert (again.title, again.authors, again.et_al) == (reference.title, reference.authors, reference.et_al)
    assert reference.raw.startswith("@article{a2020, author")


@pytest.mark.parametrize(
    "text",
    [
        "@" * 50_000,
        "{" * 100_000,
        "@book{a2020, title = {" + "{" * 50_000 + "}" * 50_000 + "}}",
        "@book{a2020, title = {" + "\\emph" * 20_000 + "}}",
        "@book{a2020, title = {" + "$" * 50_001 + "}}",
        "@book{a2020, author = {" + "A and " * 50_000 + "B}}",
        "@book{a2020, author = {" + "x" * 400_000 + "}}",
        "@book{a2020, " + "x = 1, " * 50_000 + "}",
        "@book{a2020, title = {" + "%" * 300_000 + "}}",
        "@string{a = {x}}\n"
        + "".join(f"@string{{a{i} = a # a}}\n" for i in range(5_000))
        + "@book{a2020, title = a4999}",
        "@string{a = {xxxxxxxxxx}}\n"
        + "".join(f"@string{{a{'a' * i} = a{'a' * (i - 1)} # a{'a' * (i - 1)}}}\n" for i in range(1, 60))
        + "@book{a2020, title = a"
        + "a" * 59
        + "}",
        '@book{a2020, title = "' + '{"}' * 50_000 + '"}',
        "@comment{" * 20_000,
        "\x00\x01\x02@book{\x03, }",
        "@book{\n\n\n= = = , , ,}",
        "@book{a2020, title = {\ud800}}",
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_hostile_files_are_told_of_and_cost_little(text: str) -> None:
    started = time.process_time()
    bibliography, problems = parse_bibliography({"evil.bib": text}, TODAY)
    assert time.process_time() - started < 5
    assert problems or bibliography
    for reference in bibliography.values():
        assert len(reference.title) < 30_000


def test_a_thousand_entries_take_well_under_a_second() -> None:
    entry = (
        "@article{{key-{0},\n  author = {{Garc{{\\'\\i}}a {0}, A. B. and Jones{0}, C. D. and Li{0}, E.}},\n"
        "  title = {{{{NHS}} health partnerships, volume {0} \\& more}},\n"
        "  journaltitle = {{Global Health}},\n"
        "  date = {{2016}},\n  doi = {{10.1000/abc.{0}}},\n  provenance = {{list, no. {0}}},\n}}\n"
    )
    text = "".join(entry.format(number) for number in range(1000))
    started = time.process_time()
    bibliography, problems = parse_bibliography({"big.bib": text}, TODAY)
    assert time.process_time() - started < 1.5
    assert (len(bibliography), problems) == (1000, [])


KEYS = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters='{}\\"@', exclude_categories=["Cs"]), max_size=40)
NAMES = st.sampled_from(["author", "title", "date", "doi", "url", "note", "provenance", "pages"])
ENTRIES = st.dictionaries(KEYS, st.dictionaries(NAMES, VALUES, max_size=5), max_size=6)


@given(ENTRIES)
@settings(max_examples=150, deadline=None)
def test_no_key_and_no_value_is_lost(entries: dict[str, dict[str, str]]) -> None:
    text = "".join(
        f"@book{{{key},\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items()) + "}\n"
        for key, fields in entries.items()
    )
    bibliography, problems = parse_bibliography({"a.bib": text}, TODAY)
    assert list(bibliography) == list(entries)
    for key, fields in entries.items():
        assert {name: field.typed for name, field in bibliography[key].fields.items()} == fields
        for field in bibliography[key].fields.values():
            lines = text.split("\n")
            assert lines[field.name_place.line - 1][field.name_place.column - 1 :].startswith(field.name)
    for problem in problems:
        assert 1 <= problem.place.line <= text.count("\n") + 1


@given(st.text(st.sampled_from('@book{}(),="#%\\$\n ab1-\u202e'), max_size=120))
@settings(max_examples=400, deadline=None)
def test_parsing_never_crashes_and_never_keeps_silent(text: str) -> None:
    bibliography, problems = parse_bibliography({"a.bib": text}, TODAY)
    written = [line.strip() for line in text.split("\n")]
    if any(line and not line.startswith("%") for line in written):
        assert bibliography or problems or "@" in text
    for reference in bibliography.values():
        assert reference.raw in text


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_text_put_into_latex_reads_as_itself(text: str) -> None:
    plain = latex.plain(text)
    encoded = latex.encode(plain)
    assert latex.nesting(encoded) >= 0
    assert not list(latex.lost(encoded))


@given(st.text(st.sampled_from("\\{}$%&~'`\"^_ aeiounc-\n"), max_size=40))
@settings(max_examples=400, deadline=None)
def test_decoding_never_crashes(typed: str) -> None:
    assert "\n" not in latex.decode(typed)
    list(latex.lost(typed))
    latex.is_rich(typed)
    latex.without_math(typed)
