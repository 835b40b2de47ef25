"""Newcomers: how a new record or reference is made, from the first question to what to do next."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import httpx

from macros import draft, entry
from macros.anatomy import parts
from macros.asking import Terminal
from macros.base import EvidenceBase
from macros.check import check
from macros.crossref import WORKS, Crossref, NoAnswer
from macros.document import Data, parse
from macros.fields import SLUG
from macros.problem import Severity
from macros.reference import Reference
from macros.reference_rules import bare_doi
from macros.report import text as report
from macros.validation import field_names, model_at

WELL, WRONG = 0, 1


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody said who wants something new."""

    root: Path
    given: Mapping[str, Data]
    source: Path | None
    id_: str = ""
    doi: str = ""
    no_input: bool = False
    anyway: bool = False
    contact: str = ""
    works: str = ""
    """Where Crossref is, if not at its own address."""


def new_record(kind: str, wishes: Wishes) -> int:
    """Make a record of a kind; returns the exit status."""
    base, _ = check(wishes.root)
    model = draft.KINDS[kind]
    given = dict(wishes.given)
    if wishes.source:
        document, problems = parse(wishes.source.read_bytes(), wishes.source.name)
        if document is None or problems:
            click.echo(report(problems, wishes.source.parent))
            return WRONG
        given = {**document.data, **draft.flattened(document.data), **given}
    for name in given:
        path = name.split(".")
        steps = tuple(step for step in path[:-1] if not step.isdigit())
        if not path[-1].isdigit() and (model_at(model, steps) is None or path[-1] not in field_names(model, steps)):
            click.echo(f"A {kind} has no field “{name}”. Its fields: {', '.join(field_names(model, ()))}.")
            return WRONG
    terminal = None if wishes.no_input else Terminal(base, kind)
    if terminal:
        click.echo(f"A new {kind}. Leave an answer empty where the source is silent or nobody knows: “not stated” is")
        click.echo("written for you, and nothing is made up. Ctrl-C gives up without writing anything.")
        if any("claim" in part.kinds and model.model_fields[part.name].is_required() for part in parts(model)):
            click.echo(
                "It rests on claims that are there already. Where its document has none yet, make these first, in"
            )
            click.echo(
                "this order: new reference, new source, new claim-sheet; the form on the site asks for all of it."
            )

    def ask(question: draft.Question) -> Data:
        assert terminal is not None
        answer = terminal.ask(question)
        # Asked at once, so that nobody fills in a whole record that is there already.
        if question.name == "title" and not _go_on(draft.alike(base, kind, str(answer)), "records", wishes):
            raise click.Abort
        return answer

    filling = draft.Filling(
        base,
        given,
        ask if terminal else None,
        terminal.more if terminal else None,
        datetime.date.today(),
    )
    data = filling.record(model)
    if filling.missing:
        click.echo("Nothing was written. These fields cannot be “not stated”:")
        for question in filling.missing:
            scheme = f" A term of “{question.form.scheme}”." if question.form.scheme else ""
            click.echo(f"  --set {question.name}=…   {question.part.description}{scheme}".rstrip())
        return WRONG
    asked = terminal is not None and "title" not in given
    if not asked and not _go_on(draft.alike(base, kind, str(data.get("title"))), "records", wishes):
        return WRONG
    id_ = _id(draft.proposed_id(kind, data), wishes)
    return _write(kind, id_, data, base, wishes)


def _write(kind: str, id_: str, data: Mapping[str, Data], base: EvidenceBase, wishes: Wishes) -> int:
    """Write a record and hold it against the rules; one that breaks them is taken back."""
    if not all(SLUG.fullmatch(part) for part in id_.split("/")):
        click.echo(f"“{id_}” cannot be an id: use small letters a–z, digits and single hyphens (--id).")
        return WRONG
    shown_as = draft.path_of(kind, id_)
    if not draft.add(wishes.root, shown_as, draft.written(draft.KINDS[kind], data, base, shown_as)):
        click.echo(f"{shown_as} is there already and was left as it is. Choose another id with --id.")
        return WRONG
    _, problems = check(wishes.root)
    mine = [p for p in problems if p.place.path == shown_as and p.severity is Severity.ERROR]
    if mine:
        click.echo(report(mine, wishes.root))
        (wishes.root / shown_as).unlink()
        click.echo("Nothing was written, because of what is said above.")
        return WRONG
    click.secho(f"\n{shown_as} written; it breaks no rule.", bold=True)
    click.echo("Next:")
    click.echo("  1. Open it: what you do not know says “not stated”, and comments tell of the optional fields.")
    click.echo("  2. python -m macros check   and   python -m macros serve, to see its page.")
    click.echo("  3. Have somebody else hold it against its source; then set its status to published.")
    return WELL


