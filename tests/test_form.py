"""The form for contributors: what it asks, what it makes, and that it finds what `check` finds."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import expect

from macros.base import load
from macros.check import check
from macros.cli import main
from macros.contribution import SUPPLIED
from macros.document import parse
from macros.form import FORMS, LAYOUT, Field, rules, steps
from macros.problem import Severity
from macros.support import clusters
from macros.validation import model_at, written_names
from tests.browser import watch
from tests.projects import ROOT, TINY, builds, lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

FORM = "contribute/case-study/"
HOSTILE = "<img src=x onerror=alert(1)> {{ 7 }} : # - \"quoted\" 'single' !!python/name:os.system &a *a ‘’ “”"

NUMBER_ADVICE = (
    "Add it under “Number” below the passage where it stands, and it is quoted from there; or leave the figure out."
)

Answers = dict[str, Any]

NEW_DOCUMENT: Answers = {
    "source": "new",
    "entry": "report",
    "title": "A year of shade: what two streets learnt",
    "authors": "Doe, Jane\nRoe, Richard",
    "organisation": "Hilltop Parks Office",
    "date": "2021",
    "url": "https://trees.example/shade.pdf",
    "type": "handbook",
    "summary": "A report of one office on its first year.",
}
PASSAGES: list[Answers] = [
    {
        "statement": "Staff dug 12 pits.",
        "basis": "reported",
        "locator.section": "Results › What was done",
        "locator.start": "In the spring two members of staff",
        "locator.end": "and twelve pits were dug.",
        "numbers": [{"printed": "12", "unit": "count", "population": "Pits dug in the spring"}],
    },
    {
        "statement": "The nursery now plants deeper.",
        "basis": "reported",
        "locator.section": "Results › What changed",
        "locator.start": "Since then the nursery",
    },
]
STREET: Answers = {
    "title": "Oak Lane",
    "type": "shopping-street",
    "topic": "Soil",
    "summary": "A street whose 12 pits were dug by two offices.",
    "start": "Spring 2019",
    "end": "not stated",
    "partners": [{"name": "Hilltop Parks Office", "side": "residents", "type": "parks-office", "role": "not stated"}],
    "done": "They dug 12 pits.",
    "outcomes": [
        {"side": "residents", "what": "They walk in the shade.", "claims": "0"},
        {"side": "nursery", "what": "not stated"},
    ],
    "learning": [
        {
            "what": "To dig deeper.",
            "direction": "to-gardeners",
            "type": "habit",
            "level": "person",
            "mode": "doing",
            "basis": "judged",
            "reason": "They did not before.",
        }
    ],
    "not_stated": "How many trees there are\nWho paid",
}
CASE: Answers = {"document": NEW_DOCUMENT, "passages": {"passages": PASSAGES}, "account": STREET}
TECHNIQUE: Answers = {
    "document": {"source": "elmton2021"},
    "passages": {"passages": PASSAGES[:1]},
    "account": {
        "title": "Deep pits",
        "type": "soil",
        "summary": "Pits that are deep.",
        "conceived.place": "not stated",
        "developed.place": "A nursery",
        "developed.claim": "0",
        "first_used.place": "not stated",
        "adopted.place": "Hilltop",
        "origin.verdict": "not-stated",
        "origin.reason": "Nobody says.",
        "path": [
            {"stage": "adopted", "state": "evidenced", "side": "residents", "claims": "0", "note": "They dug them."}
        ],
    },
}


# What is asked -----------------------------------------------------------------------------------


def asked(fields: tuple[Field, ...], before: str = "") -> Iterator[str]:
    for field in fields:
        yield before + field.name
        yield from asked(field.inner, f"{before}{field.name}.")


@pytest.mark.parametrize("kind", FORMS)
def test_every_field_that_a_record_must_have_is_asked_for_or_supplied(kind: str) -> None:
    model = FORMS[kind]
    names = [name for _, fields in LAYOUT[kind] for name in asked(fields)]
    for at in {(), *((name.partition(".")[0],) for name in names if "." in name)}:
        group = model_at(model, at)
        assert group is not None
        for name in written_names(group):
            if group.model_fields[name].is_required() and ".".join((*at, name)) not in names:
                assert name in {*SUPPLIED[model.__name__], "claims"}, f"{kind}: {at} {name}"


@pytest.mark.parametrize("root", [ROOT, TINY], ids=["flagship", "tiny"])
@pytest.mark.parametrize("kind", FORMS)
def test_a_question_has_words_and_its_terms_are_the_vocabulary_s(kind: str, root: Path) -> None:
    base, _ = load(root)
    found = steps(base, kind)
    assert [step.part for step in found[:2]] == ["document", "passages"]
    for step in found:
        for ask in step.asks:
            assert ask.words.label
            assert ask.control not in {"radios", "select", "choices"} or ask.options, ask.path
    assert {step.id for step in found} == {re.sub("^step-", "", step.words.id) for step in found}


def test_a_topic_lays_its_own_examples_over_the_core_s(tmp_path: Path) -> None:
    root = lay(tmp_path)
    own = "title: Questions\ndescription: Ours.\nconcepts:\n  - {id: topic, label: What grows there?, good: Limes}\n"
    (root / "evidence/vocabularies/form-questions.yaml").write_text(own, "utf-8")
    base, problems = load(root)
    assert problems == []
    (topic,) = (ask for step in steps(base, "case-study") for ask in step.asks if ask.name == "topic")
    assert (topic.words.label, topic.words.good) == ("What grows there?", "Limes")
    assert topic.words.bad, "what the topic does not give stays the core's"


# The form in a browser -----------------------------------------------------------------------------


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1000, "height": 900}, accept_downloads=True)
    yield context
    context.close()


def opened(context: BrowserContext, home: str, path: str = FORM) -> Page:
    page = context.new_page()
    page.goto(home + path)
    page.wait_for_selector("[data-form][data-live]")
    return page


def own(scope: Locator, name: str) -> Locator:
    """Return the question or list of a name that belongs to a group, and not to one inside it."""
    return scope.locator(f'[data-field="{name}"], [data-list="{name}"]').first


def fill(scope: Locator, answers: Answers) -> None:
    """Answer questions with a mouse."""
    for name, given in answers.items():
        field = own(scope, name)
        if isinstance(given, list):
            items = field.locator(":scope > [data-items] > [data-item]")
            for index, each in enumerate(given):
                if items.count() <= index:
                    field.locator(":scope > [data-do=add]").click()
                fill(items.nth(index), each)
        elif given == "not stated" and field.locator("[data-silent]").count():
            field.locator("[data-silent]").check()
        elif field.locator("input[type=radio]").count():
            field.locator(f'input[value="{given}"]').check()
        elif field.locator("select").count():
            field.locator("select").select_option(given)
        else:
            field.locator("[data-in]").fill(given)


def fill_all(page: Page, answers: Answers) -> None:
    for part, given in answers.items():
        for name, each in given.items():
            step = page.locator(f'[data-part={part}]:has([data-field="{name}"], [data-list="{name}"])').first
            fill(step, {name: each})


def file_of(page: Page) -> tuple[str, str]:
    """Check the answers; return the name and the text of the file."""
    page.locator("[data-do=check]").click()
    wrong = page.locator("[data-summary] li").all_inner_texts()
    assert not wrong, wrong
    with page.expect_download() as download:
        page.locator("[data-do=download]").click()
    return download.value.suggested_filename, Path(download.value.path()).read_text("utf-8")


def put(root: Path, name: str, text: str) -> list[str]:
    """Put a contribution into a project; return what `check` says of it."""
    folder = root / "evidence" / "contributions"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    _, problems = check(root)
    return [f"{p.place} {p.code} {p.message}" for p in problems if p.severity is Severity.ERROR]


@pytest.mark.parametrize(("path", "answers"), [(FORM, CASE), ("contribute/innovation/", TECHNIQUE)])
def test_what_the_form_makes_passes_check_and_builds(
    context: BrowserContext, tiny: Path, served: Any, tmp_path: Path, path: str, answers: Answers
) -> None:
    home = served(tiny)
    page = opened(context, home, path)
    told: list[str] = []
    watch(page, home, told)
    fill_all(page, answers)
    name, text = file_of(page)
    assert told == []
    root = lay(tmp_path / "topic", pages=True)
    assert put(root, name, text) == []
    site = builds(root)
    kind = "case-studies" if path == FORM else "innovations"
    assert (site / kind / name.removesuffix(".yaml") / "index.html").is_file()
    data = yaml.safe_load(text)
    if path == FORM:
        assert "[[value:doe2021/oak-lane-1]]" in data["case_study"]["done"], "a number of a passage is quoted from it"


def test_what_the_form_makes_passes_check_in_the_flagship(
    context: BrowserContext, flagship: Path, served: Any, tmp_path: Path
) -> None:
    page = opened(context, served(flagship))
    account = STREET | {
        "type": "unnamed-example",
        "partners": [
            {"name": "not stated", "side": "uk", "type": "health-delivery", "role": "Sent two nurses"},
            {"name": "Hilltop Hospital", "side": "lmic", "country": "+KE", "type": "health-delivery", "role": "Host"},
        ],
        "countries": [{"": "+KE"}],
        "outcomes": [{"side": "uk", "what": "12 pits.", "claims": "0"}, {"side": "lmic", "what": "not stated"}],
        "learning": [
            STREET["learning"][0] | {"direction": "to-uk", "type": "technical", "level": "team", "mode": "from"}
        ],
    }
    fill_all(page, {**CASE, "document": NEW_DOCUMENT | {"type": "organisation-report"}, "account": account})
    name, text = file_of(page)
    root = tmp_path / "flagship"
    for part in ("evidence", "bib"):
        shutil.copytree(ROOT / part, root / part)
    assert put(root, name, text) == []
    assert "Kenya" in text


# The same rules as check ---------------------------------------------------------------------------

CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/golden/form.yaml").read_text("utf-8"))
ASK_BROWSER = """async ([form, rules, answers, changes]) => {
  const { check } = await import(form + "form-check.js");
  const { assemble, yaml } = await import(form + "form-file.js");
  const { contribution, work } = assemble(answers, rules, "2026-11-22");
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split(".");
    const last = names.pop();
    const at = names.reduce((inner, name) => inner[name], contribution);
    if (value === null) delete at[last];
    else at[last] = value;
  }
  return { text: yaml(contribution), told: check(contribution, rules, work, "2026-11-22") };
}"""


def nested(answers: Answers) -> Answers:
    """Return answers as the form's script reads them: dots lead into groups, passages are lists."""
    found: Answers = {}
    for name, given in answers.items():
        *names, last = name.split(".")
        at = found
        for each in names:
            at = at.setdefault(each, {})
        if isinstance(given, list):
            at[last] = [nested(each) for each in given]
        elif last in {"authors", "not_stated"}:
            at[last] = given.split("\n")
        else:
            at[last] = [given] if last == "claims" else given
    return found


