"""Author macros: what pages written by people can call.

Each public method of `Author` is a macro, and its docstring is its documentation. A macro called
wrongly raises `Misuse`, which an adapter turns into a problem with the page and the line.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup
from pydantic import BaseModel

from macros import evidence_map as maps
from macros import pack as packs
from macros.address import embed_address
from macros.anatomy import parts
from macros.assessment import ANSWERS, assessment
from macros.barriers import AUTHORS, boards, speakers
from macros.brief import FILE, KINDS
from macros.changes import FOLLOWED, changes, earlier, recent
from macros.codes import CODES
from macros.comparison import COMPARISONS, comparison_files
from macros.context import NOWHERE, PageContext, title
from macros.countries import countries, unnamed
from macros.data_export import FILES
from macros.data_format import RELEASES
from macros.data_package import described, meaning
from macros.data_table import schemas
from macros.eligibility import questions, unasked
from macros.embeds import embedded
from macros.explorer import DATA, REFERENCES, explorer_data, outline, references_data
from macros.facets import Unit
from macros.form import FORMS, rules, steps
from macros.imprint import Imprint
from macros.issue_form import forms, labels, scheme_of
from macros.kinds import FOLDERS
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.vocabulary import Vocabulary
from macros.ledger import COLUMNS, ROWS, Entry, ledger
from macros.matrix import Empty, Matrix, least, matrix
from macros.nearest import did_you_mean
from macros.pages import SECTIONS, authored, change_list, templates, year_address
from macros.path import origins, split_places, stages
from macros.prose import plain
from macros.quotation import value_problem
from macros.site import Site
from macros.typeset import Printed
from macros.validation import model_at, written_fields
from macros.worldmap import world_map

M = TypeVar("M", bound=Callable[..., Any])

_FORMS = ("list", "cards", "table")
_MOST_LISTED = 600
"""Records in a map's cells up to which they are listed below it; beyond, a row's own page lists them."""


class Misuse(Exception):  # noqa: N818 - it is the author's, not ours
    """A macro was called wrongly: a sentence, and what was probably meant."""

    def __init__(self, code: str, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.suggestion = suggestion


def block(function: M) -> M:
    """Mark a macro whose result stands by itself, not inside a sentence."""
    function.is_block = True  # type: ignore[attr-defined]
    return function


class Author:
    """The macros of one page."""

    def __init__(
        self,
        site: Site,
        address: str,
        imprint: Imprint = NOWHERE,
        briefs: Mapping[str, Printed] | None = None,
        links: Mapping[str, str] | None = None,
    ) -> None:
        self._site = site
        self._links = {"file": "", "issue": "", **(links or {})}
        self._base = site.base
        self._page = PageContext(site, address, imprint)
        self._briefs = briefs or {}
        self.files: dict[str, str] = {}
        """Files that the page's instruments read, by their address below the site's root."""

    @cached_property
    def _facets(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        return {unit.name: unit.facets for units in self._site.units.values() for unit in units}

    # In a sentence ---------------------------------------------------------------------------

    def cite(self, *keys: str) -> Markup:
        """Cite one or more references: `{{ cite("jones2016") }}`.

        The mark opens a preview; the page's reference list is printed by `references()`.
        """
        for key in keys:
            self._known("reference", key)
        if not keys:
            raise Misuse("E602", "cite() needs the key of a reference.", 'Write cite("key").')
        return self._page.cite(keys)

    def value(self, claim: str, part: str = "") -> Markup:
        """Quote a number from a claim: `{{ value("jones2016/response-rate") }}`.

        It shows the number as printed, with a preview of its denominator, population, passage and any
        dispute. `part` is the key of one of the claim's numbers, or `numerator`, `denominator` or `fraction`.
        """
        self._known("claim", claim)
        problem = value_problem(self._base.claims[claim], part)
        if problem:
            raise Misuse("E603", problem, "Open the claim to see its numbers.")
        return self._page.value(self._base.claims[claim], part)

    def record(self, name: str, text: str = "", form: str = "link") -> Markup:
        """Point at a record by `kind:id`: `{{ record("finding:learning-stays-individual") }}`.

        `form` is `link`, or `card` for a card with its statement.
        """
        kind, _, id_ = name.partition(":")
        if not id_:
            raise Misuse("E602", f"“{name}” does not say which kind of record it is.", 'Write record("kind:id").')
        self._known(kind, id_)
        if form == "card":
            return Markup('<ul class="bw-cards">{}</ul>').format(self._card(name))
        self._choice("form", form, ("link", "card"))
        return self._page.link(name, text)

    def term(self, name: str, text: str = "") -> Markup:
        """Explain a word where it is used: `{{ term("ihp") }}`; the preview holds its definition."""
        terms = self._base.concepts.get("glossary", {})
        if name not in terms:
            raise Misuse("E601", f"The glossary has no term “{name}”.", did_you_mean(name, terms))
        return self._page.glossary(name, text)

    def count(self, kind: str, **where: str) -> Markup:
        """Count records, or those that fit: `{{ count("recommendation", standing="numbered") }}`."""
        return Markup("{:,}").format(len(self._select(kind, where)))

    # Lists -----------------------------------------------------------------------------------

    @block
    def records(
        self, kind: str, form: str = "list", group: str = "", columns: str = "", level: int = 2, **where: str
    ) -> Markup:
        """List records of a kind as `list`, `cards` or `table`.

        Other arguments filter: `{{ records("recommendation", form="table", standing="numbered") }}` or
        `records("claim", themes="transparency")`; the name is a field or a vocabulary, the value a term.
        `group` parts the list by a field, with headings of `level`; `columns` names a table's fields, with
        commas between.
        """
        self._choice("form", form, _FORMS)
        records = self._select(kind, where)
        if not records:
            return Markup('<p class="bw-small">No record fits. That none is here does not mean that there is none.</p>')
        if not group:
            return self._listing(kind, records, form, columns)
        scheme = self._scheme_of(kind, group)
        parts = []
        for id_, concept in self._base.concepts[scheme].items():
            chosen = [name for name in records if id_ in self._values(name, group)]
            if chosen:
                heading = self._page.heading(f"{group}-{id_}", concept.label, level)
                intro = (
                    Markup('<p class="bw-small">{}</p>').format(self._page.inline(concept.definition))
                    if concept.definition
                    else ""
                )
                parts.append(Markup("{}{}{}").format(heading, intro, self._listing(kind, chosen, form, columns)))
        return Markup("").join(parts)

    @block
    def recommendation_trace(self, recommendation: str) -> Markup:
        """Show the chain from a recommendation down to the passages, with what speaks against it."""
        self._known("recommendation", recommendation)
        record = self._base.records["recommendation"][recommendation]
        return Markup(
            templates().get_template("trace-alone.html.j2").render(
                page=self._page, record=record, name=f"recommendation:{recommendation}",
                found=self._site.support[f"recommendation:{recommendation}"],
            )
        )  # fmt: skip

    @block
    def matrix(self, of: str, rows: str, columns: str, caption: str = "") -> Markup:
        """Draw a map: how many records share a row's and a column's term.

        `of` is a kind of record, or `learning` for flows of learning; `rows` and `columns` name a
        vocabulary (such as `directions`), or `principle`, `recommendation`, `finding` or `source`.
        Empty cells say whether somebody searched and found none, or nobody searched.
        """
        units = self._units(of)
        row_terms, column_terms = self._terms(rows), self._terms(columns)
        found = matrix(self._base, units, (rows, row_terms), (columns, column_terms))
        return self._draw(found, rows, columns, caption or f"{of} by {rows} and {columns}", of)

    @block
    def explorer(self) -> Markup:
        """Let readers filter, sort, search and download every record and claim.

        Without scripts it is a table of the records of each kind.
        """
        self.files |= {DATA: explorer_data(self._site), REFERENCES: references_data(self._site)}
        return self._render("explorer.html.j2", data=DATA, references=REFERENCES, groups=outline(self._site))

    @block
    def compare(self) -> Markup:
        """Set two to four records side by side; readers choose them in the explorer or on a record's page."""
        self.files |= comparison_files(self._site)
        return self._render("compare.html.j2", folder=COMPARISONS)

    @block
    def briefs(self, level: int = 2) -> Markup:
        """List every printed brief with its size, by kind of record, with headings of `level`."""
        groups = [
            (kind, [(name, self._briefs[name]) for name in self._select(kind, {}) if name in self._briefs])
            for kind in KINDS
        ]
        return self._render("briefs.html.j2", groups=[group for group in groups if group[1]], level=level, file=FILE)

    @block
    def pack(self) -> Markup:
        """Show the records that a reader has collected, to be put in order, printed and downloaded.

        The page that calls it is `use-it/pack.md`; each record's page then offers to add the record.
        """
        self.files |= packs.pack_files(self._site, self._briefs) | {REFERENCES: references_data(self._site)}
        listed = authored(self._base.root, packs.BRIEFS)
        return self._render(
            "pack.html.j2",
            folder=packs.FOLDER,
            references=REFERENCES,
            briefs=self._page.url(packs.BRIEFS) if listed else "",
            numeric=self._site.references.style.numeric,
        )

    @block
    def evidence_map(self, ready: str = "", outside: str = "") -> Markup:
        """Draw a map whose rows and columns the reader chooses; without scripts, ready-made tables.

        `ready` names the ready-made ones, the first of which is shown at first:
        `{{ evidence_map("learning: directions by levels = Who learns; claim: themes by bases") }}`. `outside` names
        what is out of scope: `levels=system; levels=team & directions=both`.
        """
        pairs, scope = self._asked_of_map(ready, outside)
        if not pairs:
            return Markup('<p class="bw-small">There is nothing to draw a map of.</p>')
        self.files |= maps.map_files(self._site, scope)
        return self._render(
            "evidence-map.html.j2",
            data=maps.DATA,
            titles=maps.TITLES,
            how=self._how_to_look(),
            explorer=self._page.url("explorer/") if authored(self._base.root, "explorer/") else "",
            start=pairs[0],
            kinds=[(of, maps.count_label(self._base, of)) for of in maps.counted(self._site)],
            facet_label=lambda facet: maps.facet_label(self._base, facet),
            drawn=[(pair, pair.title, self._ready_made(pair, scope)) for pair in pairs],
        )

    @block
    def embed_map(self, ready: str, outside: str = "") -> Markup:
        """Offer a ready-made map to other sites: `{{ embed_map("learning: directions by levels = Who learns") }}`.

        Takes what `evidence_map` takes, for one map, and stands on the page that shows the whole of it. Nothing is
        offered where nobody has said at which address the site will be.
        """
        pairs, scope = self._asked_of_map(ready, outside)
        if not pairs or not self._page.imprint.home:
            return Markup("")
        pair, page = pairs[0], self._page
        address = embed_address(page.address)
        table = Author(self._site, address, page.imprint)._ready_made(pair, scope, lists=False)
        shown = f"{page.address}?{urlencode({'of': pair.of, 'rows': pair.rows, 'columns': pair.columns})}"
        self.files[f"{address}index.html"] = embedded(
            self._site, page.imprint, page.address, "embed-map.html.j2", title=pair.title, table=table, shown=shown
        )
        return self._render("embed-offer.html.j2", title=pair.title, height=720)

    @block
    def ledger(self) -> Markup:
        """Set the learning that flows towards each side against each other, by who learns and what."""
        entries = ledger(self._base, self._site.flows)
        sorts = ", ".join(maps.facet_label(self._base, facet).lower() for facet in (ROWS, COLUMNS))
        return self._render(
            "ledger.html.j2",
            entries=entries,
            drawn=[
                self._draw(entry.matrix, ROWS, COLUMNS, f"{entry.direction.label}: {sorts}", maps.LEARNING, entry)
                for entry in entries
            ],
            how=self._how_to_look(),
            Empty=Empty,
        )

    def _asked_of_map(self, ready: str, outside: str) -> tuple[tuple[maps.Pair, ...], maps.Outside]:
        try:
            return maps.pairs_of(self._site, ready), maps.outside_of(self._site, outside)
        except ValueError as error:
            name, allowed = error.args
            hint = did_you_mean(name, allowed) or f"It is one of: {', '.join(allowed)}."
            raise Misuse("E601", f"The map cannot show “{name}”.", hint) from None

    def _ready_made(self, pair: maps.Pair, scope: maps.Outside, *, lists: bool = True) -> Markup:
        rows, columns = maps.terms_of(self._site, pair.rows), maps.terms_of(self._site, pair.columns)
        found = matrix(
            self._base, maps.counted(self._site)[pair.of], (pair.rows, rows), (pair.columns, columns),
            maps.outside_pairs(scope, pair.rows, pair.columns, self._site),
        )  # fmt: skip
        return self._draw(found, pair.rows, pair.columns, pair.title, pair.of, lists=lists)

    def _how_to_look(self) -> str:
        """Return where the page on searches is; empty where there is none."""
        address = SECTIONS["search"][-1]
        return self._page.url(address) if authored(self._base.root, address) else ""

    @block
    def chart(self, dataset: str, number: int = 1) -> Markup:
        """Draw a dataset's chart: `{{ chart("jones2016-survey") }}`; `number` picks one of several."""
        self._known("dataset", dataset)
        charts = self._base.records["dataset"][dataset].charts  # type: ignore[attr-defined]
        if not 1 <= number <= len(charts):
            raise Misuse("E603", f"The dataset “{dataset}” has no chart number {number}.", f"It has {len(charts)}.")
        return self._render("chart.html.j2", record=self._base.records["dataset"][dataset], index=number - 1)

    @block
    def steps(self, dataset: str, form: str = "full") -> Markup:
        """Draw a dataset as a run of steps, each counted among those of the step before: `{{ steps("jones2016-steps") }}`.

        The record's `steps` says which columns hold them. A step that the source gives only in words stays in words.
        `form` is `full`, or `short` for the first figure of each step, without remarks and table.
        """
        self._known("dataset", dataset)
        self._choice("form", form, ("full", "short"))
        record = self._base.records["dataset"][dataset]
        if record.steps is None:  # type: ignore[attr-defined]
            raise Misuse("E603", f"The dataset “{dataset}” has no steps.", "Say in its record which columns hold them.")
        return self._render("steps.html.j2", record=record, short=form == "short")

    @block
    def table(self, dataset: str) -> Markup:
        """Print a dataset as a table, each row with its passage."""
        self._known("dataset", dataset)
        return self._page.table(self._base.records["dataset"][dataset])  # type: ignore[arg-type]

    @block
    def barriers(self) -> Markup:
        """Set what hinders against what helps, theme by theme, with an overview and who says so."""
        found = boards(self._base)
        every, stated = speakers(found)
        return self._render(
            "barriers.html.j2",
            boards=found,
            effects=list(self._base.concepts["effects"]),
            every=every,
            stated=stated,
            speaking=[side for side in (*self._base.concepts.get("sides", {}), AUTHORS) if every[side]],
            most=max((effect.records for board in found for effect in board.effects.values()), default=1),
        )

    @block
    def paths(self) -> Markup:
        """Show how far each innovation got, stage by stage, and what is said of its origin.

        Readers can hide the origins, so as to judge how far each got before they know where it comes from.
        """
        found = [self._base.records["innovation"][name.partition(":")[2]] for name in self._select("innovation", {})]
        return self._render(
            "paths.html.j2",
            id=f"paths-{self._page.next_table()}",
            rows=[(record, {step.stage: step for step in record.path}) for record in found],  # type: ignore[attr-defined]
            stages=stages(self._base, found),  # type: ignore[arg-type]
            origins=origins,
            split=lambda text: split_places(self._base, text),
            places=lambda text: len(split_places(self._base, text)) > 1,
        )

    @block
    def countries(self) -> Markup:
        """Draw a map of the countries that records name, with a table and the records of each."""
        named = countries(self._base, self._site.units)
        return self._render(
            "countries.html.j2",
            id=f"atlas-{self._page.next_table()}",
            named=named,
            unnamed=unnamed(self._base, named),
            map=world_map(named),
        )

    @block
    def bibliography(self) -> Markup:
        """Print every reference of the site, each with the records that use it."""
        references = self._site.references
        rows = [(key, Markup(references[key].html), self._page.users(f"reference:{key}")) for key in references]
        return self._render("bibliography.html.j2", rows=rows)

    @block
    def references(self) -> Markup:
        """Print the references cited on this page so far, numbered as they are cited."""
        return self._render("references.html.j2")

    @block
    def glossary(self) -> Markup:
        """Print the glossary, each term with its definition and where it was taken from."""
        concepts = sorted(self._base.concepts.get("glossary", {}).values(), key=lambda concept: concept.label.lower())
        return self._render("glossary.html.j2", concepts=concepts)

    @block
    def vocabulary(self, scheme: str) -> Markup:
        """Print a vocabulary's terms with their definitions."""
        if scheme not in self._base.vocabularies:
            raise Misuse("E601", f"There is no vocabulary “{scheme}”.", did_you_mean(scheme, self._base.vocabularies))
        return self._render("vocabulary.html.j2", vocabulary=self._base.vocabularies[scheme])

    # Forms -----------------------------------------------------------------------------------

    @block
    def self_assessment(self, scheme: str = "") -> Markup:
        """Let readers hold what they do against the principles: `{{ self_assessment() }}`.

        It asks about each hallmark, or a principle's definition where it has none, and shows what bears on
        each weak answer. Nothing is added up, and answers stay in the address. `scheme` is a term of
        `principle-schemes`; without it all principles are asked about. Answers are `assessment-answers`.
        """
        schemes = self._base.concepts.get("principle-schemes", {})
        if scheme and scheme not in schemes:
            raise Misuse("E601", f"There is no scheme of principles “{scheme}”.", did_you_mean(scheme, schemes))
        return self._ask(
            "self-assessment.html.j2",
            parts=assessment(self._base, self._site.uses, scheme),
            findings=self._base.records["finding"],
            guidance=self._base.records["guidance"],
            judged=[term for term, concept in self._base.concepts["link-bases"].items() if concept.role == "judged"],
        )

    @block
    def eligibility_check(self, scheme: str = "eligibility-questions") -> Markup:
        """Ask about a case and show the guidance that speaks to each answer: `{{ eligibility_check() }}`.

        `scheme` is a vocabulary of questions: a concept without a broader one is a question, and those below
        it are its answers, each with a definition that says what the guidance says to it (or that it is silent)
        and the ids of the rules, as `guidance`. It never says that somebody is eligible or not.
        """
        concepts = self._base.concepts.get(scheme)
        known = [id_ for id_, found in self._base.concepts.items() if any(c.guidance for c in found.values())]
        if concepts is None or scheme not in known:
            raise Misuse("E601", f"There is no vocabulary of questions “{scheme}”.", did_you_mean(scheme, known))
        asked = questions(self._base, scheme, self._site.disputes)
        return self._ask(
            "eligibility-check.html.j2",
            questions=asked,
            unasked=unasked(self._base, asked),
            all=len(self._base.records["guidance"]),
        )

    @block
    def contribution_form(self, kind: str) -> Markup:
        """Ask somebody without git for a record, check it as they type and make its file: `{{ contribution_form("case-study") }}`.

        `kind` is `case-study` or `innovation`. Questions and examples come from the vocabulary `form-questions`,
        of which a topic may lay its own words over the core's. Once a page: a form has the page to itself.
        """
        self._choice("kind", kind, list(FORMS))
        data = f"assets/form/{kind}.json"
        self.files[data] = json.dumps(rules(self._base, kind), ensure_ascii=False, separators=(",", ":"))
        return self._render(
            "contribution-form.html.j2", kind=kind, steps=steps(self._base, kind), data=data, links=self._links
        )

    # About the evidence base itself --------------------------------------------------------------

    def second_reading(self, what: str = "records") -> Markup:
        """Tell how the second reading went: number of `records` and claims read twice, `changed`, or `single`.

        `records`: records and claims that two readers have read; `changed`: those of them that the second
        reader changed; `single`: those that only one reader has read.
        """
        self._choice("what", what, ("records", "changed", "single"))
        twice, changed, once = coding_counts(self._site)
        return Markup("{:,}").format({"records": twice, "changed": changed, "single": once}[what])

    @block
    def changes(self) -> Markup:
        """Tell what happened in the records' lives in the twelve months before the newest event, newest first.

        Years that this does not show whole get a page each, below `methods/changes/`, where this is called.
        """
        found = changes(self._base)
        if not found:
            return Markup('<p class="bw-small">Nothing has happened yet: there are no records.</p>')
        years = [(year, self._page.url(year_address(year))) for year in earlier(found)]
        more = Markup(" · ").join(Markup('<a href="{}">{}</a>').format(url, year) for year, url in years)
        return change_list(self._page, recent(found)) + (Markup("<p>Earlier: {}</p>").format(more) if years else "")

    @block
    def feeds(self) -> Markup:
        """List the feeds of the whole site, and of each record that can be followed by itself."""
        names = [(kind, self._select(kind, {})) for kind in FOLLOWED]
        return self._render("feeds.html.j2", followed=[(kind, found) for kind, found in names if found])

    def embeds(self) -> Markup:
        """Say that there is nothing to embed, where nobody has said at which address the site will be."""
        if self._page.imprint.home:
            return Markup("")
        return Markup(
            "This copy of the site offers none: it was built without being told the address at which it is to be read."
        )

    @block
    def flow(self) -> Markup:
        """Show the flow of sources: read, claims taken from each, and how many each kind of record uses."""
        return self._render("flow.html.j2", rows=self._flow())

    @block
    def rules(self) -> Markup:
        """Print every problem code with what it is for and a wrong and a right example."""
        return self._render("rules.html.j2", codes=CODES.values())

    @block
    def issue_form(self, form: str) -> Markup:
        """Print what a form of the issue tracker asks: `{{ issue_form("correction") }}`."""
        known = {each.id: each for each in forms(self._base)}
        self._choice("form", form, list(known))
        rows = [(asked, labels(self._base, scheme_of(known[form], asked))) for asked in known[form].questions]
        return self._render("issue-form.html.j2", form=known[form], rows=rows)

    @block
    def fields(self, kind: str) -> Markup:
        """Print the fields of a kind of record, as the model describes them."""
        models = {model.kind: model for model in FOLDERS.values()} | {"vocabulary": Vocabulary}
        if kind not in models:
            raise Misuse("E601", f"There is no kind of record “{kind}”.", did_you_mean(kind, models))
        return self._render("fields.html.j2", groups=written_fields(models[kind]), kind=kind)

    @block
    def data_files(self) -> Markup:
        """List the files of the data that hold everything, with what each is for."""
        return self._render("data-files.html.j2", files=[(where, about) for where, about in FILES.items()])

    @block
    def data_columns(self) -> Markup:
        """Print the tables of every kind of record with their columns, as the models describe them."""
        return self._render("data-columns.html.j2", kinds=schemas(), meaning=meaning, described=described)

    @block
    def data_changes(self) -> Markup:
        """Print what changed in the format of the data, newest first."""
        return self._render("data-changes.html.j2", releases=RELEASES)

    @block
    def macro_reference(self) -> Markup:
        """Print what every macro does, from its own description."""
        rows = [(name, _call(function), inspect.getdoc(function) or "") for name, function in macros()]
        return self._render("macro-reference.html.j2", rows=rows)

    # Not macros ------------------------------------------------------------------------------------

    def _render(self, template: str, **values: Any) -> Markup:
        return Markup(templates().get_template(template).render(page=self._page, **values))

    def _ask(self, template: str, **values: Any) -> Markup:
        """Render a form; which answers are weak and which is none is said by their vocabulary."""
        answers = self._base.concepts[ANSWERS].values()
        return self._render(
            template,
            id=f"ask-{self._page.next_table()}",
            answers=[answer for answer in answers if answer.role != "blank"],
            weak=[answer for answer in answers if answer.role == "weak"],
            blank=next(answer for answer in answers if answer.role == "blank"),
            **values,
        )

    def _known(self, kind: str, id_: str) -> None:
        names = [name.partition(":")[2] for name in self._site.addresses if name.startswith(f"{kind}:")]
        if kind not in self._kinds():
            raise Misuse("E601", f"There is no kind of record “{kind}”.", did_you_mean(kind, self._kinds()))
        if id_ not in names:
            raise Misuse("E601", f"There is no {kind} “{id_}”.", did_you_mean(id_, names))

    def _kinds(self) -> list[str]:
        """Return every kind of record that has an address, also those of which there is none yet."""
        return [
            "claim",
            "reference",
            "theme",
            "term",
            *(kind for kind in self._base.records if kind != ClaimSheet.kind),
        ]

    def _choice(self, name: str, given: str, allowed: Sequence[str]) -> None:
        if given not in allowed:
            raise Misuse(
                "E602",
                f"{name} cannot be “{given}”.",
                did_you_mean(given, allowed) or f"It is one of: {', '.join(allowed)}.",
            )

    def _subject(self, name: str) -> Any:
        kind, _, id_ = name.partition(":")
        return self._base.claims[id_] if kind == "claim" else self._base.records[kind][id_]

    def _select(self, kind: str, where: dict[str, str]) -> list[str]:
        if kind == "reference":
            return [f"reference:{key}" for key in self._base.bibliography.references]
        if kind == "theme":
            return [f"theme:{id_}" for id_ in self._base.concepts.get("themes", {})]
        units = self._site.units.get(kind)
        if units is None:
            if kind in self._kinds():
                return []
            raise Misuse("E601", f"There is no kind of record “{kind}”.", did_you_mean(kind, self._kinds()))
        chosen = [unit.name for unit in units]
        for name, wanted in where.items():
            chosen = [record for record in chosen if wanted in self._values(record, name, kind)]
            if not chosen:
                self._check_filter(kind, name, wanted)
        return sorted(chosen, key=self._sort_key)

    def _sort_key(self, name: str) -> Any:
        if name.startswith(("theme:", "reference:")):
            return (True, [], 0, title(self._site, name).lower())
        record = self._subject(name)
        number = str(getattr(record, "number", ""))
        return (
            not any(character.isdigit() for character in number),
            [int(figure) for figure in re.findall(r"\d+", number)],
            getattr(record, "order", 0),
            plain(title(self._site, name)).lower(),
        )

    def _check_filter(self, kind: str, name: str, wanted: str) -> None:
        """Raise when a filter that nothing fits is a slip: no such field, or no such term."""
        scheme = self._scheme_of(kind, name)
        terms = self._base.concepts.get(scheme)
        if terms is not None and wanted not in terms:
            raise Misuse("E601", f"“{wanted}” is not a term of “{scheme}”.", did_you_mean(wanted, terms))

    def _scheme_of(self, kind: str, name: str) -> str:
        """Return the vocabulary that a field or a filter of a kind is about."""
        if name in self._base.concepts or name in ("principle", "recommendation", "finding", "source"):
            return name
        schemes = field_schemes(kind)
        if name in schemes:
            return schemes[name]
        raise Misuse(
            "E602",
            f"“{name}” is no field of a {kind} that can be filtered by.",
            did_you_mean(name, [*schemes, *self._base.concepts]),
        )

    def _values(self, name: str, field: str, kind: str = "") -> set[str]:
        record = self._subject(name)
        value = getattr(record, field, None)
        if isinstance(value, str):
            return {value}
        scheme = self._scheme_of(kind or name.partition(":")[0], field)
        return set(self._facets.get(name, {}).get(scheme, ()))

    def _units(self, of: str) -> Sequence[Unit]:
        if of == maps.LEARNING:
            return self._site.flows
        if of not in self._kinds():
            kinds = [*self._kinds(), maps.LEARNING]
            raise Misuse("E601", f"There is no kind of record “{of}”.", did_you_mean(of, kinds))
        return self._site.units.get(of, ())

    def _terms(self, facet: str) -> list[str]:
        if facet in self._base.concepts:
            return list(self._base.concepts[facet])
        if facet in self._base.records:
            return [name.partition(":")[2] for name in self._select(facet, {})]
        raise Misuse(
            "E601",
            f"There is no vocabulary or kind “{facet}”.",
            did_you_mean(facet, [*self._base.concepts, *self._base.records]),
        )

    def _label(self, facet: str, term: str) -> Markup:
        if facet == "themes":
            return self._page.link(f"theme:{term}")
        if facet in self._base.concepts:
            return Markup("{}").format(self._base.label(facet, term))
        return self._page.link(f"{facet}:{term}")

    def _draw(
        self,
        found: Matrix,
        rows: str,
        columns: str,
        caption: str,
        of: str,
        entry: Entry | None = None,
        *,
        lists: bool = True,
    ) -> Markup:
        """Draw a map, by itself or for an entry of the ledger; `lists` lets its cells lead to their records."""
        most = entry.most if entry else max((len(cell.names) for cell in found.cells.values()), default=1)
        listed = sum(len(cell.names) for cell in found.cells.values())
        self._page.matrices += 1
        return self._render(
            "matrix.html.j2",
            matrix=found,
            caption=caption,
            rows=[(term, self._label(rows, term)) for term in found.rows],
            columns=[(term, self._label(columns, term)) for term in found.columns],
            size=lambda n: min(4, 1 + (3 * n) // max(1, most)),
            least=lambda levels: least(self._base, levels),
            lists=lists and listed <= _MOST_LISTED,
            legend=entry is None,
            notes=entry.notes if entry else {},
            how=self._how_to_look(),
            Empty=Empty,
            of=of,
            id=f"map-{self._page.matrices}",
        )

    def _card(self, name: str) -> Markup:
        return self._render(
            "card.html.j2",
            name=name,
            record=self._subject(name) if not name.startswith(("theme:", "reference:")) else None,
        )

    def _listing(self, kind: str, names: Sequence[str], form: str, columns: str) -> Markup:
        if form == "cards":
            return Markup('<ul class="bw-cards">{}</ul>').format(Markup("").join(self._card(name) for name in names))
        subjects = [
            (name, self._subject(name) if not name.startswith(("theme:", "reference:")) else None) for name in names
        ]
        if form == "table":
            chosen = [column.strip() for column in columns.split(",") if column.strip()]
            schemes = {column: self._scheme_of(kind, column) for column in chosen}
            rows = [
                (
                    name,
                    [(column, self._in_order(schemes[column], self._values(name, column, kind))) for column in chosen],
                )
                for name, _ in subjects
            ]
            return self._render("record-table.html.j2", kind=kind, columns=chosen, schemes=schemes, rows=rows)
        return self._render("record-list.html.j2", kind=kind, subjects=subjects)

    def _in_order(self, scheme: str, values: set[str]) -> list[str]:
        """Return terms in their vocabulary's order."""
        order = list(self._base.concepts.get(scheme, {}))
        return sorted(values, key=lambda value: (order.index(value) if value in order else len(order), value))

    def _flow(self) -> list[dict[str, Any]]:
        rows = []
        for id_, source in self._base.records["source"].items():
            claims = [claim for claim in self._base.claims.values() if claim.source == id_]
            by_basis = {basis: sum(claim.basis == basis for claim in claims) for basis in self._base.concepts["bases"]}
            used = sum(
                any(use.by.startswith("finding:") for use in self._site.uses.get(f"claim:{claim.uid}", ()))
                for claim in claims
            )
            numbers = sum(len(claim.numbers) for claim in claims)
            rows.append(
                {
                    "id": id_,
                    "source": source,
                    "claims": len(claims),
                    "numbers": numbers,
                    "by_basis": by_basis,
                    "in_findings": used,
                }
            )
        return rows


def _call(function: Callable[..., Any]) -> str:
    """Return the arguments that a macro takes, as a page would write them: without types."""
    signature = inspect.signature(function)
    taken = [
        each.replace(annotation=inspect.Parameter.empty)
        for name, each in signature.parameters.items()
        if name != "self"
    ]
    return str(signature.replace(parameters=taken, return_annotation=inspect.Signature.empty))


def macros() -> list[tuple[str, Callable[..., Any]]]:
    """Return every macro by name, in the order in which they are written."""
    return [
        (name, function) for name, function in vars(Author).items() if callable(function) and not name.startswith("_")
    ]


def coding_counts(site: Site) -> tuple[int, int, int]:
    """Return how many records and claims two readers read, how many of those the second changed, and how many one read."""
    base = site.base
    twice = changed = once = 0
    for kind, records in base.records.items():
        for record in records.values():
            if isinstance(record, ClaimSheet):
                touched = (
                    {change.claim for change in record.second_reading.changes if change.claim}
                    if record.second_reading
                    else set()
                )
                for claim in record.claims:
                    double = base.role("codings", claim.coding or record.coding) == "double"
                    twice, once = twice + double, once + (not double)
                    changed += double and claim.id in touched
            elif kind != ClaimSheet.kind:
                double = base.role("codings", record.coding) == "double"
                twice, once = twice + double, once + (not double)
                changed += bool(double and record.second_reading and record.second_reading.changes)
    return twice, changed, once


def field_schemes(kind: str) -> dict[str, str]:
    """Return the fields of a kind that hold terms, with their vocabularies; groups count by their terms' field."""
    models: dict[str, type[BaseModel]] = {model.kind: model for model in FOLDERS.values()} | {"claim": Claim}
    model = models.get(kind)
    if model is None:
        return {}
    found = {}
    for part in parts(model):
        if part.scheme:
            found[part.name] = part.scheme
        elif part.group:
            inner = model_at(model, (part.name,))
            schemes = [p.scheme for p in parts(inner) if p.scheme and p.name != "basis"] if inner else []
            if schemes:
                found[part.name] = schemes[0]
    return found
