"""Putting records in form: always the same form, never another meaning, and no comment lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from ruamel.yaml import YAML

from macros import spelling
from macros.base import load
from macros.check import check
from macros.cli import main
from macros.document import Data, parse
from macros.kinds.case_study import CaseStudy
from macros.kinds.finding import Finding
from macros.reference_form import corrected
from macros.tidiness import MODELS, WIDTH, Form, Tidied, untidy
from macros.validation import model_at, written_names
from tests.projects import ROOT, TINY, change, lay, records


@cache
def form() -> Form:
    return Form.of(load(TINY)[0])


def tidied(text: str, model: type[BaseModel] = Finding) -> Tidied:
    found = form().tidied(text.encode(), "x.yaml", model)
    assert found is not None
    return found


def read(text: str) -> dict[str, Data]:
    document, problems = parse(text.encode(), "x.yaml")
    assert document is not None, problems
    assert problems == []
    return document.data


def comments(text: str) -> list[str]:
    """Return the comments that the tests write, which no text of a record looks like."""
    return sorted(re.findall(r"#~ \w+", text))


# The flagship ------------------------------------------------------------------------------------


def test_every_record_of_the_flagship_is_in_form() -> None:
    assert [f"{problem.place}: {problem.message}" for problem in untidy(load(ROOT)[0])] == []


def test_every_reference_of_the_flagship_is_in_form() -> None:
    for file in sorted((ROOT / "bib").glob("*.bib")):
        text = file.read_text("utf-8")
        assert corrected(text, file.name) == (text, (), "")


# Records that nobody chose -----------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "tree",
        "Trees",
        "shade",
        "12",
        "1.5",
        "2026-11-22",
        "yes",
        "no",
        "null",
        "~",
        "a:b",
        "x:",
        "#no",
        "key:",
        "-",
        "?",
        "|",
        ">",
        "%",
        "@a",
        "*b",
        "&c",
        "!d",
        "{e}",
        "[f]",
        "“g”",
        "‘h’",
        "'i'",
        '"j"',
        "\\k",
        "é",
        "…",
        "🌳",
        "https://trees.test/a#b",
        "[[claim:a/b|words]]",
        "[@c]",
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)
PARAGRAPHS = st.lists(TEXTS, min_size=1, max_size=3).map("\n".join)
TYPED = re.compile(r"[\w./-]+( [\w./-]+)*")


def plain_in(text: str, *, flow: bool) -> bool:
    """Whether a text may stand without quotation marks, as PyYAML's own writer judges it."""
    analysis = yaml.emitter.Emitter(None).analyze_scalar(text)  # type: ignore[arg-type]
    allowed = analysis.allow_flow_plain if flow else analysis.allow_block_plain
    return bool(allowed) and not analysis.multiline and text not in ("null", "~", "")


class Scribe:
    """Writes data as YAML in any of the ways there are, with comments."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.count = 0

    def pick(self, *choices: Any) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def comment(self, indent: int) -> str:
        self.count += 1
        return f"{' ' * indent}#~ c{self.count}\n"

    def scalar(self, text: str, indent: int, *, flow: bool) -> str:
        styles = ["'", '"']
        if plain_in(text, flow=flow):
            styles += ["", "", ""]
        if not flow and text and text == text.strip() and "\n\n" not in text and "\n " not in text:
            styles.append(">")
        style = self.pick(*styles)
        if style == ">":
            body = "\n\n".join(" " * indent + line for line in text.split("\n"))
            return f">-\n{body}"
        if style == "'" and "\n" not in text:
            return "'" + text.replace("'", "''") + "'"
        if style == "":
            return text
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def flow(self, value: Data) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self.flow(inner)}" for key, inner in self.shuffled(value)) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        return self.scalar(str(value), 0, flow=True)

    def shuffled(self, value: dict[str, Data]) -> list[tuple[str, Data]]:
        return list(self.data.draw(st.permutations(list(value.items()))))

    def block(self, value: Data, indent: int) -> str:
        """Return a value as it stands behind a field's name or a dash, with the line's end."""
        if not isinstance(value, dict | list):
            remark = self.pick("", "", "", " #~ r\n").rstrip("\n")
            written = self.scalar(str(value), indent, flow=False)
            return f" {written}\n" if written.startswith(">") else f" {written}{remark}\n"
        if not value or (self.pick(True, False, False) and indent):
            return f" {self.flow(value)}\n"
        return "\n" + self.lines(value, indent)

    def lines(self, value: Data, indent: int) -> str:
        text = ""
        space = " " * indent
        for item in self.shuffled(value) if isinstance(value, dict) else value or ():
            if self.pick(True, False, False, False):
                text += self.comment(indent)
            if isinstance(item, tuple):
                text += f"{space}{item[0]}:{self.block(item[1], indent + 2)}"
            elif isinstance(item, dict) and item and self.pick(True, False):
                text += f"{space}- {self.lines_behind_dash(item, indent + 2)}"
            else:
                text += f"{space}-{self.block(item, indent + 2)}"
        return text

    def lines_behind_dash(self, value: dict[str, Data], indent: int) -> str:
        first, *rest = self.shuffled(value)
        text = f"{first[0]}:{self.block(first[1], indent + 2)}"
        for key, inner in rest:
            text += self.comment(indent) if self.pick(True, False, False) else ""
            text += f"{' ' * indent}{key}:{self.block(inner, indent + 2)}"
        return text


def with_texts(data: Data, draw: st.DataObject) -> Data:
    """Return a record's data with other texts wherever one is long enough to be free text."""
    if isinstance(data, dict):
        return {key: with_texts(value, draw) for key, value in data.items()}
    if isinstance(data, list):
        return [with_texts(value, draw) for value in data]
    return draw.draw(PARAGRAPHS if draw.draw(st.booleans()) else TEXTS) if data and " " in data else data


