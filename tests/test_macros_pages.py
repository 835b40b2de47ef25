"""Pages that people write: what a wrong call says, and that a failed build changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import html
from tests.projects import BASE, builds, edit, lay, run

FRONT = "---\ntitle: Map\nkind: Chapter\nreviewed: 2026-11-22\n---\n\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path / "project", BASE, pages=True)


def written(root: Path, text: str, page: str = "evidence/map.md") -> Path:
    (root / "docs" / page).write_bytes(text.encode())
    return root


def told(output: str) -> list[str]:
    """Return the lines of a build's output that name a place in a page."""
    return re.findall(r"^(?:ERROR|WARNING): (docs/.*)$", output, re.MULTILINE)


# Wrong calls -------------------------------------------------------------------------------------


def test_wrong_calls_in_several_pages_are_all_told_in_one_run(root: Path) -> None:
    written(
        root,
        FRONT + 'Cool {{ cite("oakfeld2020") }}.\n\n{{ recods("claim") }} {{ records("claims") }}\n\n{{ record(1) }}\n',
    )
    written(
        root,
        FRONT + '\n{{ value("oakfield2020/cool-pavements", part="shares") }}\n{{ term("canope") }} {{ nothing }}\n',
        "index.md",
    )
    status, output = run(root)
    assert status == 1
    expected = (
        "docs/evidence/map.md:7:1: E601 There is no reference “oakfeld2020”. Did you mean “oakfield2020”",
        "docs/evidence/map.md:9:1: E601 There is no macro “recods”. Did you mean “records”",
        "docs/evidence/map.md:9:1: E601 There is no kind of record “claims”. Did you mean “claim”",
        "docs/evidence/map.md:11:1: E602 record() takes a text as name, not 1. Put it in quotation marks.",
        "docs/index.md:8:1: E603 The claim “oakfield2020/cool-pavements” has no number “shares”; it has: share, limit.",
        "docs/index.md:9:1: E601 The glossary has no term “canope”. Did you mean “canopy”",
        "docs/index.md:9:1: E601 There is no macro “nothing”.",
    )
    for line, start in zip(told(output), expected, strict=True):
        assert line.startswith(start)
    assert {line.split(":")[0] for line in told(output)} == {"docs/evidence/map.md", "docs/index.md"}
    assert "Traceback" not in output


WRONG = {
    '{{ cite("linden199") }}': "E601 There is no reference “linden199”. Did you mean “linden1999”",
    '{{ cites("linden1999") }}': "E601 There is no macro “cites”. Did you mean “cite”",
    "{{ cite() }}": "E602 cite() needs the key of a reference.",
    '{{ cite(["linden1999"]) }}': "E602 cite() takes a text as keys 1",
    '{{ value("oakfield2020/cool-pavement") }}': "E601 There is no claim “oakfield2020/cool-pavement”. Did you mean “oakfield2020/cool-pavements”",
    '{{ value("oakfield2020/cool-pavements") }}': "E603 The claim “oakfield2020/cool-pavements” has several numbers; say which",
    '{{ record("finding:shade-cools", txt="x") }}': "E602 record() was called wrongly: got an unexpected keyword argument 'txt'. Did you mean “text”",
    '{{ record("finding:shade-cools", form="crad") }}': "E602 form cannot be “crad”. Did you mean “card”",
    '{{ record("findings:shade-cools") }}': "E601 There is no kind of record “findings”. Did you mean “finding”",
    '{{ records("claim", basis="reportd") }}': "E601 “reportd” is not a term of “bases”. Did you mean “reported”",
    '{{ records("claim", theme="shade") }}': "E602 “theme” is no field of a claim that can be filtered by. Did you mean “themes”",
    '{{ records("claim", group="theme") }}': "E602 “theme” is no field of a claim",
    '{{ records("claim", form="table", columns="themes, bass") }}': "E602 “bass” is no field of a claim",
    '{{ count("findng") }}': "E601 There is no kind of record “findng”. Did you mean “finding”",
    '{{ matrix("claim", rows="theme", columns="bases") }}': "E601 There is no vocabulary or kind “theme”. Did you mean “themes”",
    '{{ matrix("claim", rows="themes") }}': "E602 matrix() was called wrongly: missing a required argument: 'columns'.",
    '{{ chart("pavement-temperature") }}': "E601 There is no dataset “pavement-temperature”. Did you mean “pavement-temperatures”",
    '{{ chart("pavement-temperatures", 7) }}': "E603 The dataset “pavement-temperatures” has no chart number 7. It has 1.",
    '{{ chart("pavement-temperatures", "one") }}': "E602 chart() takes a whole number as number, not one.",
    '{{ recommendation_trace("plant-for-shad") }}': "E601 There is no recommendation “plant-for-shad”. Did you mean “plant-for-shade”",
    '{{ vocabulary("theme") }}': "E601 There is no vocabulary “theme”. Did you mean “themes”",
    '{{ fields("findings") }}': "E601 There is no kind of record “findings”. Did you mean “finding”",
    '{{ second_reading("chnged") }}': "E602 what cannot be “chnged”. Did you mean “changed”",
    '{{ term("canopie") }}': "E601 The glossary has no term “canopie”. Did you mean “canopy”",
    '{{ "x" | uper }}': "E604 No filter named 'uper'.",
    "{{ cite( }}": "E604 unexpected '}', expected ')'.",
    "{% for %}": "E604 Expected an expression",
    "{% endfor %}": "E604 Encountered unknown tag 'endfor'.",
}


