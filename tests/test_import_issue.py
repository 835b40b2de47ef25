"""Issues: forms made from the model, and answered forms made into drafts that the rules let pass."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from macros.base import EvidenceBase, load
from macros.check import check
from macros.cli import main
from macros.issue import MOST, read_issue, report
from macros.issue_form import NO_ANSWER, Form, files, forms, scheme_of
from macros.kinds.case_study import CaseStudy
from macros.kinds.innovation import Innovation
from tests.projects import BASE, ROOT, lay

TODAY = datetime.date(2026, 11, 23)

CASE = {
    "title": "Lime Avenue",
    "type": "Shopping street",
    "summary": "Limes were planted along an avenue.",
    "topic": "Shade",
    "done": "Forty limes were planted.",
    "start": "2015",
    "partner_1": "Elmton parks office",
    "side_1": "Residents",
    "country_1": "Norway",
    "type_1": "Parks office",
    "outcome_1": "They sit outside again.",
    "document": "The Elmton Guide to Street Trees: an Invented Handbook for Tests",
    "section": "Shade",
    "passage_start": "“A neighbour told us”",
    "passage_end": "the shady side.",
    "not_stated": "- Who paid\n- How many died",
}
TECHNIQUE = {
    "title": "Root cellars",
    "type": "Soil technique",
    "summary": "A hole that roots like.",
    "document": "elmton2021",
    "section": "Soil",
    "passage_start": "We dug soil vaults",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("issue"), BASE)


@pytest.fixture(scope="module")
def base(root: Path) -> EvidenceBase:
    return load(root)[0]


def form(base: EvidenceBase, id_: str) -> Form:
    return next(form for form in forms(base) if form.id == id_)


def answered(form: Form, answers: Mapping[str, str]) -> str:
    """Return the text that GitHub makes of an answered form."""
    unknown = set(answers) - {question.id for question in form.questions}
    assert not unknown
    return "\n\n".join(f"### {q.label}\n\n{answers.get(q.id, NO_ANSWER)}" for q in form.questions)


def labels_of(base: EvidenceBase, scheme: str) -> list[str]:
    return [concept.label for concept in base.concepts[scheme].values()]


@pytest.fixture(scope="module")
def case(base: EvidenceBase) -> dict[str, str]:
    """The answers above, with labels that the tiny topic has."""
    return CASE | {
        "type": labels_of(base, "case-types")[0],
        "side_1": labels_of(base, "sides")[0],
        "type_1": labels_of(base, "partner-types")[0],
    }


@pytest.fixture(scope="module")
def technique(base: EvidenceBase) -> dict[str, str]:
    return TECHNIQUE | {"type": labels_of(base, "innovation-types")[0]}


# Forms ---------------------------------------------------------------------------------------------


def test_the_forms_are_those_that_the_model_and_the_vocabularies_make() -> None:
    assert CliRunner().invoke(main, ["issue-forms", "--check", "--root", str(ROOT)]).output == ""


@pytest.mark.parametrize("folder", [BASE, ROOT])
def test_github_can_read_the_forms(folder: Path, tmp_path: Path) -> None:
    made = files(folder)
    for path, text in made.items():
        (tmp_path / Path(path).name).write_text(text, "utf-8")
    for schema, names in {
        "issue-forms": [file for file in tmp_path.iterdir() if file.name != "config.yml"],
        "issue-config": [tmp_path / "config.yml"],
    }.items():
        ran = subprocess.run(
            [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.github-{schema}", *names],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_github_refuses_is_in_no_form() -> None:
    """Labels and ids are unique; choices are unique and none is “None”."""
    for path, text in files(ROOT).items():
        body = [e for e in yaml.safe_load(text).get("body", ()) if e["type"] != "markdown"]
        ids, shown = [e["id"] for e in body], [e["attributes"]["label"] for e in body]
        assert len(set(ids)) == len(ids), path
        assert len(set(shown)) == len(shown), path
        for element in body:
            options = [str(option) for option in element["attributes"].get("options", ())]
            assert len(set(options)) == len(options)
            assert not {option.lower() for option in options} & {"none", ""}


def test_every_choice_belongs_to_a_field_of_the_record(base: EvidenceBase) -> None:
    for each in forms(base):
        for question in each.questions:
            assert not question.field or scheme_of(each, question), question.id


# Drafts --------------------------------------------------------------------------------------------


def test_an_answered_form_becomes_a_draft_that_passes(
    root: Path, base: EvidenceBase, case: dict[str, str], tmp_path: Path
) -> None:
    project = lay(tmp_path, BASE)
    issue = project / "issue.md"
    issue.write_text(answered(form(base, "case-study"), case), "utf-8")
    result = run("import-issue", issue, "--author", "@octocat", "--root", project)
    assert result.exit_code == 0, result.output
    assert "`evidence/case-studies/lime-avenue.yaml`" in result.output
    after, problems = check(project)
    assert [p for p in problems if p.severity == "error"] == []
    assert run("fix", "--check", project / "evidence/case-studies/lime-avenue.yaml", "--root", project).exit_code == 0
    record = after.all(CaseStudy)["lime-avenue"]
    assert (record.status, record.coding, record.coded_by) == ("draft", "single", ("contributor",))
    assert record.history[0].note == "Sent in by @octocat with a form."
    assert record.countries == ("no",)
    assert [partner.name for partner in record.partners] == ["Elmton parks office"]
    assert [outcome.what for outcome in record.outcomes] == ["They sit outside again."]
    assert record.not_stated == ("Who paid", "How many died")
    assert (record.end, record.partners[0].role) == ("not stated", "not stated")
    claim = after.claims[record.claims[0]]
    assert claim.statement == "Forty limes were planted."
    assert (claim.locator.start, claim.locator.end) == ("A neighbour told us", "the shady side.")


def test_nothing_is_made_up(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    """Every text of the record is an answer, “not stated”, or a sentence that says where it comes from."""
    outcome = read_issue(root, answered(form(base, "case-study"), case), "A", TODAY)
    record = yaml.safe_load(next(iter(outcome.files.values())))
    free = {"title", "summary", "topic", "done", "start", "end"}
    assert {name: record[name] for name in free} == {name: case.get(name, "not stated") for name in free}
    assert "learning" not in record
    assert "links" not in record


def test_an_innovation_is_drafted_with_each_stage_by_itself(
    root: Path, base: EvidenceBase, technique: dict[str, str], tmp_path: Path
) -> None:
    stages = "\n".join(f"- [{'X' if label == 'Observed' else ' '}] {label}" for label in labels_of(base, "stages"))
    answers = technique | {"stages": stages, "conceived": "Elmton"}
    outcome = read_issue(root, answered(form(base, "innovation"), answers), "", TODAY)
    assert outcome.missing == ()
    project = lay(tmp_path, BASE)
    for path, text in outcome.files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, "utf-8")
    record = check(project)[0].all(Innovation)["root-cellars"]
    states = {stage.stage: stage.state for stage in record.path}
    assert states["observed"] == "evidenced"
    assert set(states.values()) == {"evidenced", "not-stated"}
    assert (record.conceived.place, record.adopted.place) == ("Elmton", "not stated")
    assert record.origin.verdict == "not-stated"


def test_adoption_needs_the_adopting_side_here_too(root: Path, base: EvidenceBase, technique: dict[str, str]) -> None:
    outcome = read_issue(root, answered(form(base, "innovation"), technique | {"stages": "- [X] Adopted"}), "", TODAY)
    assert outcome.files == {}
    assert "without a claim reported from the adopting side" in outcome.missing[0]


def test_an_id_is_never_taken_twice_and_likeness_is_told(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    outcome = read_issue(root, answered(form(base, "case-study"), case | {"title": "Mill Road"}), "", TODAY)
    assert "evidence/case-studies/mill-road-2.yaml" in outcome.files
    assert outcome.remarks == ("It may be the same as “Mill Road” (evidence/case-studies/mill-road.yaml).",)


@pytest.mark.parametrize(
    "named",
    [
        "elmton2021",
        "https://trees.test/oakfield",
        "Shade on Hot Pavements: an invented study for tests",
        "The Elmton guide (invented handbook)",
    ],
)
def test_a_document_is_known_by_key_address_or_title(
    named: str, root: Path, base: EvidenceBase, case: dict[str, str]
) -> None:
    assert read_issue(root, answered(form(base, "case-study"), case | {"document": named})).missing == ()


# What is missing -----------------------------------------------------------------------------------


def test_what_is_missing_is_said_in_plain_language(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    answers = {name: answer for name, answer in case.items() if name not in {"done", "side_1", "section"}}
    outcome = read_issue(root, answered(form(base, "case-study"), answers | {"document": "A book I once read"}))
    assert outcome.files == {}
    assert outcome.missing == (
        "“What was done?” is not answered.",
        "“First partner: side” is not answered.",
        "“In which section of the document?” is not answered.",
        (
            "The document “A book I once read” is not among those that were read. "
            "A maintainer has to add it first; the form on the site asks about a new document too."
        ),
    )
    assert "something is missing" in report(outcome)


def test_figures_are_asked_for_apart(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    outcome = read_issue(
        root, answered(form(base, "case-study"), case | {"done": "They planted 40 limes, 12.5 m high."})
    )
    assert len(outcome.missing) == 1
    assert "(40, 12.5). Please move them to “Which figures does the document give?”" in outcome.missing[0]
    outcome = read_issue(root, answered(form(base, "case-study"), case | {"figures": "40 limes\n12.5 m high"}))
    assert outcome.remarks == (
        "To add as numbers of the claim: 40 limes",
        "To add as numbers of the claim: 12.5 m high",
    )


def test_a_choice_that_is_none_is_told(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    outcome = read_issue(root, answered(form(base, "case-study"), case | {"country_1": "Atlantis"}))
    assert outcome.missing == ("“Atlantis” is not one of the answers to “First partner: country”.",)


def test_a_document_without_an_extraction_is_told(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    outcome = read_issue(root, answered(form(base, "case-study"), case | {"document": "linden1999"}))
    assert "is in the bibliography, and nobody has extracted its claims yet" in outcome.missing[0]


@pytest.mark.parametrize("text", ["", "Hello, I like trees.", "### Something\n\nelse", "#" * 70_000])
def test_what_is_no_form_is_told(text: str, root: Path) -> None:
    outcome = read_issue(root, text)
    assert outcome.form is None
    assert len(outcome.missing) == 1


# For people ----------------------------------------------------------------------------------------


def test_a_correction_leads_to_the_file(root: Path, base: EvidenceBase) -> None:
    answers = {"page": "https://example.org/trees/findings/shade-cools/", "wrong": "a", "right": "b"}
    answers |= {"document": "x", "section": "y", "passage_start": "z"}
    outcome = read_issue(root, answered(form(base, "correction"), answers))
    assert (outcome.files, outcome.missing) == ({}, ())
    assert outcome.remarks == ("The page is made from evidence/findings/shade-cools.yaml.",)
    claim = read_issue(root, answered(form(base, "correction"), answers | {"page": "claims/elmton2021/shady-side/"}))
    assert claim.remarks == ("The page is made from evidence/claims/elmton2021/guide.yaml.",)


def test_a_study_that_is_there_already_is_told(root: Path, base: EvidenceBase) -> None:
    answers = {"title": "Soil below paving: an invented book for tests", "authors": "Linden", "year": "1999"}
    outcome = read_issue(root, answered(form(base, "missing-study"), answers | {"address": "not stated"}))
    assert outcome.remarks == ("It is in the bibliography already, as “linden1999”.",)


# Hostile text --------------------------------------------------------------------------------------

EVIL = "\n".join(
    (
        "x: !!python/object/apply:os.system ['id']",
        "--- &a [*a]",
        "'; rm -rf / #`$(id)` ${{ github.token }} {{ x*x }} {% raw %}",
        "<script>alert(x)</script> [a](javascript:alert(x)) @team/admins #x",
        "### Which document says so?",
        "",
        "../../etc/passwd",
        "\u202egnp.exe\u0000\u0007",
    )
)


def test_hostile_text_stays_text(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    """It is kept as it was typed, invisible characters apart, and moves no file."""
    answers = case | {"title": "../../../Evil " + EVIL.splitlines()[2], "summary": EVIL, "done": EVIL}
    outcome = read_issue(root, answered(form(base, "case-study"), answers), "A\n- {date: x}\u202e", TODAY)
    # A heading that a later question has, in an answer, ends that answer: the document named there is no source.
    assert outcome.files == {}
    calm = {name: answer.replace("### Which", "Which") for name, answer in answers.items()}
    outcome = read_issue(root, answered(form(base, "case-study"), calm), "A\n- {date: x}\u202e", TODAY)
    assert outcome.missing == ()
    for path in outcome.files:
        assert ".." not in path
        assert Path(path).parts[0] == "evidence"
    record = yaml.safe_load(next(iter(outcome.files.values())))
    assert record["summary"] == calm["summary"].replace("\u202e", "").replace("\0", "").replace("\a", "")
    assert record["history"] == [{"date": TODAY, "event": "new", "note": "Sent in by A - {date: x} with a form."}]


def test_the_report_has_no_effect_where_it_is_posted(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    evil = "@octocat [a](https://evil.example) <b> #1"
    told = report(read_issue(root, answered(form(base, "case-study"), case | {"document": evil, "country_1": evil})))
    for harm in ("@octocat", "https://", "[a](", "<b>", "#1"):
        assert harm not in told.replace("\\<b\\>", "").replace("\\[a\\](", ""), harm


def test_a_heading_inside_an_answer_is_part_of_it(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    text = answered(form(base, "case-study"), case | {"done": "One.\n\n### What was done?\n\nTwo.\n### Else\nThree."})
    record = yaml.safe_load(next(iter(read_issue(root, text, "", TODAY).files.values())))
    assert record["done"] == "One.\n\n### What was done?\n\nTwo.\n### Else\nThree."


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=80), st.text(max_size=300))
def test_any_answer_becomes_a_record_or_a_sentence(title: str, summary: str) -> None:
    base, _ = load(BASE)
    answers = CASE | {"type": labels_of(base, "case-types")[0], "side_1": labels_of(base, "sides")[0]}
    answers |= {"type_1": labels_of(base, "partner-types")[0], "title": title, "summary": summary}
    outcome = read_issue(BASE, answered(form(base, "case-study"), answers), title)
    assert bool(outcome.files) != bool(outcome.missing)


# The command ---------------------------------------------------------------------------------------


def run(*arguments: str | Path, text: str | None = None) -> Result:
    result = CliRunner().invoke(main, list(map(str, arguments)), input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_the_command_reads_standard_input_and_can_write_nothing(
    base: EvidenceBase, case: dict[str, str], tmp_path: Path
) -> None:
    project = lay(tmp_path, BASE)
    before = sorted(project.rglob("*"))
    text = answered(form(base, "case-study"), case)
    assert run("import-issue", "-", "--dry-run", "--root", project, text=text).exit_code == 0
    assert sorted(project.rglob("*")) == before
    assert run("import-issue", "-", "--root", project, text="nothing").exit_code == 1
    assert sorted(project.rglob("*")) == before
    assert run("import-issue", tmp_path / "nowhere", "--root", project).exit_code == 2


def test_windows_line_ends_and_length_are_no_trouble(root: Path, base: EvidenceBase, case: dict[str, str]) -> None:
    text = answered(form(base, "case-study"), case).replace("\n", "\r\n")
    assert read_issue(root, text).missing == ()
    assert read_issue(root, text + "x" * MOST).missing == ()