SAMPLES = [
    (file.relative_to(TINY / "evidence").parts[0], data)
    for file, data in records(TINY)
    if len(str(data)) < 4000  # whole vocabularies of countries show nothing more
]


def fields_in_order(data: Data, model: type[BaseModel]) -> Iterator[bool]:
    if isinstance(data, dict):
        yield list(data) == [name for name in written_names(model) if name in data]
        for name, value in data.items():
            inner = model_at(model, (name,))
            for item in value if isinstance(value, list) else [value]:
                if inner is not None:
                    yield from fields_in_order(item, inner)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_form_changes_no_meaning_loses_no_comment_and_is_reached_at_once(draw: st.DataObject) -> None:
    folder, sample = draw.draw(st.sampled_from(SAMPLES))
    data = with_texts(sample, draw)
    assert isinstance(data, dict)
    text = Scribe(draw).lines(data, 0)
    assert read(text) == data, "the test has to write what it means"
    model = MODELS[folder]
    found = tidied(text, model)
    if found.refused:
        assert found.text == text
        # What a program cannot put right: fields in braces that a comment stands between do not occur here.
        assert "cannot be put right" not in found.refused, found.refused
        return
    after = read(found.text)
    assert after == data
    assert comments(found.text) == comments(text)
    assert all(fields_in_order(after, model))
    again = tidied(found.text, model)
    assert (again.text, again.slips) == (found.text, ())
    # Another reader of YAML, which knows types, reads every text of it as text.
    assert texts(YAML(typ="safe", pure=True).load(found.text), after, model) == []


def texts(value: Any, meant: Data, model: type[BaseModel] | None, name: str = "") -> list[str]:
    """Return the free texts that another reader took for something else than the text that is meant."""
    if isinstance(meant, dict):
        return [
            wrong
            for key, inner in meant.items()
            for wrong in texts(value[key], inner, model and model_at(model, (key,)), key)
        ]
    if isinstance(meant, list):
        return [wrong for one, inner in zip(value, meant, strict=True) for wrong in texts(one, inner, model, name)]
    free = meant is not None and " " in meant and meant not in ("not stated", "not applicable")
    return [f"{name}: {value!r}"] if free and value != meant else []


YAML_TEXT = st.text(st.sampled_from(list(" \n\t-:?[]{},&*!|>'\"%@`#~\\0aé\u00a0\r\u2028")), max_size=60)


@given(YAML_TEXT)
@example("title: >\n  a\n\n\n")
@example("title: |+\n  a\n\n\nstatus: b\n")
@example("title: a\r\nstatus: b  \r\n")
@example('title: "a\n  b"  \nstatus: c')
@example("status: {a: b, # c\n d: e}\ntitle: x\n")
@settings(max_examples=400, deadline=None)
def test_any_text_is_left_alone_or_keeps_its_meaning(start: str) -> None:
    for text in (start, f"status: x\n{start}", f"title: x\nclaims:\n  - {start}"):
        raw = text.encode()
        found = form().tidied(raw, "x.yaml", Finding)
        document, problems = parse(raw, "x.yaml")
        if document is None or problems:
            assert found is None
        else:
            assert found is not None
            assert read(found.text) == document.data
            assert tidied(found.text).text == found.text


