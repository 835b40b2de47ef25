"""Hostile records: what a pull request may hold to harm the site, its readers or its build.

Whatever stands in a record, a table or the bibliography is either refused with a problem or
shown as the text it is. Payloads are put into every free-text field there is, found by
`macros.anatomy`, so that a field added later is tried too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from macros.anatomy import parts
from macros.check import check
from macros.document import MAX_BYTES, MAX_DEPTH, Data, parse
from macros.fields import Line, Markdown
from macros.kinds import FOLDERS
from macros.kinds.claim import Number
from macros.kinds.vocabulary import Vocabulary
from macros.validation import model_at
from tests import html
from tests.browser import watch
from tests.projects import ROOT, change, dump, lay, records, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPT = "<script>window.pwned=true</script>"
LINE = " ".join(
    (
        "“qq{{ 7*7 }}qq{% raw %}\ue0000\ue001”{#",
        SCRIPT,
        "\"'><img/src=x/onerror=window.pwned=true>",
        "[a](javascript:window.pwned=true)![b](//evil.example/b.png)",
        "</title></textarea></style><svg/onload=window.pwned=true>",
        "<!--",
    )
)
"""Fits a line and a locator, which holds twelve words at most; figures are quoted, as a text's have to be."""
PROSE = f"""{LINE}

- [claim]: javascript:window.pwned=true
- [c](<javascript:window.pwned=true>) [d](JaVaScRiPt&colon;window.pwned=true) [e](data:text/html,{SCRIPT})
- [[claim:oakfield2020/cool-pavements|{SCRIPT}]] &lt;script&gt; `{SCRIPT}` **{SCRIPT}**

> <a href="javascript:window.pwned=true" onclick="window.pwned=true">f</a>
"""
NOT_FREE = {
    ("Sum", "expression"),  # a sum
    ("Dataset", "file"),  # the name of a file beside the record
    ("Coverage", "scheme"),  # a vocabulary
    ("Coverage", "terms"),
    ("Chart", "where"),  # a cell of the table
    ("Partner", "ror"),  # an identifier
}
MODELS: dict[str, type[BaseModel]] = {**FOLDERS, "vocabularies": Vocabulary}
A_LINE = Line.__metadata__[0]  # type: ignore[attr-defined]


def texts(model: type[BaseModel]) -> dict[str, bool]:
    """Return the free-text fields of a model, and whether each holds prose instead of a line."""

    def marks(annotation: Any) -> Iterator[Any]:
        yield from getattr(annotation, "__metadata__", ())
        for argument in typing.get_args(annotation):
            yield from marks(argument)

    found = {}
    for name, field in model.model_fields.items():
        held = [*field.metadata, *marks(field.annotation)]
        if (A_LINE in held or any(isinstance(mark, Markdown) for mark in held)) and (
            model.__name__,
            name,
        ) not in NOT_FREE:
            found[name] = A_LINE not in held
    return found


def poisoned(model: type[BaseModel], data: dict[str, Data], filled: set[tuple[str, str]]) -> dict[str, Data]:
    """Return a record's data with a payload in every free-text field, and note which fields those are."""
    result = dict(data)
    for name, prose in texts(model).items():
        if name in data:
            value = data[name]
            payload = PROSE if prose else LINE
            result[name] = [payload for _ in value] if isinstance(value, list) else payload
            if name == "title":
                result[name] = f"{payload} {value}"  # records of one title would be taken for duplicates
            filled.add((model.__name__, name))
    if model is Number:
        result["precision"] = "about"  # what is printed now has other figures than the value
    for part in parts(model):
        inner = model_at(model, (part.name,)) if part.group else None
        value = data.get(part.name)
        if inner is None:
            continue
        if isinstance(value, dict):
            result[part.name] = poisoned(inner, value, filled)
        elif isinstance(value, list):
            result[part.name] = [poisoned(inner, item, filled) if isinstance(item, dict) else item for item in value]
    return result


