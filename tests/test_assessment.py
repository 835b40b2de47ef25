"""The forms: what they ask and what they show, from records of any topic, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from macros.assessment import assessment
from macros.base import load as load_base
from macros.eligibility import questions, unasked
from macros.site import load
from tests.html import pages
from tests.projects import ROOT, edit, lay, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ASSESS, CHECK = "use-it/self-assessment/", "use-it/eligibility/"
VIEWS = [(320, "light"), (768, "dark"), (1440, "light")]


# What is asked, and what bears on it -------------------------------------------------------------


def test_hallmarks_are_asked_about_and_the_definition_where_there_is_none() -> None:
    site = load(ROOT)
    parts = assessment(site.base, site.uses)
    assert [part.principle.number for part in parts] == list(range(1, len(parts) + 1))
    for part in parts:
        hallmarks = [question.hallmark for question in part.questions if question.hallmark]
        assert tuple(hallmarks) == part.principle.hallmarks
        of_definition = [question for question in part.questions if question.hallmark is None]
        assert [q.instead for q in of_definition] == [bool(hallmarks)], "all hallmarks are put there by us"
        for bearing in (*part.cases, *part.recommendations, *part.guidance):
            assert bearing.name in site.addresses
            assert bearing.reason


def test_findings_are_linked_or_reached_through_the_principles_claims_and_recommendations() -> None:
    site = load(ROOT)
    for part in assessment(site.base, site.uses):
        linked = {bearing.name for bearing in part.findings}
        assert linked == {link.to for link in part.principle.links if link.to.startswith("finding:")}
        applying = {b.name for b in part.recommendations if b.relation != "related"}
        own = {part.principle.definition_claim, *(h.claim for h in part.principle.hallmarks)}
        for tie in part.ties:
            finding: Any = site.base.records["finding"][tie.name.partition(":")[2]]
            assert tie.name not in linked
            assert set(tie.through) <= applying
            assert tie.through or own & {attached.claim for attached in finding.claims}


def test_a_withdrawn_record_bears_on_nothing(tmp_path: Path) -> None:
    root = lay(tmp_path)
    site = load(root)
    (before,) = assessment(site.base, site.uses)
    assert "finding:shade-cools" in {bearing.name for bearing in before.findings}
    edit(root / "evidence/findings/shade-cools.yaml", {"status: published": "status: withdrawn"})
    site = load(root)
    (after,) = assessment(site.base, site.uses)
    assert "finding:shade-cools" not in {bearing.name for bearing in after.findings}


def test_answers_lead_to_rules_and_to_what_disputes_them() -> None:
    site = load(ROOT)
    asked = questions(site.base, "eligibility-questions", site.disputes)
    answers = {answer.concept.id: answer for question in asked for answer in question.answers}
    assert all(len(question.answers) > 1 for question in asked)
    assert [rule.id for rule in answers["profit-company"].rules] == ["guidance-not-companies"]
    assert "guidance-usually-or-does-not-count" in {dispute.id for dispute in answers["profit-company"].disputes}
    assert "guidance-not-for-profit" in {dispute.id for dispute in answers["lmic-lead-health-delivery"].disputes}
    silent = answers["uk-lead-ministry-body"]
    assert silent.rules == ()
    assert silent.claims == ("thet-guidance/uk-list-without-ministry-body",)
    reached = {rule.id for answer in answers.values() for rule in answer.rules}
    rest = {rule.id for rule in unasked(site.base, asked)}
    assert not reached & rest
    assert reached | rest == set(site.base.records["guidance"])


def test_an_answer_that_names_no_rule_is_told_with_its_line(tmp_path: Path) -> None:
    root = lay(tmp_path)
    edit(
        root / "evidence/vocabularies/eligibility-questions.yaml",
        {"guidance: [water-young-trees]": "guidance: [water-yuong-trees]"},
    )
    _, problems = load_base(root)
    (problem,) = [problem for problem in problems if problem.code == "E302"]
    assert str(problem.place).startswith("evidence/vocabularies/eligibility-questions.yaml:11:16")
    assert "water-young-trees" in problem.suggestion


# Pages of another topic ---------------------------------------------------------------------------


def test_another_topic_has_the_forms_from_its_own_records(tiny: Path) -> None:
    found = dict(pages(tiny))
    asked = found["principles/"].css("[data-ask] [data-question]")
    assert [node.attributes["data-question"] for node in asked] == [
        "right-tree-right-place.pit-is-measured",
        "right-tree-right-place",
    ]
    (check,) = found["use-it/"].css("[data-ask]")
    assert "The guide is silent on old trees." in check.text()
    assert "Silence is neither a yes nor a no." in check.text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('self_assessment(scheme="elmton-rule")', "Did you mean “elmton-rules”?"),
        ('eligibility_check("eligibility-question")', "Did you mean “eligibility-questions”?"),
        ('eligibility_check("themes")', "There is no vocabulary of questions “themes”."),
    ],
)
def test_a_wrong_call_fails_the_build(tmp_path: Path, call: str, told: str) -> None:
    root = lay(tmp_path, pages=True)
    edit(root / "docs/use-it/index.md", {"eligibility_check()": call})
    status, output = run(root)
    assert status == 1
    assert told in output


# In a browser -------------------------------------------------------------------------------------


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def visible(page: Page, selector: str) -> list[str]:
    return [element.inner_text() for element in page.locator(selector).all() if element.is_visible()]


def counts(page: Page) -> list[int]:
    return [int(figure) for figure in re.findall(r"\d+", page.locator("[data-status]").inner_text())]


def test_answers_stand_in_the_address_and_a_link_brings_them_back(page: Page, served: Any, flagship: Path) -> None:
    page.goto(f"{served(flagship)}{ASSESS}")
    assert visible(page, ".bw-ask__part") == []
    weak = page.locator("[data-question$='.shares-roles-and-responsibility']")
    weak.get_by_label("Not yet").check()
    page.locator("[data-question='thet-1-strategic']").get_by_label("We do this").check()
    address = page.url
    assert address.endswith(
        "#thet-1-strategic=we-do-this&thet-4-respectful-and-reciprocal.shares-roles-and-responsibility=not-yet"
    )
    strategic, respectful = visible(page, ".bw-ask__part")
    assert "We do this" in strategic
    assert "No answer here asks for evidence." in strategic
    assert "Case studies" not in strategic
    assert "Butabika Partnership" in respectful
    assert "What is not known" in respectful
    assert "%" not in page.locator(".bw-ask__status").inner_text()
    page.goto("about:blank")
    page.goto(address)
    assert weak.get_by_label("Not yet").is_checked()
    assert visible(page, ".bw-ask__part") == [strategic, respectful]
    weak.get_by_label("Skip").check()
    assert "shares-roles" not in page.url
    page.get_by_role("button", name="Clear all answers").click()
    page.wait_for_function("!location.hash")
    assert visible(page, ".bw-ask__part") == []
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "strategic" not in kept
    assert "not-yet" not in kept
    assert page.context.cookies() == []


def test_a_link_within_the_page_keeps_the_answers_and_back_leads_to_them(
    page: Page, served: Any, flagship: Path
) -> None:
    page.goto(f"{served(flagship)}{CHECK}#profit=profit-company")
    page.evaluate("location.hash = 'content'")
    page.wait_for_function("location.hash.includes('profit-company')")
    page.locator(".bw-ask__said:visible a.bw-list__title").click()
    page.wait_for_url("**/guidance-not-companies/")
    page.go_back()
    assert page.get_by_label("One is a company").is_checked()
    assert len(visible(page, ".bw-ask__said")) == 1


def test_a_link_with_answers_to_what_is_gone_says_so(page: Page, served: Any, flagship: Path) -> None:
    page.goto(f"{served(flagship)}{CHECK}#profit=profit-company&gone=yes&profit=%3Cb%3E")
    assert visible(page, "[data-lost]") == ["Answers in the link that belong to no question any more: 2."]
    assert len(visible(page, ".bw-ask__said")) == 1


def test_the_check_says_how_strongly_and_where_it_is_silent_and_never_decides(
    page: Page, served: Any, flagship: Path
) -> None:
    page.goto(f"{served(flagship)}{CHECK}#profit=profit-company&uk-lead=uk-lead-ministry-body")
    lead, profit = visible(page, ".bw-ask__said")
    assert "Not listed is not the same as shut out." in lead
    assert "No rule speaks to this answer." in lead
    assert "Usually" in profit
    assert "Exclusions of unequal strength" in profit
    assert counts(page) == [2, 10, 1]
    text = page.locator(".bw-ask__result").inner_text().lower()
    assert not re.search(r"you (?:are|may be|might be) (?:probably )?(?:not )?eligible(?!, or that you are not)", text)


def test_the_forms_work_by_keyboard_and_the_result_is_announced(page: Page, served: Any, flagship: Path) -> None:
    page.goto(f"{served(flagship)}{CHECK}")
    first = page.locator("[data-question] input").first
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator("[data-question] input").nth(1).is_checked()
    assert counts(page)[0] == 1
    status = page.locator("[data-status]")
    assert status.get_attribute("role") == "status"
    ring = page.locator(".bw-ask__choice:has(:focus-visible)")
    assert ring.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    for _ in range(12):
        page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('form[id^=ask]')"), "Tab leads from group to group and out"


def test_leaving_our_judgement_out_changes_what_is_asked(page: Page, served: Any, flagship: Path) -> None:
    page.goto(f"{served(flagship)}{ASSESS}#thet-5-organised-and-accountable.has-stable-governance=not-yet")
    asked = counts(page)[1]
    assert counts(page)[0] == 1
    page.evaluate(
        "document.documentElement.dataset.judgement = 'stated';"
        "document.dispatchEvent(new CustomEvent('bw:judgement', {detail: 'stated'}))"
    )
    assert counts(page)[0] == 0, "the hallmark is not asked about"
    assert counts(page)[1] == page.locator(".bw-ask__group").count() < asked
    assert page.url.endswith("has-stable-governance=not-yet"), "but its answer is not lost"
    page.locator("[data-question='thet-5-organised-and-accountable']").get_by_label("In part").check()
    (part,) = visible(page, ".bw-ask__part")
    assert "No source itself ties a case study" in part
    assert "No answer here asks for evidence." not in part
    assert page.locator(".bw-ask__part:visible .bw-judged-label:visible").count() == 0


def test_without_scripts_everything_is_there_and_no_button_is_dead(
    chromium: Browser, served: Any, flagship: Path
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for address in (ASSESS, CHECK):
        page.goto(f"{served(flagship)}{address}")
        assert page.locator(".bw-ask button:not([popovertarget]):visible").count() == 0
        assert page.locator(".bw-ask__part:visible").count() == page.locator(".bw-ask__part").count() > 0
        assert page.locator("[data-question]:visible").count() > 0
        assert "This is a checklist to read, tick and print." in page.locator(".bw-ask").inner_text()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_forms_fit_and_can_be_used_by_everybody(
    chromium: Browser, served: Any, flagship: Path, width: int, scheme: Any
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    for address in (
        f"{ASSESS}#thet-6-responsible=in-part",
        f"{CHECK}#profit=profit-company&uk-lead=uk-lead-ministry-body",
    ):
        page.goto(f"{served(flagship)}{address}")
        page.locator(".bw-ask__part:visible").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = page.evaluate(
            "[...document.querySelectorAll('.bw-ask :is(label, button, summary)')].filter(e => e.checkVisibility())"
            ".filter(e => e.getBoundingClientRect().height < 24).map(e => e.textContent)"
        )
        assert small == []
        found = Axe().run(page, context=".bw-article")
        assert found.violations_count == 0, found.generate_report()
    context.close()