@pytest.fixture(scope="module")
def sheet(chromium: Browser, tiny: Path, served: Any) -> Iterator[tuple[Page, str]]:
    """A page from which the form's scripts can be called."""
    home = served(tiny)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(home + "404.html")
    yield page, f"{home}assets/js/"
    context.close()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_browser_and_check_say_the_same(sheet: tuple[Page, str], tmp_path: Path, case: dict[str, Any]) -> None:
    page, scripts = sheet
    root = lay(tmp_path)
    base, _ = load(root)
    kind = case.get("kind", "case-study")
    form = CASE if kind == "case-study" else TECHNIQUE
    answers: Answers = {
        "document": nested(form["document"]),
        "passages": [nested(passage) for passage in form["passages"]["passages"]],
        "account": nested(form["account"]),
    }
    for path, given in case.get("answers", {}).items():
        part, name = path.split(".")
        answers[part][name] = given
    given = [scripts, json.loads(json.dumps(rules(base, kind))), answers, case.get("change", {})]
    found = page.evaluate(ASK_BROWSER, given)
    folder = root / "evidence/contributions"
    folder.mkdir()
    (folder / "oak-lane.yaml").write_text(found["text"], "utf-8")
    document, problems = parse(found["text"].encode(), "x")
    assert document is not None, problems
    lines = [document.marks.get((name,), (0, 0))[0] for name in ("reference", "document")]
    reference = range(*lines)

    def at(line: int, column: int) -> Any:
        return "reference" if line in reference else (line, column)

    _, problems = check(root)
    by_check = sorted(
        {
            (p.code, str(at(p.place.line, p.place.column)), p.message)
            for p in problems
            if p.place.path.endswith("oak-lane.yaml") and p.severity is Severity.ERROR
        }
    )
    by_browser = set()
    for told in found["told"]:
        path = tuple(told["path"])
        where = document.key_place(path) if told["code"] == "E202" else document.place(path)
        by_browser.add(
            (told["code"], str("reference" if path[0] == "reference" else (where.line, where.column)), told["message"])
        )
    assert sorted(by_browser) == by_check
    if "expect" in case:
        assert sorted(code for code, _, _ in by_check) == sorted(case["expect"])


