"""What holds whatever is put in: properties, tried on inputs that nobody chose."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from macros import prose
from macros.address import relative
from macros.backlinks import backlinks, subjects
from macros.base import EvidenceBase
from macros.check import check
from macros.document import KEY, MAX_DEPTH, Data, parse
from macros.kinds.finding import Attachment, Finding
from macros.kinds.recommendation import Recommendation
from macros.problem import Place
from macros.support import finding_support, recommendation_support
from tests.projects import ROOT, TINY, dump, lay, records

# Documents ---------------------------------------------------------------------------------------

YAML = st.text(
    st.sampled_from(list(" \n\t-:?[]{},&*!|>'\"%@`#~\\/.0aébx\u00a0\u202e\x00\ufeff\U0001f333")), max_size=80
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=20)
KEYS = st.from_regex(r"[a-zé][a-z é_-]{0,8}", fullmatch=True).map(str.strip).filter(bool)
DATA = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
RECORDS = st.dictionaries(KEYS, DATA, min_size=1, max_size=4)


@given(st.binary(max_size=120) | YAML.map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=500, deadline=None)
def test_any_file_gives_a_document_or_a_problem_with_a_place_in_the_file(raw: bytes) -> None:
    document, problems = parse(raw, "x.yaml")
    assert document is not None or problems
    lines = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    rows = re.split(r"\r\n|[\n\r\x85\u2028\u2029]", lines)
    for problem in problems:
        assert 1 <= problem.place.line <= len(rows) + 1
        assert problem.place.column >= 1
        assert problem.message.endswith(".")
        if problem.code in ("E104", "E105") and problem.fix:
            line = lines.split("\n")[problem.place.line - 1]
            assert line[problem.place.column - 1 :].startswith(problem.fix.old)


def every_path(data: Data, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Data]]:
    yield path, data
    if isinstance(data, dict):
        for name, value in data.items():
            yield from every_path(value, (*path, name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from every_path(value, (*path, index))


@given(RECORDS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_mark_points_at_what_it_marks(tmp_path: Path, data: dict[str, Data]) -> None:
    file = tmp_path / "x.yaml"
    dump(file, data)
    text = file.read_text("utf-8")
    document, problems = parse(text.encode(), "x.yaml")
    assert problems == []
    assert document is not None
    assert document.data == data
    lines = text.split("\n")

    def at(place: Place) -> str:
        return lines[place.line - 1][place.column - 1 :]

    for path, value in every_path(data):
        assert path in document.marks
        if path and isinstance(path[-1], str):
            assert (*path, KEY) in document.marks
            assert at(document.key_place(path)).startswith(f'"{path[-1]}"')
        if isinstance(value, str):
            assert at(document.place(path)).startswith('"')
            if re.fullmatch(r"[a-z]{1,9}", value):
                assert at(document.place(path)).startswith(f'"{value}"')


@given(st.integers(0, 2 * MAX_DEPTH), st.sampled_from(["[", "{a: ", "- "]))
def test_depth_is_told_at_the_first_level_too_many(depth: int, opening: str) -> None:
    closing = {"[": "]", "{a: ": "}", "- ": ""}[opening]
    text = "a:" + ("\n " if opening == "- " else " ") + opening * depth + "x" + closing * depth
    document, problems = parse(text.encode(), "x.yaml")
    # The fields of the record itself are the first level.
    assert [problem.code for problem in problems] == (["E107"] if depth > MAX_DEPTH - 1 else [])
    assert (document is None) is (depth > MAX_DEPTH - 1)


ODD = (
    "x|not stated|not applicable|0|-1|999999999999999999999999999999|1e999|1e-99999999|NaN|2026-13-01|2026-11-22|true|no|"
    "javascript:x|../../x|…|oakfield2020/nothing|finding:shade-cools|claim:x/y|[[finding:]]|[[value:oakfield2020/cool-pavements]]"
)
VALUES = st.sampled_from([*ODD.split("|"), "", "a\nb", None, [], {}, ["x"], {"a": "b"}, [["x", "y"]]])


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_slip_in_any_field_crashes_a_check(the_base: Path, data: st.DataObject) -> None:
    file, record = data.draw(st.sampled_from(list(records(the_base))), label="file")
    path, _ = data.draw(st.sampled_from([found for found in every_path(record) if found[0]]), label="path")
    before = file.read_bytes()
    group: Any = record
    for step in path[:-1]:
        group = group[step]
    slip = data.draw(st.sampled_from(["delete", "replace", "replace", "replace", "twice", "break"]), label="slip")
    if slip == "delete":
        del group[path[-1]]
    elif slip == "replace":
        group[path[-1]] = data.draw(VALUES, label="value")
    elif slip == "twice" and isinstance(group, list):
        group.append(group[path[-1]])
    try:
        dump(file, record)
        if slip == "break":
            file.write_bytes(b"a: b: c\n" + before)
        _, problems = check(the_base)
    finally:
        file.write_bytes(before)
    for problem in problems:
        assert problem.message
        assert (the_base / problem.place.path).exists() or problem.place.path.startswith("macros/")


@pytest.fixture(scope="module")
def the_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny evidence base that tests may change, if they change it back."""
    return lay(tmp_path_factory.mktemp("base"))