# One thing at a time -----------------------------------------------------------------------------


def test_fields_take_their_comments_along() -> None:
    text = (
        "# About the file.\n"
        "status: published  # Since May.\n"
        "# Why it is called so:\n"
        "# a long story.\n"
        "title: A title\n"
        "claims:\n"
        "  - relation: supports\n"
        "    # Said twice.\n"
        "    claim: a/b\n"
        "    reason: Because.\n"
        "  # The last one.\n"
        "  - {relation: challenges, claim: c/d, reason: 'No.'}\n"
        "# The end.\n"
    )
    assert tidied(text).text == (
        "# About the file.\n"  # a file's head stays its head
        "# Why it is called so:\n"
        "# a long story.\n"
        "title: A title\n"
        "status: published  # Since May.\n"
        "claims:\n"
        "  # Said twice.\n"
        "  - claim: a/b\n"
        "    relation: supports\n"
        "    reason: Because.\n"
        "  # The last one.\n"
        '  - {claim: c/d, relation: challenges, reason: "No."}\n'
        "# The end.\n"
    )


def test_long_lines_are_wrapped_and_nothing_else_is() -> None:
    words = " ".join(["shade"] * 40)
    short = "title: 'short'\nstatement: >-\n  lines of\n  the author's own\n"
    assert "lines of\n  the author's own\n" in tidied(short).text
    text = f"title: T\nstatement: {words}  # why\nclaims:\n  - {{claim: a/b, relation: supports, reason: {words}}}\n"
    found = tidied(text).text
    assert all(len(line) <= WIDTH for line in found.splitlines())
    assert "statement: >-  # why\n  shade" in found
    assert "  - claim: a/b\n    relation: supports\n    reason: >-\n      shade" in found
    address = f"title: T\nstatement: https://trees.test/{'a' * 200}\n"
    assert tidied(address).text == address, "what cannot be broken is left"


def test_quotation_marks_stand_where_another_reader_needs_them() -> None:
    text = "title: 2020\nstatus: 'published'\ncreated: '2026-11-22'\ncountries: [no, 'pt']\nsummary: 'It''s so: yes'\n"
    assert tidied(text, CaseStudy).text == (
        'title: "2020"\nstatus: published\ncreated: 2026-11-22\nsummary: "It\'s so: yes"\ncountries: ["no", pt]\n'
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Published", "published"),
        ("publised", "published"),
        ("PUBLISHED ", "published"),
        ("withdrawm", "withdrawn"),
        ("drft", "drft"),  # too short to guess
        ("unpublished", "unpublished"),  # no slip of the pen
    ],
)
def test_terms_are_spelt_as_their_vocabulary_spells_them(typed: str, meant: str) -> None:
    assert read(tidied(f"title: T\nstatus: '{typed}'\n").text)["status"] == meant


def test_a_guess_is_called_a_guess_and_made_only_where_one_term_is_near() -> None:
    terms = spelling.Terms.of({"australia": ["Australia"], "austria": ["Austria"], "gb": ["United Kingdom", "UK"]})
    assert terms.meant_by("united  kingdom") == ("gb", False)
    assert terms.meant_by("Australia") == ("australia", False)
    assert terms.meant_by("austrlia") == ("", False), "one letter from both"
    assert terms.meant_by("gp") == ("", False)
    assert spelling.Terms.of({"round-1": [], "round-2": []}).meant_by("round-3") == ("", False)
    assert spelling.Terms.of({"direct": [], "indirect": []}).meant_by("indirct") == ("indirect", True)
    assert spelling.Terms.of({"a": ["Same"], "b": ["same"]}).meant_by("same") == ("", False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-1-5", "2026-01-05"),
        ("22 November 2026", "2026-11-22"),
        ("Nov 22nd, 2026", "2026-11-22"),
        ("31/12/2026", "2026-12-31"),
        ("5/6/2026", "5/6/2026"),
        ("2026-02-30", "2026-02-30"),
        ("last week", "last week"),
    ],
)
def test_dates_that_can_be_only_one_day(typed: str, meant: str) -> None:
    assert spelling.date(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("doi:10.1136/bmj.l6205", "https://doi.org/10.1136/bmj.l6205"),
        ("http://dx.doi.org/10.1136/BMJ.l6205", "https://doi.org/10.1136/BMJ.l6205"),
        ("HTTPS://Trees.TEST/Path", "https://trees.test/Path"),
        ("<https://trees.test/>", "https://trees.test/"),
        ("trees.test/doi.org/10.1/x", "trees.test/doi.org/10.1/x"),
    ],
)
def test_addresses_have_one_form(typed: str, meant: str) -> None:
    assert spelling.address(typed) == meant