@pytest.mark.parametrize(
    "text",
    [
        "a: b", "# not a comment", "- x", "it's “said” \"so\" \\n", "two\nlines\n\n- three", "!!python/name:os.system",
        "yes", "No", "null", "~", "1e3", "0x1f", "2026-11-22", "12:30:45", ".inf", "&anchor *alias", "{a: b}", "[1, 2]",
        "%TAG", "@at", "`tick", "| block", "> folded", "? key", "tab\there", "nbsp\u00a0here", "\u2028line\u2029separators",
        "emoji 🌳 and Ελληνικά", "trailing:", "a #b", "=", "<<", "---", "...", "x" * 3000, "null byte \0 and bell \a",
        "right\u202eleft", "\ud83d lone",
    ],
)  # fmt: skip
def test_any_text_comes_back_from_yaml_as_it_was(sheet: tuple[Page, str], text: str) -> None:
    page, scripts = sheet
    written, kept = page.evaluate(
        """async ([form, codes]) => {
          const { clean, yaml } = await import(form + "form-file.js");
          const text = clean(String.fromCharCode(...codes));
          return [yaml({ text, list: [text, { [`x`]: text }] }), text];
        }""",
        [scripts, list(memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"))],
    )
    assert yaml.safe_load(written) == {"text": kept, "list": [kept, {"x": kept}]}
    document, problems = parse(written.encode(), "x")
    assert problems == []
    assert document is not None
    if kept not in {"null", "~"}:
        assert document.data["text"] == kept


# Using it ------------------------------------------------------------------------------------------


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.id || document.activeElement.innerText.split('\\n')[0]")
    return found


def test_mistakes_are_told_at_the_top_and_beside_the_question(context: BrowserContext, tiny: Path, served: Any) -> None:
    page = opened(context, served(tiny))
    assert page.locator(".bw-field__error:visible").count() == 0, "nothing is wrong yet"
    fill_all(page, {**CASE, "account": STREET | {"done": "They dug 14 pits.", "topic": "TBC"}})
    page.locator("[data-do=check]").click()
    summary = page.locator("[data-summary]")
    assert summary.is_visible()
    assert page.evaluate("document.activeElement.hasAttribute('data-summary')")
    links = summary.locator("a")
    assert links.all_inner_texts() == [
        "What is it about, in a few words? “topic” still holds “TBC”.",
        f"What was done? The number 14 is typed into “done”. {NUMBER_ADVICE}",
    ]
    links.first.press("Enter")
    assert focused(page) == "account-topic"
    box = page.locator("#account-topic")
    assert box.get_attribute("aria-invalid") == "true"
    described = (box.get_attribute("aria-describedby") or "").split()
    assert "account-topic-error" in described
    assert all(page.locator(f"#{id_}").count() == 1 for id_ in described)
    assert "TBC" in page.locator("#account-topic-error").inner_text()
    assert not page.locator("[data-ready]").is_visible()
    box.fill("Soil")
    page.locator("#account-topic-error").wait_for(state="hidden")
    page.locator("#what-happened-done").fill("They dug.")
    file_of(page)


def test_a_question_is_not_called_wrong_before_it_was_answered(
    context: BrowserContext, tiny: Path, served: Any
) -> None:
    page = opened(context, served(tiny))
    page.locator("#account-topic").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    assert page.locator(".bw-field__error:visible").count() == 0
    page.locator("#account-topic").fill("TODO")
    page.keyboard.press("Tab")
    page.locator("#account-topic-error").wait_for(state="visible")
    assert page.locator(".bw-field__error:visible").count() == 1


def test_an_empty_form_asks_first_which_document(context: BrowserContext, tiny: Path, served: Any) -> None:
    page = opened(context, served(tiny))
    page.locator("[data-do=check]").click()
    told = page.locator("[data-summary] a").all_inner_texts()
    assert told[0] == "Which document tells of it? Answer this question."
    assert "Passage 1, What does the passage say? Answer this question." in told
    assert "Partner 1, Name of the partner: Answer this question, or tick that the document does not say." in told
    assert not any("missing" in each for each in told)


def test_the_keyboard_alone_fills_and_sends(context: BrowserContext, tiny: Path, served: Any) -> None:
    page = opened(context, served(tiny))
    fill_all(
        page,
        {**CASE, "account": {n: g for n, g in STREET.items() if n not in {"title", "type", "outcomes", "learning"}}},
    )
    page.locator("#account-title").focus()
    keys = page.keyboard
    keys.type("Ash Lane")
    keys.press("Tab")
    keys.press("Space")  # the first sort of account
    page.locator("[data-step=what-happened] [data-in]").first.focus()
    while page.evaluate("document.activeElement.dataset.do") != "add":
        keys.press("Tab")
    keys.press("Enter")
    assert focused(page) == "Side 2", "what was added has the focus"
    assert page.locator("[data-told]").inner_text() == "Side 2 was added."
    while page.evaluate("document.activeElement.dataset.do") != "remove":
        keys.press("Tab")
    keys.press("Enter")
    assert focused(page) == "Side 1", "the focus does not fall off the page"
    assert page.locator("[data-told]").inner_text() == "Side 2 was taken out."
    keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    keys.type("They walk in the shade.")
    page.locator("[data-do=check]").focus()
    keys.press("Enter")
    assert page.locator("[data-summary] li").all_inner_texts() == []
    assert focused(page) == "form-send"
    assert page.locator("[data-do=download]").get_attribute("download") == "ash-lane.yaml"


def test_taking_a_passage_out_keeps_the_others_pointing_at_their_own(
    context: BrowserContext, tiny: Path, served: Any
) -> None:
    page = opened(context, served(tiny))
    fill_all(page, {**CASE, "account": STREET | {"outcomes": [{"side": "residents", "what": "Shade.", "claims": "1"}]}})
    page.locator("[data-list=passages] > [data-items] > [data-item]").first.locator(":scope > [data-do=remove]").click()
    assert page.locator("[data-field=claims] select").input_value() == "0"
    assert page.locator("[data-field=claims] select option:checked").inner_text().startswith("1: The nursery")


def test_a_draft_survives_a_reload_and_can_be_cleared(context: BrowserContext, tiny: Path, served: Any) -> None:
    page = opened(context, served(tiny))
    fill_all(page, CASE)
    page.wait_for_timeout(500)
    page.reload()
    page.wait_for_selector("[data-form][data-live]")
    assert "is back" in page.locator("[data-draft]").inner_text()
    name, text = file_of(page)
    assert name == "oak-lane.yaml"
    data = yaml.safe_load(text)
    assert data["case_study"]["outcomes"][0]["claims"] == ["doe2021/oak-lane-1"]
    assert data["case_study"]["end"] == "not stated"
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[data-do=clear]").click()
    expect(page.locator("#account-title")).to_have_value("")
    page.wait_for_selector("[data-form][data-live]")
    assert page.evaluate("localStorage.length") == page.evaluate(
        "Object.keys(localStorage).filter(k => !k.startsWith('both-ways:draft')).length"
    )


def test_hostile_text_stays_text(context: BrowserContext, tiny: Path, served: Any, tmp_path: Path) -> None:
    home = served(tiny)
    page = opened(context, home)
    told: list[str] = []
    watch(page, home, told)
    bad = HOSTILE.replace("{{ 7 }}", "{{ x }}").replace("alert(1)", "alert(x)")
    hostile = {**STREET, "title": bad, "summary": bad, "topic": bad, "done": bad, "not_stated": bad}
    hostile["partners"] = [STREET["partners"][0] | {"name": bad, "role": bad}]
    passage = PASSAGES[1] | {"statement": bad, "locator.section": bad}
    document = NEW_DOCUMENT | {"title": bad, "summary": bad, "authors": bad, "organisation": bad}
    fill_all(
        page,
        {
            "document": document,
            "passages": {"passages": [passage]},
            "account": hostile | {"outcomes": STREET["outcomes"][1:]},
        },
    )
    page.locator("#send-id").fill("oak-lane")
    name, text = file_of(page)
    preview = page.locator("[data-preview]")
    assert bad in preview.inner_text()
    assert preview.locator("img").count() == 0
    assert told == []
    assert yaml.safe_load(text)["case_study"]["topic"] == bad
    root = lay(tmp_path, pages=True)
    assert put(root, name, text) == []
    builds(root)


REPOSITORY = "https://github.com/example/shade"


@pytest.fixture(scope="module")
def on_github(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = lay(tmp_path_factory.mktemp("github"), pages=True)
    settings = root / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8") + f"repo_url: {REPOSITORY}\n", "utf-8")
    return builds(root)


def link_of(page: Page, what: str) -> str:
    return page.locator(f"[data-do={what}]").get_attribute("href") or ""


def test_github_opens_with_the_file_filled_in(context: BrowserContext, on_github: Path, served: Any) -> None:
    page = opened(context, served(on_github))
    fill_all(page, CASE)
    _, text = file_of(page)
    file = urlsplit(link_of(page, "file"))
    assert f"{file.scheme}://{file.netloc}{file.path}" == f"{REPOSITORY}/new/main"
    assert parse_qs(file.query) == {"filename": ["evidence/contributions/oak-lane.yaml"], "value": [text]}
    issue = parse_qs(urlsplit(link_of(page, "issue")).query)
    assert issue["title"] == ["Oak Lane"]
    assert f"```yaml\n{text}```" in issue["body"][0]
    assert not page.locator("[data-long]").is_visible()


def test_the_issue_that_the_form_begins_becomes_the_same_file(
    context: BrowserContext, on_github: Path, served: Any, tmp_path: Path
) -> None:
    page = opened(context, served(on_github))
    fill_all(page, CASE)
    _, text = file_of(page)
    root = lay(tmp_path / "topic")
    issue = tmp_path / "issue.md"
    issue.write_text(parse_qs(urlsplit(link_of(page, "issue")).query)["body"][0], "utf-8")
    result = CliRunner().invoke(main, ["import-issue", str(issue), "--root", str(root), "--author", "nurse"])
    assert result.exit_code == 0, result.output
    assert (root / "evidence/contributions/oak-lane.yaml").read_text("utf-8") == text
    issue.write_text(issue.read_text("utf-8").replace("shopping-street", "shoping-street"), "utf-8")
    result = CliRunner().invoke(main, ["import-issue", str(issue), "--root", str(root), "--author", "nurse"])
    assert result.exit_code == 1
    assert "shoping-street" in result.output


def test_what_is_too_long_for_an_address_is_copied(chromium: Browser, on_github: Path, served: Any) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = opened(context, served(on_github))
    fill_all(page, {**CASE, "account": STREET | {"done": "They dug. " * 900}})
    _, text = file_of(page)
    link = page.locator("[data-do=file]")
    assert parse_qs(urlsplit(link_of(page, "file")).query) == {"filename": ["evidence/contributions/oak-lane.yaml"]}
    assert page.locator("[data-long]").is_visible()
    context.route("https://github.com/**", lambda route: route.abort())
    link.click()
    expect(page.locator("[data-said]")).to_contain_text("copied")
    page.bring_to_front()
    assert page.evaluate("navigator.clipboard.readText()") == text
    context.close()


def test_without_a_repository_nothing_pretends_to_send(context: BrowserContext, tiny: Path, served: Any) -> None:
    page = opened(context, served(tiny))
    fill_all(page, CASE)
    file_of(page)
    assert page.locator("[data-do=file], [data-do=issue]").count() == 0
    assert "evidence/contributions/oak-lane.yaml" in page.locator("[data-ready]").inner_text()


def test_without_scripts_there_are_the_questions_and_no_dead_button(chromium: Browser, tiny: Path, served: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served(tiny) + FORM)
    assert page.locator("[data-form] :is(button, input, select, textarea):visible").count() == 0
    text = page.locator(".bw-form__plain").inner_text()
    for words in (
        "Which document tells of it?",
        "What does the passage say?",
        "Name of the partner",
        "What was learnt?",
    ):
        assert words in text
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (768, "dark"), (1440, "light")])
def test_it_is_accessible_at_every_width_in_both_schemes(
    chromium: Browser, tiny: Path, served: Any, width: int, scheme: Any
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = opened(context, served(tiny))

    def sound() -> None:
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = page.evaluate(
            """[...document.querySelectorAll('.bw-form__app :is(button, select, textarea, label.bw-ask__choice, label.bw-field__silent, a.bw-button)')]
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert small == []

    page.locator("[data-do=check]").click()
    sound()
    fill_all(page, CASE)
    file_of(page)
    sound()
    context.close()


# Taking it apart -----------------------------------------------------------------------------------

SENT = """\
sent: 2026-11-22
source: doe2021
reference: |
  @report{doe2021,
    author = {Doe, Jane},
    title = {Lanes},
    date = {2021},
    provenance = {The document itself},
  }
document: {title: "Doe, 2021: Lanes", type: not-assessed, summary: A report.}
countries: [{id: ke, label: Kenya, notation: KE}]
passages:
  - {id: oak-lane-1, statement: They dug., basis: reported, locator: {section: Results, start: They dug a lot}}
case_study:
  title: Oak Lane
  type: shopping-street
  summary: A lane.
  partners: [{name: Parks, side: residents, country: ke, type: parks-office, role: not stated}]
  start: not stated
  end: not stated
  topic: Soil
  done: They dug.
  outcomes: [{side: nursery, what: not stated}]
  claims: [doe2021/oak-lane-1]
"""


def test_taking_a_contribution_apart_changes_no_record(tmp_path: Path) -> None:
    root = lay(tmp_path)
    assert put(root, "oak-lane.yaml", SENT) == []
    before, _ = check(root)
    result = CliRunner().invoke(main, ["unpack", "oak-lane", "--root", str(root)])
    assert result.exit_code == 0, result.output
    assert result.output.partition("Next: ")[0].split() == [
        word
        for path in (
            "evidence/case-studies/oak-lane.yaml",
            "evidence/claims/doe2021/oak-lane.yaml",
            "evidence/sources/doe2021.yaml",
            "bib/doe2021.bib",
            "evidence/vocabularies/countries.yaml",
        )
        for word in (path, "written")
    ]
    assert not (root / "evidence/contributions/oak-lane.yaml").exists()
    after, problems = check(root)
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    assert after.records == before.records
    assert after.claims == before.claims
    assert after.concepts["countries"]["ke"].label == "Kenya"
    assert after.bibliography["doe2021"].fields["title"].text == "Lanes"


def test_who_sends_a_contribution_owes_no_command(tmp_path: Path) -> None:
    """A pull request of the form's one file passes what the host runs, a new country and all."""
    root = lay(tmp_path)
    for made in ("fix", "schema", "issue-forms"):
        CliRunner().invoke(main, [made, "--root", str(root)])
    assert put(root, "oak-lane.yaml", SENT) == []
    for command in (["fix", "--check"], ["schema", "--check"], ["issue-forms", "--check"]):
        result = CliRunner().invoke(main, [*command, "--root", str(root)])
        assert result.exit_code == 0, (command, result.output)
    told = CliRunner().invoke(main, ["check", "--root", str(root)]).output
    assert "E119" not in told, "nothing is asked of them that “fix” does not do"


def test_nothing_is_written_over_and_a_wrong_name_is_told(tmp_path: Path) -> None:
    root = lay(tmp_path)
    put(root, "oak-lane.yaml", SENT)
    taken = root / "evidence/sources/doe2021.yaml"
    taken.write_text("kept", "utf-8")
    result = CliRunner().invoke(main, ["unpack", "oak-lane", "--root", str(root)])
    assert result.exit_code == 1
    assert "E121" in result.output
    assert taken.read_text("utf-8") == "kept"
    assert (root / "evidence/contributions/oak-lane.yaml").is_file()
    result = CliRunner().invoke(main, ["unpack", "oak-lan", "--root", str(root)])
    assert result.exit_code == 2
    assert "Did you mean “oak-lane”?" in result.output


def test_problems_of_a_reference_are_told_where_it_stands(tmp_path: Path) -> None:
    root = lay(tmp_path)
    told = put(root, "oak-lane.yaml", SENT.replace("date = {2021}", "date = {last week}"))
    assert told == ["evidence/contributions/oak-lane.yaml:7:13 E513 “last week” is not a date."]


def test_a_source_of_which_nobody_knows_whom_it_shares_with_adds_no_support(tmp_path: Path) -> None:
    root = lay(tmp_path)
    put(root, "oak-lane.yaml", SENT)
    base, _ = check(root)
    assert clusters(base, ["doe2021"]) == ("not-assessed",)
    assert clusters(base, ["elmton2021", "doe2021"]) == ("elmton",)
