"""Briefs: what they say, and the documents that are made of them."""

from __future__ import annotations

import datetime
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pypdfium2
import pytest
import typst
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from macros.brief import FILE, KINDS, as_data, brief, cited, names, shortened
from macros.cli import main
from macros.imprint import Imprint
from macros.kinds.finding import Finding
from macros.room import fitted
from macros.site import Site, load
from macros.typeset import PACK_POINTS, PAGES, Press
from tests.projects import ROOT, edit, lay

PLACE = Imprint("Shade & light", "https://shade.example/deep/", "Free.", independence="Nobody planted these trees.")
HOSTILE = (
    '#import "@preview/cetz:0.3.0": * #read("/etc/passwd") $x^2$ \\\\ @thing [x] #panic("no") = h *b* _e_ `c` '
    "<script>alert(1)</script> {{ 7 * 7 }} 中文 🙂 ‡ é"
)
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


@pytest.fixture(scope="module")
def shade(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return load(lay(tmp_path_factory.mktemp("shade")))


@pytest.fixture(scope="module")
def whole() -> Site:
    return load(ROOT)


@pytest.fixture(scope="module")
def printed(whole: Site, flagship: Path) -> dict[str, bytes]:
    """Every brief of the project's own site."""
    return {name: (flagship / whole.addresses[name] / FILE).read_bytes() for name in names(whole)}


def words(content: bytes) -> str:
    """Return what a document says, in one line."""
    document = pypdfium2.PdfDocument(content)
    # The reader tells a hyphen at the end of a line by a sign of its own.
    found = flat(" ".join(page.get_textpage().get_text_range() for page in document).replace("\ufffe", "-"))
    document.close()
    return found


def length(content: bytes) -> int:
    document = pypdfium2.PdfDocument(content)
    found = len(document)
    document.close()
    return found


def flat(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def close(text: str) -> str:
    """Return a text without spaces, because a line may end, and be read, between any two words."""
    return re.sub(r"\s+", "", text)


def plain(runs: Any) -> str:
    return "".join(run.get("t", "") for run in runs)


def texts(data: dict[str, Any]) -> Iterator[str]:
    """Yield everything that a brief says, run by run."""
    for value in data.values():
        yield from said(value)


def said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts({key: each for key, each in value.items() if key not in {"at", "to", "cite"}})
    elif isinstance(value, list):
        for each in value:
            yield from said(each)


def is_accessible(content: bytes) -> None:
    """Hold a document to what PDF/UA asks for and a program can see; the rest Typst checks as it writes one."""
    is_tagged(content)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        tags = set(kinds(pdf.Root.StructTreeRoot))
        assert {"/Document", "/H1", "/H2", "/P"} <= tags
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                about = font.DescendantFonts[0].FontDescriptor
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(about.keys()), "every font is in the document"


def is_tagged(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert root.Lang == "en"
        assert root.ViewerPreferences.DisplayDocTitle
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert str(pdf.docinfo.Title)
        assert "/StructTreeRoot" in root
        assert {str(page.Tabs) for page in pdf.pages} == {"/S"}
        assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root.keys()), "a document does nothing by itself"


def kinds(element: Any) -> Iterator[str]:
    if isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            yield str(element.S)
        if "/K" in element:
            yield from kinds(element.K)
    elif isinstance(element, pikepdf.Array):
        for each in element:
            yield from kinds(each)


# What a brief says --------------------------------------------------------------------------------------


def test_the_answer_comes_first_then_how_sure_and_what_it_rests_on(shade: Site) -> None:
    made = brief(shade, "finding:shade-cools")
    assert plain(made.answer) == "Pavements in the shade are cooler, by 12.5 °C in one study."
    assert [sign.value.replace("\xa0", " ") for sign in made.signs] == [
        "Low confidence",
        "2 independent sources",
        "Looked for, none recorded",
    ]
    assert [section.id for section in made.sections] == ["how-sure", "rests-on", "against", "not-known", "who-acts"]
    rests = made.sections[1]
    assert {point.group.partition(":")[0] for point in rests.points} == {
        "Independent source 1 of 2",
        "Independent source 2 of 2",
    }
    assert rests.judged, "that which evidence bears on it is ours is said once"
    assert cited(made) == ["oakfield2020", "elmton2021"]


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_is_the_records_own(whole: Site, kind: str) -> None:
    for name in names(whole):
        if not name.startswith(f"{kind}:") or name not in whole.support:
            continue
        found = whole.support[name]
        sections = {section.id: section for section in brief(whole, name).sections}
        claims = (*found.supporting, *found.challenging, *found.qualifying)
        shown = [p for id_ in ("rests-on", "against") for p in sections[id_].points if not p.text[0].get("at")]
        assert len(shown) == len(claims), name
        assert str(found.independent or "No evidence") in plain(sections["how-sure"].lines[-1 if kind == Finding.kind else 0].text)  # fmt: skip


def test_numbers_are_printed_as_their_claims_print_them(whole: Site) -> None:
    for uid, claim in whole.base.claims.items():
        lines = [plain(line.text) for line in brief(whole, f"claim:{uid}").sections[0].lines]
        for number, line in zip(claim.numbers[:2], lines, strict=False):
            assert line.startswith(number.printed)
            for part in (number.numerator, number.denominator):
                if isinstance(part, int) and isinstance(number.denominator, int):
                    assert f"{part:,}" in line, (uid, line)


def test_a_withdrawn_record_says_so_before_its_answer(tmp_path: Path) -> None:
    root = lay(tmp_path)
    edit(
        root / "evidence" / "findings" / "shade-cools.yaml",
        {
            "status: published\n": "status: withdrawn\nwithdrawn: {date: 2026-11-22, reason: It was made up., "
            "replaced_by: 'principle:right-tree-right-place'}\n"
        },
    )
    site = load(root)
    notice = plain(brief(site, "finding:shade-cools").notice)
    assert notice.startswith("Withdrawn. On 22 November 2026: It was made up. See instead: Right tree")
    text = words(Press(site, PLACE).brief("finding:shade-cools").content)
    assert text.index("It was made up.") < text.index("Pavements in the shade are cooler")


def test_a_form_with_little_room_leaves_out_the_least_important_and_says_how_much(whole: Site) -> None:
    name = max(names(whole), key=lambda name: sum(len(section.points) for section in brief(whole, name).sections))
    all_, short = brief(whole, name), fitted(brief(whole, name), {}, pages=1)
    for before, after in zip(all_.sections, short.sections, strict=True):
        assert after.points == before.points[: len(after.points)]
        assert after.more == len(before.points) - len(after.points)
    assert sum(section.more for section in short.sections) > 10
    assert as_data(all_, 2)["sections"][1]["more"] == len(all_.sections[1].points) - 2


# The documents ------------------------------------------------------------------------------------------


def test_every_brief_is_short_tagged_and_holds_its_answer(whole: Site, printed: dict[str, bytes]) -> None:
    by_kind = {name.partition(":")[0]: content for name, content in printed.items()}
    assert set(by_kind) == set(KINDS)
    for content in by_kind.values():
        is_accessible(content)
    for name, content in printed.items():
        assert length(content) <= PAGES, name
        is_tagged(content)
        made = brief(whole, name)
        text = close(words(content))
        assert close(made.title) in text, name
        assert close(plain(made.answer)) in text, name
        for sign in made.signs:
            assert close(sign.value) in text, (name, sign)


def test_every_number_in_a_brief_is_the_records_number(whole: Site, printed: dict[str, bytes]) -> None:
    for name, content in printed.items():
        made = brief(whole, name)
        known = " ".join(texts(as_data(made)))
        known += " ".join(whole.references[key].text for key in cited(made))
        known += f" 1 2 3 4 5 6 7 8 9 10 11 12 Page of {made.changed.day} {made.changed.year} 4.0 {name}"
        known += " ".join(
            f" {len(section.points) - n}" for section in made.sections for n in range(len(section.points))
        )
        left = set(NUMBER.findall(words(content))) - set(NUMBER.findall(flat(known)))
        # A number that a line broke in two is read in two pieces.
        assert {each for each in left if each not in close(known)} == set(), name


def test_the_page_and_the_brief_hold_the_same_numbers(flagship: Path, whole: Site) -> None:
    for name in names(whole):
        page = LexborHTMLParser((flagship / whole.addresses[name] / "index.html").read_text("utf-8"))
        article = page.css_first("article")
        assert article is not None
        for node in article.css("[popover]"):
            node.decompose()
        text = close(article.text())
        made = brief(whole, name)
        for number in NUMBER.findall(plain(made.answer)):
            assert number in text, (name, number)
        if name in whole.support:
            assert close(f"{whole.support[name].independent or 'No'} ") in text
        standing = next(section for section in made.sections if section.id == "how-sure").lines
        for line in standing:
            for count in re.findall(r"stands on (\d+).claims? from (\d+).source", plain(line.text)):
                assert close(f"{count[0]} claim") in text
                assert close(f"from {count[1]} source") in text


def test_the_site_offers_each_brief_with_its_size(flagship: Path, whole: Site) -> None:
    for name in names(whole):
        page = LexborHTMLParser((flagship / whole.addresses[name] / "index.html").read_text("utf-8"))
        link = page.css_first("a.bw-take__brief")
        assert link is not None
        assert link.attributes["href"] in ("brief.pdf", "./brief.pdf")
        content = (flagship / whole.addresses[name] / "brief.pdf").read_bytes()
        pages = length(content)
        many = f"{pages} page{'s' * (pages != 1)}"
        assert link.text() == f"Brief (PDF, {many}, {-(-len(content) // 1000)} KB)"
    listed = LexborHTMLParser((flagship / "use-it" / "briefs" / "index.html").read_text("utf-8"))
    assert len(listed.css('article a[href$="brief.pdf"]')) == len(names(whole))


def test_the_same_records_make_the_same_bytes(tmp_path: Path, shade: Site) -> None:
    first = Press(shade, PLACE).briefs()
    assert Press(shade, PLACE, tmp_path).briefs() == first
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.pdf")}
    assert len(kept) == len(first)
    assert Press(shade, PLACE, tmp_path).briefs() == first
    assert {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.pdf")} == kept, "nothing was typeset again"
    for file in kept:
        file.write_bytes(b"no document")
    assert Press(shade, PLACE, tmp_path).briefs() == first, "what is broken in the cache is made again"
    dates = {pypdf.PdfReader(io.BytesIO(document.content)).metadata.creation_date.date() for document in first.values()}  # type: ignore[union-attr]
    assert dates == {brief(shade, name).changed for name in first}


def test_the_cache_does_not_grow_without_end(tmp_path: Path, shade: Site) -> None:
    for number in range(40):
        (tmp_path / f"{number:032x}.pdf").write_bytes(b"")
    made = Press(shade, PLACE, tmp_path).briefs()
    assert len(list(tmp_path.glob("*.pdf"))) == 3 * len(made)


def test_an_address_is_printed_only_where_there_is_one(shade: Site) -> None:
    name = "finding:shade-cools"
    here = Press(shade, PLACE).brief(name).content
    nowhere = Press(shade, Imprint("Shade")).brief(name).content
    assert close(f"https://shade.example/deep/{shade.addresses[name]}") in close(words(here))
    assert "https://shade.example" not in words(nowhere)
    assert f"is {name} on Shade" in words(nowhere)
    with pikepdf.open(io.BytesIO(here)) as pdf, pikepdf.open(io.BytesIO(nowhere)) as other:
        assert "/Figure" in kinds(pdf.Root.StructTreeRoot)
        assert "/Figure" not in kinds(other.Root.StructTreeRoot)


def test_hostile_text_is_text(tmp_path: Path) -> None:
    root = lay(tmp_path)
    file = root / "evidence" / "findings" / "shade-cools.yaml"
    title = next(line for line in file.read_text("utf-8").splitlines() if line.startswith("title:"))
    edit(file, {title: f"title: {json.dumps(HOSTILE, ensure_ascii=False)}"})
    site = load(root)
    press = Press(site, Imprint(HOSTILE, licence=HOSTILE))
    text = words(press.brief("finding:shade-cools").content)
    assert '#import "@preview/cetz:0.3.0"' in text
    assert close('#read("/etc/passwd") $x^2$') in close(text)
    assert "root:" not in text
    assert "<script>alert(1)</script> {{ 7 * 7 }} □□ □" in text, "letters without a shape are shown as missing"
    is_accessible(press.pack(["finding:shade-cools", "claim:elmton2021/shade-cools"]).content)


@pytest.mark.parametrize(
    "source",
    ['#read("/etc/passwd")', '#read("../typeset.py")', '#import "@preview/cetz:0.3.0": *', '#include "../x.typ"'],
)
def test_the_compiler_reads_nothing_but_its_template(shade: Site, source: str) -> None:
    compiler = Press(shade, PLACE)._compiler
    with pytest.raises(typst.TypstError):
        compiler.compile(source.encode(), format="pdf")


@pytest.mark.parametrize("times", [1, 3, 30])
def test_a_record_of_any_length_fits(tmp_path: Path, times: int) -> None:
    root = lay(tmp_path)
    file = root / "evidence" / "findings" / "shade-cools.yaml"
    long = "A pavement is cooler where a tree keeps the sun from it, which everybody knows who has walked there. " * 6
    for field in ("statement", "does_not_show"):
        line = next(line for line in file.read_text("utf-8").splitlines() if line.startswith(f"{field}:"))
        edit(file, {line: f"{field}: {json.dumps(long * times)}"})
    site = load(root)
    document = Press(site, PLACE).brief("finding:shade-cools")
    assert document.pages <= PAGES
    assert "A pavement is cooler" in words(document.content)


def test_texts_are_cut_at_a_word(shade: Site) -> None:
    made = shortened(brief(shade, "finding:shade-cools"), 0.02)
    assert plain(made.answer).endswith(" …")
    assert plain(brief(shade, "finding:shade-cools").answer).startswith(plain(made.answer)[:-2])


def test_a_style_by_author_and_date_prints_no_numbers(tmp_path: Path) -> None:
    site = load(lay(tmp_path), "apa")
    text = words(Press(site, PLACE).brief("finding:shade-cools").content)
    assert "2020)" in text
    assert "[1]" not in text


# Packs and the command line -------------------------------------------------------------------------------


def test_a_pack_is_one_tagged_document_with_one_list_of_references(shade: Site) -> None:
    chosen = ["recommendation:plant-for-shade", "finding:shade-cools", "claim:elmton2021/shade-cools"]
    content = Press(shade, PLACE).pack(chosen).content
    is_accessible(content)
    text = words(content)
    assert text.count("References") == 2, "in the contents and at the end"
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        titles = [item.title for item in outline.root[0].children]
        assert [*(brief(shade, name).title for name in chosen), "References"] == titles, "in the order asked for"


def test_a_pack_of_every_kind_of_record(whole: Site) -> None:
    chosen = [f"{kind}:{next(iter(ids))}" for kind, ids in whole.base.records.items() if ids and kind != "claim-sheet"]
    chosen.append(f"claim:{next(iter(whole.base.claims))}")
    content = Press(whole, PLACE).pack(chosen).content
    is_accessible(content)
    text = close(words(content))
    for name in chosen:
        made = brief(whole, name)
        assert close(made.title) in text
        assert all(section.points[PACK_POINTS:] == () or "more" in text for section in made.sections)


def test_commands_write_documents_and_name_what_is_not_there(tmp_path: Path) -> None:
    root = lay(tmp_path, pages=True)
    run = CliRunner()
    target = tmp_path / "out.pdf"
    done = run.invoke(main, ["brief", "finding/shade-cools", "--root", str(root), "--output", str(target)])
    assert (done.exit_code, done.output.partition(":")[0]) == (0, str(target))
    assert "Pavements in the shade" in words(target.read_bytes())
    chosen = ["finding/shade-cools", "claim/elmton2021/shade-cools", "finding:shade-cools"]
    done = run.invoke(main, ["pack", *chosen, "--root", str(root), "--output", str(target)])
    assert done.exit_code == 0, done.output
    assert "Evidence pack: 2 records" in words(target.read_bytes())
    done = run.invoke(main, ["brief", "finding/shade-cool", "--root", str(root), "--output", str(target)])
    assert done.exit_code == 2
    assert "Did you mean “finding:shade-cools”" in flat(done.output)
    done = run.invoke(main, ["brief", "finding/shade-cools", "--root", str(root), "--output", str(tmp_path / "no" / "x.pdf")])  # fmt: skip
    assert done.exit_code == 2


def test_the_version_is_the_day_of_the_last_change(shade: Site) -> None:
    made = brief(shade, "finding:shade-cools")
    record = shade.base.records["finding"]["shade-cools"]
    assert made.changed == max([record.modified, *(event.date for event in record.history)])
    assert isinstance(made.changed, datetime.date)
    day = f"{made.changed.day} {made.changed:%B %Y}"
    assert f"Version of {day}" in words(Press(shade, PLACE).brief("finding:shade-cools").content)