# References --------------------------------------------------------------------------------------

BIB = """% Kept.
@article{jones2016,
  author     = {Jones, A.},
  title      = {Why 50% fail},
  date       = {2016-1-5},
  journaltitle = {Urban Trees},
  doi        = {https://doi.org/10.1136/bmj.l6205},
  provenance = {seen},
}
"""


def test_references_are_corrected_in_place() -> None:
    text, corrections, refused = corrected(BIB, "bib/x.bib")
    assert not refused
    assert text == (
        BIB.replace("50%", "50\\%").replace("2016-1-5", "2016-01-05").replace("{https://doi.org/10.", "{10.")
    )
    assert [correction.place.line for correction in corrections] == [4, 5, 7]
    assert corrected(text, "bib/x.bib") == (text, (), "")


@given(st.text(st.sampled_from(list('@{}"=,%\\ \n\ra1#.:/-doi')), max_size=80), st.sampled_from(["doi", "url", "date"]))
@settings(max_examples=300, deadline=None)
def test_corrections_are_made_once(value: str, name: str) -> None:
    text = f"@book{{a2000,\n  title = {{T}},\n  {name} = {{{value}}},\n}}\n{value}"
    after, _, refused = corrected(text, "x.bib")
    assert corrected(after, "x.bib")[0] == after
    assert not refused or after == text


# The command -------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = lay(tmp_path)
    assert fix(root).exit_code == 0
    return root


def fix(root: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["fix", "--root", str(root), *map(str, arguments)])


FINDING = "evidence/findings/shade-cools.yaml"


def test_fix_puts_right_and_says_what(root: Path) -> None:
    before = (root / FINDING).read_text("utf-8")
    assert fix(root).output == "Everything is in form.\n"
    change(root, {"edits": {FINDING: {"status: published": "status: Publised"}}})
    result = fix(root)
    assert result.exit_code == 0
    assert "line 2: “Publised” → “published”. This is what was probably meant: look at it." in result.output
    assert (root / FINDING).read_text("utf-8") == before
    assert check(root)[1] == []


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_looking_changes_nothing(root: Path, option: str) -> None:
    text = (root / FINDING).read_text("utf-8")
    change(root, {"edits": {FINDING: {"status: published": "status: 'published'"}}})
    before = (root / FINDING).read_bytes()
    result = fix(root, option)
    assert result.exit_code == 1
    assert "1 file would change." in result.output
    assert FINDING in result.output
    assert (root / FINDING).read_bytes() == before
    if option == "--diff":
        assert "-status: 'published'\n+status: published\n" in result.output
    assert fix(root, root / FINDING).exit_code == 0
    assert (root / FINDING).read_text("utf-8") == text


def test_a_broken_file_is_left_and_told(root: Path) -> None:
    (root / FINDING).write_text("title: Learning: both ways\n", "utf-8")
    result = fix(root)
    assert result.exit_code == 1
    assert "E106" in result.output
    assert (root / FINDING).read_text("utf-8") == "title: Learning: both ways\n"


def test_only_the_files_that_are_named(root: Path) -> None:
    other = "evidence/guidance/water-young-trees.yaml"
    for path in (FINDING, other):
        change(root, {"edits": {path: {"status: published": "status: 'published'"}}})
    assert fix(root, root / FINDING).exit_code == 0
    assert "'published'" not in (root / FINDING).read_text("utf-8")
    assert "'published'" in (root / other).read_text("utf-8")


def test_check_warns_of_what_is_not_in_form(root: Path) -> None:
    change(root, {"edits": {FINDING: {"status: published": "status: 'published'"}}})
    result = CliRunner().invoke(main, ["check", "--root", str(root)])
    assert result.exit_code == 0
    assert "warning E119" in result.output
    assert f"python -m macros fix {FINDING}" in result.output


def test_the_hooks_before_a_commit_call_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    for hook in hooks:
        python, dash, module, command, *rest = hook["entry"].split()
        assert (python, dash, module, rest) == (".venv/bin/python", "-m", "macros", [])
        assert command in main.commands
