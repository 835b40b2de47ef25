"""Citations: how references look in a style, and that nothing in them can do harm."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from macros import citation
from macros.bibliography import Bibliography, parse_bibliography
from macros.citation import FormatterError, find_style, format_bibliography, style_names
from macros.problem import Place

CASES = yaml.safe_load((Path(__file__).parent / "golden" / "citation" / "styles.yaml").read_text("utf-8"))
STYLES = sorted({style for case in CASES for style in case["styles"]})
BOOK = "@book{said1978, author = {Said, E. W.}, title = {Orientalism}, date = {1978}, provenance = {SECRET}}"


def parsed(text: str) -> Bibliography:
    """Return the references in a text, whatever is wrong with them."""
    return parse_bibliography({"a.bib": text})[0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_golden(case: dict[str, Any], style: str) -> None:
    formatted = format_bibliography(parsed(case["bib"]), style)
    assert formatted.problems == ()
    expected = case["styles"][style]
    assert list(formatted) == list(expected), "in the order of the style"
    for key, reference in formatted.items():
        assert {"html": reference.html, "intext": reference.intext} == {"intext": "", **expected[key]}
        assert reference.csl_json["id"] == key
        assert reference.csl_json["type"]
        assert reference.csl_json["title"]
        assert "SECRET" not in f"{reference}"
        text = LexborHTMLParser(reference.html).text()
        assert text.replace("\xa0", " ") == reference.text


@pytest.mark.parametrize(
    ("name", "numeric"),
    [
        ("vancouver", True),
        ("ieee", True),
        ("american-medical-association", True),
        ("chicago-notes-bibliography", True),
        ("apa", False),
        ("harvard-cite-them-right", False),
        ("bmj-open", True),
    ],
)
def test_styles_know_how_they_cite(name: str, numeric: bool) -> None:
    style = find_style(name)
    assert style
    assert style.numeric is numeric
    assert style.title


def test_vancouver_is_the_medical_library_s_style() -> None:
    style = find_style("vancouver")
    assert style
    assert style.name == "nlm-citation-sequence"
    assert "vancouver" in style_names()


@pytest.mark.parametrize("name", ["vancuver", "../../etc/passwd", "", "Vancouver\n", "apa.csl"])
def test_an_unknown_style_is_told_of_and_the_default_used(name: str) -> None:
    formatted = format_bibliography(parsed(BOOK), name, asked_at=Place("site.yml", 3, 1))
    (problem,) = formatted.problems
    assert (problem.code, problem.place) == ("E530", Place("site.yml", 3, 1))
    assert formatted.style == find_style("vancouver")
    assert formatted["said1978"].html == "Said EW. Orientalism. 1978."


def test_an_unknown_style_names_near_ones() -> None:
    (problem,) = format_bibliography(parsed(BOOK), "vancuver").problems
    assert "“vancouver”" in problem.suggestion


def test_an_empty_bibliography_is_fine() -> None:
    formatted = format_bibliography(parsed(""))
    assert (dict(formatted), formatted.problems) == ({}, ())


def _no_pandoc() -> str:
    raise FormatterError("pandoc is missing")


def test_a_second_run_needs_no_pandoc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = format_bibliography(parsed(BOOK), cache=tmp_path / "citations")
    monkeypatch.setattr(citation, "_pandoc_path", _no_pandoc)
    second = format_bibliography(parsed(BOOK), cache=tmp_path / "citations")
    assert second.problems == ()
    assert dict(second) == dict(first)
    changed = format_bibliography(parsed(BOOK.replace("Orient", "Occident")), cache=tmp_path / "citations")
    assert [problem.code for problem in changed.problems] == ["E531"]
    other_style = format_bibliography(parsed(BOOK), "apa", cache=tmp_path / "citations")
    assert [problem.code for problem in other_style.problems] == ["E531"]


def test_what_is_not_printed_does_not_matter_to_the_cache(tmp_path: Path) -> None:
    for provenance in ("SECRET", "elsewhere"):
        format_bibliography(parsed(BOOK.replace("SECRET", provenance)), cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "[[1]]", '{"a": 1}', '[["x", 1, 2, [], 3]]', "\x00", "[" * 9999]
)
def test_a_corrupted_cache_is_made_anew(tmp_path: Path, content: str) -> None:
    expected = dict(format_bibliography(parsed(BOOK), cache=tmp_path))
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    assert dict(format_bibliography(parsed(BOOK), cache=tmp_path)) == expected
    assert json.loads(file.read_text("utf-8"))


def test_a_tampered_cache_does_no_harm(tmp_path: Path) -> None:
    format_bibliography(parsed(BOOK), cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(json.dumps([["said1978", "<script>x</script><b onclick=y>{{ z }}</b>", "t", {}, ""]]))
    assert format_bibliography(parsed(BOOK), cache=tmp_path)["said1978"].html == "<b>&#123;&#123; z &#125;&#125;</b>"


def test_a_cache_that_cannot_be_written_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    formatted = format_bibliography(parsed(BOOK), cache=tmp_path / "file" / "citations")
    assert formatted.problems == ()


def test_the_cache_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citation, "_KEPT", 2)
    for year in range(1978, 1982):
        format_bibliography(parsed(BOOK.replace("1978", str(year))), cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "path",
    ["/does/not/exist", "/bin/false", "/bin/true", "/bin/cat"],
    ids=["missing", "fails", "silent", "babbles"],
)
def test_without_pandoc_every_reference_has_a_makeshift_form(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citation, "_pandoc_path", lambda: path)
    text = BOOK + "@report{guidance, institution = {TH<ET}, title = {\\{\\{ x \\}\\}}, date = {not stated}}"
    formatted = format_bibliography(parsed(text))
    assert [problem.code for problem in formatted.problems] == ["E531"]
    assert formatted["said1978"].text == "E. W. Said. Orientalism. 1978."
    assert formatted["guidance"].html == "TH&lt;ET. &#123;&#123; x &#125;&#125;. n.d."


def test_formatting_a_thousand_entries_again_costs_little(tmp_path: Path) -> None:
    text = "".join(
        f"@book{{k{n}, author = {{Family{n}, A. and Other{n}, B.}}, title = {{T {n}}}, date = {{2020}}}}\n"
        for n in range(1000)
    )
    bibliography = parsed(text)
    format_bibliography(bibliography, cache=tmp_path)
    started = time.process_time()
    assert len(format_bibliography(bibliography, cache=tmp_path)) == 1000
    assert time.process_time() - started < 0.5


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30) | st.text(
    st.sampled_from("\\{}$%&~'`\"^_#<>/=@[]()!*aei :.-"), min_size=1, max_size=30
)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_whatever_is_typed_every_reference_is_formatted_and_harmless(
    entries: list[tuple[str, str, str]],
) -> None:
    text = "".join(
        f"@article{{k{n}, author = {{{author}}}, title = {{{title}}}, journal = {{J}}, url = {{{url}}}}}\n"
        for n, (author, title, url) in enumerate(entries)
    )
    bibliography = parsed(text)
    formatted = format_bibliography(bibliography)
    assert formatted.problems == ()
    assert set(formatted) == set(bibliography)
    for key, reference in formatted.items():
        assert not re.search(r"[{}]", reference.html)
        tree = LexborHTMLParser(reference.html)
        tags = {node.tag for node in tree.body.css("*")} if tree.body else set()
        assert tags <= {"body", "i", "b", "em", "strong", "sub", "sup", "span", "a"}
        assert all(str(a.attributes["href"]).startswith(("http://", "https://")) for a in tree.css("a[href]"))
        assert reference.csl_json["id"] == key
        json.dumps(reference.csl_json)