def test_each_wrong_call_is_told_with_its_line_and_the_nearest_right_name(root: Path) -> None:
    # One page for each, so that one build tells of all of them.
    for number, call in enumerate(WRONG):
        written(root, FRONT + "\n" * number + f"{call}\n", f"evidence/page-{number}.md")
    status, output = run(root)
    assert status == 1
    for number, (call, message) in enumerate(WRONG.items()):
        found = [
            line
            for line in told(output)
            if line.startswith(f"docs/evidence/page-{number}.md:{7 + number}:1: {message}")
        ]
        assert found, f"{call}: {[line for line in told(output) if f'page-{number}.md' in line]}"
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (FRONT + "A\nB\n{{ cite(\n  'nope'\n) }}\n", 9),
        (FRONT.replace("\n", "\r\n") + "A\r\n\r\n{{ cite('nope') }}\r\n", 9),
        ("---\ntitle: Map\nkind: Chapter\nreviewed: 2026-11-22\n---\n{{ cite('nope') }}\n", 6),
        ("\ufeff" + FRONT + "{{ cite('nope') }}\n", 7),
        (FRONT + "\n\n\n\n{{ cite('nope') }}", 11),
        (FRONT + "{% raw %}\n{{ x }}\n{% endraw %}\n{{ cite('nope') }}\n", 10),
        (FRONT + "{# a\nremark #}\n- {{ cite('nope') }}\n", 9),
    ],
    ids=["several lines", "CRLF", "no empty line", "byte order mark", "empty lines", "raw", "remark"],
)
def test_the_line_is_the_files_line(text: str, line: int, root: Path) -> None:
    status, output = run(written(root, text))
    assert status == 1
    assert [found.split(": ")[0].split(":")[1] for found in told(output)] == [str(line)], output


# Front matter ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("front", "messages"),
    [
        (
            "title: Map\nkind: Chapter\nreviewd: 2026-11-22",
            [
                "front matter has an unknown key “reviewd”; did you mean “reviewed”",
                "front matter lacks “reviewed”; readers are told both on every page.",
            ],
        ),
        ("title: Map\nreviewed: 2026-11-22", ["front matter lacks “kind”; readers are told both on every page."]),
        (
            "title: Map\nkind: Chapter\nreviewed: last week",
            ["“reviewed” should be a date such as 2026-01-31, not “last week”."],
        ),
        (
            "title: Map\nkind: Chapter\nreviewed: 2026-11-22\nauthors: [a]",
            ["front matter has an unknown key “authors”; the keys are: "],
        ),
    ],
)
def test_front_matter_is_checked(front: str, messages: list[str], root: Path) -> None:
    status, output = run(written(root, f"---\n{front}\n---\n\nText.\n"))
    assert status == 1
    found = told(output)
    assert len(found) == len(messages)
    for line, message in zip(found, messages, strict=True):
        assert line.startswith(f"docs/evidence/map.md: {message}")


def test_a_key_cannot_hide_a_macro(root: Path) -> None:
    status, output = run(written(root, FRONT.replace("kind:", "cite: x\nkind:") + "Text.\n"))
    assert status == 1
    assert "unknown key “cite”" in output


def test_a_page_that_nothing_leads_to_and_a_link_to_nowhere_are_told(root: Path) -> None:
    written(root, FRONT + "[gone](gone.md) and [no anchor](../index.md#nowhere)\n")
    written(root, FRONT + "Lost.\n", "evidence/lost.md")
    status, output = run(root)
    assert status == 1
    for words in ("gone.md", "#nowhere", "evidence/lost.md"):
        assert words in output