def poison(root: Path) -> set[tuple[str, str]]:
    """Put payloads into every record, the table and the bibliography below `root`."""
    filled: set[tuple[str, str]] = set()
    for file, data in records(root):
        dump(file, poisoned(MODELS[file.relative_to(root / "evidence").parts[0]], data, filled))
    cell = LINE.replace('"', '""')
    (root / "evidence/datasets/pavement-temperatures.csv").write_text(
        f'where,share,read,season,claim\n"{cell}",75,2020-07-01,2020,oakfield2020/cool-pavements\n', "utf-8"
    )
    typed = f"qq\\{{\\{{ 7*7 \\}}\\}}qq {SCRIPT} \"'><img src=x onerror=window.pwned=true> [a](javascript:window.pwned=true)"
    bibliography = root / "bib" / "references.bib"
    lines = bibliography.read_text("utf-8").splitlines()
    free = ("title", "author", "institution", "publisher", "provenance")
    for number, line in enumerate(lines):
        if line.strip().startswith(free):
            name = line.split("=")[0]
            lines[number] = (
                f"{name}= {{{{{typed}}}}}," if "author" in name else f"{name}= {{{typed} of line {number}}},"
            )
    bibliography.write_text("\n".join(lines) + "\n", "utf-8")
    return filled


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny site, with a payload in every free text."""
    root = lay(tmp_path_factory.mktemp("hostile"), pages=True)
    poison(root)
    status, output = run(root)
    assert status == 0, output
    return root / "site"


def test_payloads_reach_every_free_text_of_every_kind(tmp_path: Path) -> None:
    root = lay(tmp_path)
    filled = poison(root)

    def all_texts(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[tuple[str, str]]:
        if model in seen:
            return
        seen.add(model)
        yield from ((model.__name__, name) for name in texts(model))
        for part in parts(model):
            inner = model_at(model, (part.name,)) if part.group else None
            if inner is not None:
                yield from all_texts(inner, seen)

    every = {field for model in MODELS.values() for field in all_texts(model, set())}
    assert every - filled == set(), "fill these fields in tests/tiny/, so that payloads reach them"
    assert check(root)[1] == []


def test_nothing_of_a_record_runs_or_is_fetched(hostile: Path, tiny: Path) -> None:
    harmless = dict(html.pages(tiny))
    handlers = {
        (tag, name, value)
        for page in harmless.values()
        for tag, name, value in html.attributes(page)
        if name.startswith("on")
    }
    tags = {node.tag for page in harmless.values() for node in page.css("*")} | {"tspan"}  # long words in a chart
    found = dict(html.pages(hostile))
    assert set(found) == set(harmless)
    for address, page in found.items():
        assert html.scripts(page) <= html.scripts(harmless[address]), address
        assert {node.tag for node in page.css("*")} <= tags, address
        for tag, name, value in html.attributes(page):
            told = f"{address}: <{tag} {name}={value!r}>"
            assert not name.startswith("on") or (tag, name, value) in handlers, told
            if name in ("href", "src", "action", "formaction", "xlink:href", "srcset", "data", "srcdoc", "content"):
                scheme, colon, _ = "".join(value.split()).lower().partition(":")
                assert not colon or scheme not in ("javascript", "data", "vbscript"), told
        for tag, address_ in html.loads(page):
            assert "evil.example" not in address_, f"{address}: <{tag}> {address_}"


def test_template_syntax_and_markup_are_shown_as_text(hostile: Path) -> None:
    shown = 0
    for address, page in html.pages(hostile):
        raw = (hostile / address / "index.html" if not address.endswith(".html") else hostile / address).read_text(
            "utf-8"
        )
        assert "qq49qq" not in raw, address
        visible = html.text(page)
        if "qq{{" in visible:
            assert "qq{{ 7*7 }}qq" in visible
            assert SCRIPT in visible
            shown += 1
    assert shown > 25


def test_data_for_scripts_holds_no_result_of_a_template(hostile: Path) -> None:
    for file in hostile.rglob("*.json"):
        content = file.read_text("utf-8")
        assert "qq49qq" not in content
        json.loads(content)


def test_a_page_title_is_text(hostile: Path) -> None:
    page = dict(html.pages(hostile))["findings/shade-cools/"]
    assert html.one(page, "title").text().startswith("“qq{{ 7*7 }}qq{% raw %}")
    assert html.one(page, "h1").text().startswith("“qq{{ 7*7 }}qq{% raw %}")
    assert len(page.css("h1")) == 1


def test_a_browser_runs_nothing_of_it(hostile: Path, served: Callable[[Path], str], chromium: Browser) -> None:
    address = served(hostile)
    page = chromium.new_page()
    told: list[str] = []
    watch(page, address, told)
    kinds = {path.partition("/")[0]: path for path, _ in html.pages(hostile) if path != "404.html"}
    for path in kinds.values():
        page.goto(address + path)
        for button in page.locator("[popovertarget]:visible").all()[:3]:
            button.click()
            page.keyboard.press("Escape")
        assert page.evaluate("window.pwned") is None, path
    assert told == []
    page.close()


# Files that would stall, crash or lead astray ----------------------------------------------------

BRACKETS = 100_000
FILES: dict[str, tuple[bytes, str]] = {
    "larger than is read": (b"a: b\n" * (MAX_BYTES // 5 + 1), "E102"),
    "brackets": (b"a: " + b"[" * BRACKETS, "E107"),
    "braces": (b"a: " + b"{" * BRACKETS, "E107"),
    "braces as names": (b"{" * BRACKETS, "E107"),
    "dashes": (b"- " * BRACKETS, "E107"),
    "questions": (b"? " * BRACKETS, "E107"),
    "one level too many": (b"a: " + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "E107"),
    "laughs": (
        b"a: &a [lol, lol, lol]\n" + b"".join(b"%c: &%c [*%c, *%c, *%c]\n" % (c, c, c - 1, c - 1, c - 1) for c in range(98, 122)),
        "E108",
    ),
    "merge": (b"a: &a {b: c}\nd:\n  <<: *a\n", "E108"),
    "command": (b"title: !!python/object/apply:os.system ['touch pwned']", "E109"),
    "binary": (b"title: !!binary aGVsbG8=", "E109"),
    "own tag": (b"%TAG ! tag:evil.example,2000:\n---\ntitle: !run x", "E109"),
    "a field twice": (b"title: A\ntitle: B", "E113"),
    "a field twice, once in quotation marks": (b"title: A\n\"title\": B", "E113"),
    "a field a hundred thousand times": (b"title: A\n" * BRACKETS, "E113"),
    "null bytes": (b"title: A\x00B", "E105"),
    "only null bytes": (b"\x00" * BRACKETS, "E105"),
    "null byte as escape": (b'title: "A\\0B"', "E105"),
    "escape sequence of a terminal": (b"title: \x1b]0;pwned\x07", "E105"),
    "right-to-left override": ("title: A\u202eB".encode(), "E104"),
    "right-to-left override as escape": (b'title: "A\\u202eB"', "E104"),
    "isolate in a name": ("ti\u2066tle: A".encode(), "E104"),
    "right-to-left overrides": (("title: " + "\u202e" * BRACKETS).encode(), "E104"),
    "UTF-16": ("title: A".encode("utf-16"), "E103"),
    "half a character": (b"title: \xe2\x82", "E103"),
    "a surrogate": (b'title: "\\ud800"', "E106"),
    "unclosed": (b'title: "' + b"a" * BRACKETS, "E106"),
    "documents": (b"title: A\n" + b"---\n" * BRACKETS, "E111"),
    "names of lists": (b"? [a, b]\n: c\n" * 1000, "E112"),
    "nothing": (b"", "E110"),
    "a text": (b"title", "E110"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_would_stall_or_trick_is_refused(name: str, tmp_path: Path) -> None:
    content, code = FILES[name]
    root = lay(tmp_path)
    file = root / "evidence/guidance/evil.yaml"
    file.write_bytes(content)
    problems = [problem for problem in check(root)[1] if problem.place.path == "evidence/guidance/evil.yaml"]
    assert code in {problem.code for problem in problems}
    lines = content.splitlines() or [b""]
    assert all(problem.place.line <= len(lines) + 1 for problem in problems)
    assert not (Path.cwd() / "pwned").exists()


PROSES = {
    name: (text * (BRACKETS // len(text)))
    for name, text in {
        "brackets": "[",
        "images": "![",
        "links never closed": "[a](",
        "pointers never closed": "[[claim:a|",
        "citations never closed": "[@a;",
        "stars": "*",
        "opening stars": "*a ",
        "underlines": "_a_",
        "backticks": "`a``a```a",
        "quotations": "> ",
        "lists": "- ",
        "ampersands": "&#x",
        "backslashes": "\\",
        "angles": "<a ",
        "figures": "“Recommendation ",
    }.items()
}


def test_prose_that_would_stall_a_build_does_not(tmp_path: Path) -> None:
    # In a process of its own, which can be given up on: a pattern that runs wild cannot be stopped from inside.
    root = lay(tmp_path)
    for name, text in PROSES.items():
        file = root / f"evidence/vocabularies/evil-{name.replace(' ', '-')}.yaml"
        dump(
            file,
            {
                "title": "Evil",
                "description": text[:900_000],
                "concepts": [{"id": "a", "label": "A", "definition": text[:100]}],
            },
        )
    dump(
        root / "evidence/guidance/water-young-trees.yaml",
        {**dict_of(root), "statement": "".join(t[:50_000] for t in PROSES.values())},
    )
    (root / "texts.json").write_text(json.dumps(PROSES), "utf-8")
    code = (
        "import json, sys; from pathlib import Path; from macros.check import check; from macros import prose\n"
        "check(Path(sys.argv[1]))\n"
        "class Nothing:\n"
        "    record_html = value_html = cite_html = lambda self, *_: ''\n"
        "for text in json.loads(Path(sys.argv[1], 'texts.json').read_text()).values():\n"
        "    prose.render(text, Nothing()); prose.plain(text); list(prose.pointers(text)); prose.without_pointers(text)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(root)], check=True, timeout=120, env=environment)


def dict_of(root: Path) -> dict[str, Data]:
    document, _ = parse((root / "evidence/guidance/water-young-trees.yaml").read_bytes(), "")
    assert document is not None
    return document.data


def test_no_name_leads_out_of_the_project(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("title: qqsecretqq\n", "utf-8")
    root = lay(tmp_path / "project", pages=True)
    change(
        root,
        {
            "files": {
                "evidence/findings/link.yaml": {"link": str(secret)},
                "evidence/searches/folder": {"link": str(tmp_path)},
                "evidence/datasets/link.csv": {"link": str(secret)},
                "evidence/findings/..%2f..%2fsecret.yaml": "title: A\n",
            },
            "edits": {
                "evidence/datasets/pavement-temperatures.yaml": {"file: pavement-temperatures.csv": "file: link.csv"},
                "evidence/findings/shade-cools.yaml": {"counter_search: against-shade": "counter_search: /etc/passwd"},
            },
        },
    )
    _, problems = check(root)
    assert {problem.code for problem in problems} >= {"E116", "E117", "E302"}
    assert not any("qqsecretqq" in f"{problem.message} {problem.suggestion}" for problem in problems)
    status, output = run(root)
    assert status == 1
    assert "qqsecretqq" not in output
    assert not (root / "site").exists()


@pytest.mark.parametrize("key", ["../../evil", '"><script>', "{{7*7}}", "a\u202eb", "a b", "javascript:x", "é"])
def test_a_key_of_the_bibliography_that_is_no_id_is_refused(key: str, tmp_path: Path) -> None:
    root = lay(tmp_path)
    with (root / "bib/references.bib").open("a", encoding="utf-8") as file:
        file.write(f"\n@book{{{key}, author = {{A, B}}, title = {{T}}, date = {{2020}}, provenance = {{x}}}}\n")
    problems = [problem for problem in check(root)[1] if problem.severity == "error"]
    assert problems
    assert all(problem.place.path == "bib/references.bib" for problem in problems)


def test_a_report_does_not_steer_the_terminal(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from macros.cli import main

    root = lay(tmp_path)
    change(root, {"edits": {"evidence/guidance/water-young-trees.yaml": {"strength: must": "strength: mu\u200bst"}}})
    (root / "evidence/guidance/\x1b[31mred.yaml").write_text("title: A\n", "utf-8")
    (root / "evidence/guidance/bell.yaml").write_text("title: \x1b]0;pwned\x07\n", "utf-8")
    output = CliRunner().invoke(main, ["check", "--root", str(root)]).output
    assert "\\u001b[31mred.yaml" in output
    assert all(character.isprintable() or character == "\n" for character in output)


def test_the_register_is_only_text(tmp_path: Path) -> None:
    root = lay(tmp_path)
    with (root / "evidence/published.txt").open("a", encoding="utf-8") as file:
        file.write("finding:../../../etc/passwd\nnonsense\n:\nclaim:/\n<script>:x\nfinding:\n")
    problems = check(root)[1]
    assert {problem.code for problem in problems} == {"E491"}
    assert len(problems) == 6