def new_reference(wishes: Wishes) -> int:
    """Make an entry of the bibliography; returns the exit status."""
    base, _ = check(wishes.root)
    try:
        reference, seen = _looked_up(wishes)
    except (entry.NotAReference, NoAnswer) as error:
        click.echo(f"{error} Nothing was written.")
        return WRONG
    if not _go_on(entry.same(reference, base.bibliography), "references", wishes):
        return WRONG
    key = _id(entry.proposed_key(reference, base.bibliography), wishes)
    if key in base.bibliography:
        click.echo(f"The key “{key}” is in use: “{base.bibliography[key].title}”. Choose another one with --id.")
        return WRONG
    made = entry.written(reference, key, seen)
    file = wishes.root / "bib" / "references.bib"
    text, wrong = entry.appended(base, file, made)
    if wrong:
        click.echo(made)
        click.echo("\n".join(wrong))
        click.echo(f"Nothing was written. Put this right in the entry above and add it to {file.name} yourself.")
        return WRONG
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    click.echo(made)
    click.secho(f"Added to bib/references.bib as {key}.", bold=True)
    click.echo("Next: hold it against the work itself, which decides what is right, and cite it: " + f"[@{key}]")
    return WELL


def _looked_up(wishes: Wishes) -> tuple[Reference, str]:
    """Return a reference and a note of where its data was seen."""
    today = datetime.date.today().isoformat()
    if wishes.source:
        content = wishes.source.read_text(encoding="utf-8", errors="replace")
        reference = entry.read(content, wishes.source.suffix.lower())
        return reference, f"{reference.provenance or f'The file {wishes.source.name}'}, added {today}"
    asked = wishes.doi
    if not asked and not wishes.no_input:
        asked = click.prompt("DOI (or use --from with a .bib, .ris or .json file)", default="", show_default=False)
    doi = bare_doi(asked.strip())
    if not doi:
        raise entry.NotAReference(f"“{asked}” is not a DOI; it starts with “10.”. Without one use --from FILE.")
    with httpx.Client(follow_redirects=True, max_redirects=5) as client:
        try:
            message = Crossref(client, wishes.contact, works=wishes.works or WORKS).message(doi)
        except NoAnswer as error:
            raise NoAnswer(
                f"{error} Without the network, give the work's data as a file: new reference --from FILE "
                "(.bib, .ris, or CSL-JSON as .json)."
            ) from error
    if message is None:
        raise entry.NotAReference(f"Crossref knows no work with the DOI {doi}; another agency may. Use --from FILE.")
    return entry.read(
        json.dumps(entry.csl(message)), ".json"
    ), f"Crossref, https://api.crossref.org/works/{doi}, looked up {today}"


def _go_on(found: list[tuple[str, str]], what: str, wishes: Wishes) -> bool:
    """Tell of what is there already, and whether to go on all the same."""
    if not found or wishes.anyway:
        return True
    click.echo(f"\nThese {what} look much like it:")
    for id_, title in found:
        click.echo(f"  {id_}: {title}")
    if wishes.no_input:
        click.echo("Nothing was written. If it is another one, say --anyway.")
        return False
    return click.confirm("Is yours another one?", default=False)


def _id(proposal: str, wishes: Wishes) -> str:
    if wishes.id_ or wishes.no_input:
        return wishes.id_ or proposal
    click.echo("\nThe id becomes the address and never changes.")
    answer: str = click.prompt("Id", default=proposal)
    return answer.strip()