# Right calls -------------------------------------------------------------------------------------


def test_what_a_macro_returns_is_not_read_as_markdown_or_template(root: Path) -> None:
    written(
        root,
        FRONT
        + '{{ record("finding:shade-cools", "*a* <b> {{ 7*7 }} [x](y)") }}\n\n`{% raw %}{{ cite("x") }}{% endraw %}`\n',
    )
    page = dict(html.pages(builds(root)))["evidence/map/"]
    link = html.one(page, 'article a[href$="findings/shade-cools/"]')
    assert link.text() == "*a* <b> {{ 7*7 }} [x](y)"
    assert html.one(page, "article code").text() == '{{ cite("x") }}'


def test_macros_stand_in_sentences_lists_and_tables_of_html(root: Path) -> None:
    value = '{{ value("oakfield2020/cool-pavements", "share") }}'
    written(
        root,
        FRONT
        + f"Of them {value} were cool.\n\n- one {value}\n- two\n\n<p class='own'>{value}</p>\n\nBefore\n{{{{ records('finding') }}}}\nafter\n",
    )
    page = dict(html.pages(builds(root)))["evidence/map/"]
    for place in ("article > p", "article li", "article p.own"):
        assert any(node.css_first("button.bw-value") is not None for node in page.css(place)), place
    assert html.one(page, "article ul.bw-list").parent.tag != "p"  # type: ignore[union-attr]
    assert "\ue000" not in (page.html or "")


def test_one_citation_has_one_number_and_one_place_in_the_list(root: Path) -> None:
    cite = '{{ cite("linden1999") }}'
    written(root, FRONT + f'{cite} {{{{ cite("oakfield2020", "linden1999") }}}} {cite}\n\n{{{{ references() }}}}\n')
    page = dict(html.pages(builds(root)))["evidence/map/"]
    assert [button.text() for button in page.css(".bw-cites button")] == ["1", "2", "1", "1"]
    assert [item.attributes["id"] for item in page.css(".bw-references > li")] == [
        "cited-linden1999",
        "cited-oakfield2020",
    ]


# All or nothing ----------------------------------------------------------------------------------


def contents(site: Path) -> dict[str, bytes]:
    return {file.relative_to(site).as_posix(): file.read_bytes() for file in site.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    "slip",
    [
        ("docs/evidence/map.md", FRONT + '{{ cite("nope") }}\n'),
        ("docs/evidence/map.md", FRONT + "{{ cite( }}\n"),
        ("docs/evidence/map.md", FRONT + "{{ 1 / 0 }}\n"),
        ("docs/evidence/map.md", "---\ntitle: [\n---\n"),
        ("evidence/findings/new.yaml", "title: a: b\n"),
        ("bib/references.bib", "@book{a, title = {A}\n"),
        ("mkdocs.yml", "INHERIT: project.yml\nsite_name: Shade\nnav: [gone.md]\n"),
        ("mkdocs.yml", "site_name: [\n"),
    ],
    ids=["macro", "template", "arithmetic", "front matter", "record", "reference", "navigation", "settings"],
)
def test_a_failed_build_leaves_the_old_site_untouched(slip: tuple[str, str], root: Path) -> None:
    site = root / "site"
    for name in ("index.html", "404.html", "a/b.html"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("old", "utf-8")
    before = contents(site)
    path, content = slip
    (root / path).write_text(content, "utf-8")
    status, output = run(root)
    assert status == 1
    assert output.strip()
    assert contents(site) == before
    assert sorted(entry.name for entry in root.iterdir() if entry.name.startswith(".site")) == []


def test_what_check_only_warns_of_is_told_and_fails_no_build(root: Path) -> None:
    """A day of review passes by itself; a site that cannot be built any more helps nobody."""
    overdue = {"created: 2026-11-22": "created: 2019-11-22", "review_by: 2999-12-31": "review_by: 2020-12-31"}
    edit(root / "evidence/guidance/water-young-trees.yaml", overdue)
    status, output = run(root)
    assert status == 0
    assert output.startswith(
        "WARNING: evidence/guidance/water-young-trees.yaml:5:12: E407 The record was to be reviewed by 2020-12-31."
    )


def test_a_build_takes_nothing_of_the_old_site_along(root: Path) -> None:
    site = builds(root)
    (site / "stale.html").write_text("stale", "utf-8")
    assert "stale.html" not in contents(builds(root))