# Prose -------------------------------------------------------------------------------------------

TAGS = {"p", "em", "strong", "code", "a", "br", "ul", "ol", "li", "blockquote"}
MARKUP = (
    "<script>¦</p>¦<img src=x onerror=x>¦[a](javascript:x)¦[a](https://example.org)¦](¦![a](b)¦**¦_¦`¦```\n¦> ¦- ¦1. ¦\n¦\n\n¦    ¦# "
    "¦---\n¦|a|\n|-|\n¦&lt;¦&#x6a;¦\\¦<!--¦[[claim:a/b]]¦[[value:a/b#c]]¦[[¦]]¦[@a]¦[@a; @b]¦{{ 7*7 }}¦{% x %}¦<https://a.b>¦[a]: x"
)
FRAGMENTS = st.lists(st.sampled_from(MARKUP.split("¦")) | st.text(max_size=6), max_size=14).map("".join)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


class _Resolver:
    """Answers with a mark that can be counted."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def record_html(self, kind: str, id_: str, text: str) -> str:
        self.asked.append((kind, id_))
        return ""

    def value_html(self, target: str) -> str:
        self.asked.append(("value", target))
        return ""

    def cite_html(self, keys: tuple[str, ...]) -> str:
        self.asked.extend(("reference", key) for key in keys)
        return ""


@given(FRAGMENTS)
@settings(max_examples=500, deadline=None)
def test_prose_makes_only_its_own_few_tags(text: str) -> None:
    for render in (prose.render, prose.render_inline):
        parser = _Tags()
        parser.feed(render(text, _Resolver()))
        for tag, attributes in parser.seen:
            assert tag in TAGS
            assert set(attributes) <= {"a": {"href", "title"}, "ol": {"start"}}.get(tag, set())
            assert (attributes.get("href") or "https:").lower().startswith(("http:", "https:", "mailto:"))


@given(FRAGMENTS)
@settings(max_examples=300, deadline=None)
def test_whatever_prose_shows_as_a_pointer_the_rules_have_seen(text: str) -> None:
    resolver = _Resolver()
    prose.render(text, resolver)
    seen = {(pointer.kind, pointer.target) for pointer in prose.pointers(text)}
    assert set(resolver.asked) <= seen


@given(st.text(st.sampled_from("ab .,;é"), max_size=40))
def test_text_without_markup_stays_as_it_is(text: str) -> None:
    assert prose.plain(text) == " ".join(text.split())
    assert list(prose.pointers(text)) == []


# Addresses ---------------------------------------------------------------------------------------

SEGMENT = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True)
FOLDER = st.lists(SEGMENT, max_size=4).map(lambda parts: "".join(f"{part}/" for part in parts))
TARGET = st.tuples(
    FOLDER, st.just("") | SEGMENT.map(lambda name: f"{name}.csv"), st.just("") | SEGMENT.map("#{}".format)
).map("".join)


@given(TARGET, FOLDER)
@settings(max_examples=200, deadline=None)
def test_a_relative_address_leads_to_its_target(target: str, page: str) -> None:
    home = "https://example.org/in/a/folder/"
    assert urljoin(home + page, relative(target, page)) == home + target


# Support and backlinks ---------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[TINY, ROOT], ids=["tiny", "flagship"])
def base(request: pytest.FixtureRequest) -> EvidenceBase:
    return check(request.param)[0]


def with_finding(base: EvidenceBase, finding: Finding) -> EvidenceBase:
    findings = {**base.records["finding"], finding.id: finding}
    return replace(base, records={**base.records, "finding": findings})


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_illustration_never_adds_support(base: EvidenceBase, data: st.DataObject) -> None:
    findings = list(base.all(Finding).values())
    if not findings:
        pytest.skip("no findings")
    finding = data.draw(st.sampled_from(findings))
    uid = data.draw(st.sampled_from(sorted(base.claims)))
    relation = data.draw(
        st.sampled_from([t for t, c in base.concepts["relations"].items() if c.role in ("illustrates", "neutral")])
    )
    more = finding.model_copy(
        update={"claims": (*finding.claims, Attachment(claim=uid, relation=relation, reason="x"))}
    )
    before, after = finding_support(base, finding), finding_support(base, more)
    assert (after.independent, after.supporting, after.challenging) == (
        before.independent,
        before.supporting,
        before.challenging,
    )
    assert after.standing == before.standing
    for recommendation in base.all(Recommendation).values():
        one, other = (
            recommendation_support(base, recommendation),
            recommendation_support(with_finding(base, more), recommendation),
        )
        assert (one.independent, one.supporting, one.standing) == (other.independent, other.supporting, other.standing)


def test_support_counts_voices_and_never_more_of_them_than_sources(base: EvidenceBase) -> None:
    supports = [finding_support(base, finding) for finding in base.all(Finding).values()]
    supports += [recommendation_support(base, each) for each in base.all(Recommendation).values()]
    for support in supports:
        assert support.independent <= len(support.sources) <= len(support.supporting)
        assert set(support.sources) == {base.claims[uid].source for uid in support.supporting}
        assert not set(support.supporting) & set(support.illustrating)
        assert {base.role("bases", base.claims[uid].basis) for uid in support.supporting} <= {
            "own",
            "second-hand",
            "arithmetic",
        }


def test_with_judgement_off_nothing_is_added(base: EvidenceBase) -> None:
    for recommendation in base.all(Recommendation).values():
        every, stated = (
            recommendation_support(base, recommendation),
            recommendation_support(base, recommendation, judged=False),
        )
        assert set(stated.supporting) <= set(every.supporting)
        assert set(stated.clusters) <= set(every.clusters)


def test_backlinks_are_the_inverse_of_what_records_say(base: EvidenceBase) -> None:
    forward: dict[str, set[str]] = defaultdict(set)
    for name, record in subjects(base):
        for value in strings(record):
            forward[name] |= {"term:" + value, "id:" + value}
            for pointer in prose.pointers(value):
                forward[name].add(
                    f"claim:{pointer.claim}" if pointer.kind == "value" else f"{pointer.kind}:{pointer.target}"
                )
    for target, uses in backlinks(base).items():
        assert len({(use.by, use.field, use.relation, use.reason, use.basis) for use in uses}) == len(uses)
        for use in uses:
            if use.by.startswith("vocabulary:"):
                continue
            _, _, id_ = target.partition(":")
            said = {f"id:{id_}", f"id:{target}", f"term:{id_.rpartition('/')[2]}", target}
            assert said & forward[use.by], f"{use.by} does not say {target}"
    found = {(target, use.by) for target, uses in backlinks(base).items() for use in uses}
    for name, targets in forward.items():
        for target in targets:
            if target.partition(":")[0] in base.records or target.partition(":")[0] in ("claim", "reference"):
                assert (target, name) in found, f"{target} does not know of {name}"


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a record, however deep, without asking the models what it stands for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from strings(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
