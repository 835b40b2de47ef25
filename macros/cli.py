"""The command line: `python -m macros COMMAND`.

Exit status 0: all is well; 1: problems were found; 2: the command was used wrongly; 130: it was interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

import click

from macros import report
from macros.base import EvidenceBase
from macros.check import PUBLISHED, check, published
from macros.codes import CODES
from macros.nearest import did_you_mean
from macros.problem import Problem, Severity

if TYPE_CHECKING:
    from macros.excuse import Excuse
    from macros.external import Outcome
    from macros.registered import Looked
    from macros.typeset import Press, Printed

INTERRUPTED = 130
"""What a shell says of a program that was interrupted."""

ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Folder of the project; this folder unless given.",
)
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(list(report.FORMATS)),
    default="text",
    help="Form of the report.",
    show_default=True,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Check, build and explain an evidence base kept in evidence/ and bib/."""
    # Records are many, small and kept to the end: looking for garbage among them seven hundred
    # objects at a time took a sixth of a build (15.0 s against 12.6 s).
    gc.set_threshold(100_000, 50, 50)
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


@main.command("check")
@click.argument("what", type=click.Choice(["all", "citations"]), default="all", metavar="[citations]")
@ROOT
@FORMAT
@click.option("--online", is_flag=True, help="Ask Crossref and the DOI proxy too; only for citations.")
@click.option("--write", is_flag=True, help="Enter what was found into sources, and reopen findings that rest on them.")
@click.option("--changed", metavar="BASE", default=None, help="Ask only for references changed since a git revision.")
@click.option("--contact", envvar="CONTACT", default="", help="A mail address for the registry to write to.")
def check_command(
    what: str, root: Path, form: str, online: bool, write: bool, changed: str | None, contact: str
) -> None:
    """Hold every record, reference and table against the rules; or the citations alone.

    “check citations --online” holds the references against what is registered of them: whether each DOI
    leads to the work described, and whether the work was corrected or retracted since.
    """
    if ((write or changed is not None) and not online) or (online and what != "citations"):
        raise click.UsageError("Say “check citations --online”, and “--write” and “--changed” only with it.")
    if what == "citations":
        _check_citations(root.resolve(), form, online, write, changed, contact)
        return
    from macros.tidiness import untidy

    base, problems = check(root.resolve())
    problems = sorted([*problems, *untidy(base)], key=lambda problem: problem.sort_key)
    _print(problems, root, form)
    if form == "text" and not problems:
        records = sum(len(records) for kind, records in base.records.items() if kind != "claim-sheet")
        click.echo(
            f"No problems in {records} records, {len(base.claims)} claims and "
            f"{len(base.bibliography.references)} references."
        )
    sys.exit(int(any(problem.severity is Severity.ERROR for problem in problems)))


def _check_citations(root: Path, form: str, online: bool, write: bool, changed: str | None, contact: str) -> None:
    base, problems = check(root)
    problems = [problem for problem in problems if problem.code.startswith("E5") or problem.code in _OF_CITATIONS]
    looked: list[Looked] = []
    if online:
        keys = list(base.bibliography)
        if changed is not None:
            lines = _changed_since(root, changed)
            keys = [key for key in keys if base.bibliography[key].is_in(lines)]
        looked = _ask_registry(base, keys, contact, quiet=form != "text")
        problems += _unexcused(root, looked, everything=changed is None)
    problems.sort(key=lambda problem: problem.sort_key)
    if write:
        for name in _enter(base, looked):
            click.echo(f"{name}: written.", err=form != "text")
        problems = [problem for problem in problems if problem.code != "E543"]
    _print(problems, root, form)
    if form == "text":
        for work in filter(None, (one.work for one in looked)):
            for licence in work.licences:
                free = "creativecommons.org/" in licence
                told = f"free to read at https://doi.org/{work.doi} under" if free else "licence registered:"
                click.echo(f"{work.doi}: {told} {licence}")
        known = sum(bool(one.status) for one in looked)
        asked = f"; {known} of {len(looked)} looked up" if online else ""
        if not problems:
            click.echo(f"No problems in {len(base.bibliography)} references{asked}.")
        elif online:
            click.echo(f"{known} of {len(looked)} references were looked up.")
    sys.exit(int(any(problem.severity is Severity.ERROR for problem in problems)))


def _ask_registry(base: EvidenceBase, keys: list[str], contact: str, *, quiet: bool) -> list[Looked]:
    """Ask what is registered of each reference; what was found so far when it is broken off."""
    import httpx

    from macros.crossref import Crossref
    from macros.registered import examine

    looked: list[Looked] = []
    bar = click.progressbar(length=len(keys), label="Asking", file=sys.stderr, hidden=quiet)

    def tell(one: Looked) -> None:
        looked.append(one)
        bar.update(1)

    with httpx.Client(follow_redirects=True, max_redirects=5) as client, bar:
        try:
            examine(base, Crossref(client, contact), keys, tell)
        except KeyboardInterrupt:
            click.echo("\nBroken off; this is what is known so far.", err=True)
    return looked


def _unexcused(root: Path, looked: list[Looked], *, everything: bool) -> list[Problem]:
    """Return what was found out and is not excused; an exception is needless only where its reference was looked up."""
    from macros.excuse import Finding, hold, read_excuses

    excuses, problems = read_excuses(root)
    known = {f"@{one.key}" for one in looked if one.status}
    findings = [Finding(f"@{one.key}", problem) for one in looked for problem in one.problems]
    ours = [excuse for excuse in excuses if excuse.is_reference]
    return problems + hold(ours, findings, date.today(), lambda excuse: everything and excuse.link in known)


def _changed_since(root: Path, revision: str) -> Mapping[str, frozenset[int]]:
    """Return what has changed since a revision, by file."""
    from macros.revision import NoGit, changed_lines, commit_of

    try:
        commit = commit_of(root, revision)
        if commit is None:
            raise click.UsageError(f"There is no revision “{revision}” in this repository.")
        return changed_lines(root, commit)
    except NoGit as error:
        raise click.UsageError(f"The revisions cannot be read: {error}") from None


def _enter(base: EvidenceBase, looked: list[Looked]) -> list[str]:
    """Write what was found out into the records, in form; return the files."""
    from macros.fixing import fixed
    from macros.reopening import reopen

    edits = reopen(base, looked, date.today())
    for file, text in edits.items():
        file.write_bytes(text.encode("utf-8"))
    for result in fixed(base.root, sorted(edits)):
        if result.text is not None:
            result.file.write_bytes(result.text.encode("utf-8"))
    return [file.relative_to(base.root).as_posix() for file in sorted(edits)]


_OF_CITATIONS = frozenset({"E408", "E414", "E415"})
"""Rules for records that are about citations."""


def _print(problems: list[Problem], root: Path, form: str) -> None:
    output = report.FORMATS[form](problems, root.resolve())
    if output:
        click.echo(output)


@main.command()
@ROOT
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; tell what would be changed.")
@click.option("--diff", "show_diff", is_flag=True, help="Change nothing; show every line that would be changed.")
def fix(root: Path, paths: tuple[Path, ...], only_check: bool, show_diff: bool) -> None:
    """Put records and references in form, without changing what they say: PATHS, or all of them.

    Order of fields, spelling of terms, dates, addresses and DOIs, quotation marks, long lines.
    """
    from macros.fixing import fixed, records_and_references

    root = root.resolve()
    dry = only_check or show_diff
    well, changes = True, 0
    for result in fixed(root, records_and_references(root, [path.resolve() for path in paths])):
        for line in result.told(show_diff=show_diff, dry=dry):
            click.echo(line)
        if result.problems:
            _print(list(result.problems), root, "text")
        well = well and not result.problems and not result.refused
        changes += result.text is not None
        if result.text is not None and not dry:
            result.file.write_bytes(result.text.encode("utf-8"))
    if not changes and well:
        click.echo("Everything is in form.")
    elif changes:
        click.echo(f"{changes} file{'' if changes == 1 else 's'} {'would change' if dry else 'put in form'}.")
    sys.exit(int(not well or (dry and changes > 0)))


@main.command()
@click.argument("kind", metavar="KIND")
@ROOT
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Answer a field; terms parted by commas.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Answers in YAML; for a reference .bib, .ris or .json.",
)
@click.option("--id", "id_", default="", help="The id, or a reference's key; proposed unless given.")
@click.option("--doi", default="", help="For a reference: look it up at Crossref.")
@click.option("--no-input", is_flag=True, help="Ask nothing; what is not answered is “not stated”, or told.")
@click.option("--anyway", is_flag=True, help="Write it even if there seems to be one already.")
@click.option("--contact", envvar="CONTACT", default="", help="A mail address for Crossref to write to.")
def new(kind: str, root: Path, settings: tuple[str, ...], source: Path | None, **options: Any) -> None:
    """Start a record of KIND, such as case-study, or a reference: asks, checks, and writes it in its place."""
    from macros.draft import KINDS
    from macros.newcomer import Wishes, new_record, new_reference

    if kind not in (*KINDS, "reference"):
        guess = did_you_mean(kind, [*KINDS, "reference"])
        raise click.UsageError(f"There is no kind “{kind}”. {guess} The kinds are: {', '.join([*KINDS, 'reference'])}.")
    given: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"“{setting}” is not of the form FIELD=VALUE.")
        given[name.strip()] = value.strip()
    wishes = Wishes(root.resolve(), given, source, **options)
    sys.exit(new_reference(wishes) if kind == "reference" else new_record(kind, wishes))


@main.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Tell what a rule is for, with a wrong and a right example; without a code, list them all."""
    if code is None:
        for about in CODES.values():
            click.echo(f"{about.code}  {about.name:34} {about.summary}")
        return
    found = CODES.get(code.upper())
    if found is None:
        raise click.UsageError(f"There is no code “{code}”. {did_you_mean(code.upper(), CODES)}".strip())
    click.secho(f"{found.code} {found.name} ({found.severity.value})", bold=True)
    click.echo(f"{found.summary}\n\nWhy: {found.why}\n")
    for title, example, colour in (("Wrong", found.wrong, "red"), ("Right", found.right, "green")):
        click.secho(f"{title}:", fg=colour)
        click.echo("\n".join(f"    {line}" for line in example.splitlines()) + "\n")


@main.command()
@ROOT
@FORMAT
@click.option(
    "--sources",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the sources' texts: ID.txt and ID-*.txt.",
)
def passages(root: Path, form: str, sources: Path) -> None:
    """Prove that every claim's passage and numbers stand in its source's text."""
    from macros.passage import check_passages, read_sources

    base, _ = check(root.resolve())
    texts = read_sources(sources, {claim.source for claim in base.claims.values()})
    problems = sorted(check_passages(base, texts), key=lambda problem: problem.sort_key)
    _print(problems, root, form)
    if form == "text":
        checked = sum(claim.source in texts for claim in base.claims.values())
        click.echo(f"{checked} of {len(base.claims)} claims held against {len(texts)} sources' texts.")
    sys.exit(int(bool(problems)))


ONLY_CHECK = click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; tell whether the files are up to date."
)


@main.command()
@ROOT
@click.option(
    "--sources",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the sources' texts: ID.txt and ID-*.txt.",
)
def fingerprint(root: Path, sources: Path) -> None:
    """Prove the claims of each source whose text is there, and store the proof without the text."""
    from macros.base import FINGERPRINTS
    from macros.fingerprint import read_fingerprints, take, write
    from macros.passage import check_passages, read_sources

    root = root.resolve()
    base, _ = check(root)
    texts = read_sources(sources, sorted({claim.source for claim in base.claims.values()}))
    problems = sorted(check_passages(base, texts), key=lambda problem: problem.sort_key)
    if problems:
        _print(problems, root, "text")
        click.echo("No fingerprint was written.")
        sys.exit(1)
    kept, _ = read_fingerprints(root)
    (root / FINGERPRINTS).mkdir(parents=True, exist_ok=True)
    for source, found in texts.items():
        file = root / FINGERPRINTS / f"{source}.json"
        made = take(base, source, found, kept.get(source))
        content = write(made)
        fresh = not file.is_file() or file.read_text(encoding="utf-8") != content
        if fresh:
            file.write_text(content, encoding="utf-8")
        told = "written" if fresh else "is up to date"
        click.echo(f"{file.relative_to(root).as_posix()} {told}: {len(made.claims)} claims.")
    if not texts:
        raise click.UsageError(f"There is no text of any source in {sources}; a text is called ID.txt.")


@main.command()
@ROOT
@ONLY_CHECK
def schema(root: Path, only_check: bool) -> None:
    """Write the JSON Schemas that editors complete and check records with."""
    from macros.schema import schemas

    _write_made(root, schemas(root.resolve()), only_check, "schema")


@main.command("issue-forms")
@ROOT
@ONLY_CHECK
def issue_forms(root: Path, only_check: bool) -> None:
    """Write the forms by which people without git send in records and corrections."""
    from macros.issue_form import files

    _write_made(root, files(root.resolve()), only_check, "issue-forms")


def _write_made(root: Path, made: Mapping[str, str], only_check: bool, command: str) -> None:
    """Write files that are made from the models and the vocabularies, or tell whether they are up to date."""
    stale = []
    for path, content in made.items():
        file = root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != content:
            stale.append(path)
            if not only_check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content, encoding="utf-8")
    for path in stale:
        click.echo(f"{path} {'is out of date' if only_check else 'written'}")
    if stale and only_check:
        click.echo(f"Run “python -m macros {command}”.")
        sys.exit(1)


@main.command("import-issue")
@ROOT
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
@click.option("--author", default="", help="Whom the record's history credits.")
@click.option("--dry-run", is_flag=True, help="Write nothing; tell what would become of it.")
def import_issue(root: Path, file: TextIO, author: str, dry_run: bool) -> None:
    """Make a draft record of an answered form in FILE (“-” reads standard input), or say what is missing.

    What is printed is Markdown, fit to be posted as it is. Exit status 1 means that something is missing.
    """
    from macros.issue import MOST, read_issue, report

    outcome = read_issue(root.resolve(), file.read(MOST), author)
    for path, content in outcome.files.items() if not dry_run else ():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    click.echo(report(outcome), nl=False)
    sys.exit(int(bool(outcome.missing)))


@main.command()
@ROOT
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
def unpack(root: Path, ids: tuple[str, ...]) -> None:
    """Make a contribution's parts files of their own: record, claims, source and reference."""
    from macros.contribution import FOLDER
    from macros.contribution import unpack as take
    from macros.document import read

    failed: list[Problem] = []
    for id_ in ids:
        path = f"evidence/{FOLDER}/{id_}.yaml"
        if not (root / path).is_file():
            there = [file.stem for file in (root / "evidence" / FOLDER).glob("*.yaml")]
            raise click.UsageError(f"There is no contribution “{id_}”. {did_you_mean(id_, there)}".strip())
        document, problems = read(root / path, path)
        if document is not None:
            written, found = take(root, id_, document)
            problems += found
            for file in written:
                click.echo(f"{file} written")
            if written:
                click.echo("Next: “python -m macros fix”, then “schema” and “issue-forms” if a vocabulary was written.")
        failed += problems
    _print(failed, root, "text")
    sys.exit(int(bool(failed)))


@main.command()
@ROOT
def register(root: Path) -> None:
    """Add every published record and page to the register of what may never disappear."""
    from macros.address import ADDRESS, other_addresses
    from macros.backlinks import subjects

    root = root.resolve()
    base, problems = check(root)
    if any(problem.severity is Severity.ERROR for problem in problems):
        _print(problems, root, "text")
        sys.exit(1)
    known = published(root)
    present = {
        name
        for name, record in subjects(base)
        if base.role("statuses", getattr(record, "status", "published")) != "draft"
    }
    present |= {f"{ADDRESS}:{address}" for address in other_addresses(root, base)}
    head = "# Everything that was ever published; written by “python -m macros register”. Lines are never removed.\n"
    (root / PUBLISHED).write_text(head + "".join(f"{name}\n" for name in sorted(known | present)), encoding="utf-8")
    click.echo(f"{len(present - known)} added; {len(known | present)} in the register.")


@main.command()
@ROOT
@click.option(
    "--site-dir", type=click.Path(path_type=Path), default=None, help="Where the site goes; site/ unless given."
)
def build(root: Path, site_dir: Path | None) -> None:
    """Build the site strictly; a failed build leaves the site that was there as it was."""
    from macros.build import build as run

    _refuse_errors(root, "Nothing was built; the site that was there is as it was.")
    sys.exit(run(root, site_dir or root / "site", echo=click.echo))


def _refuse_errors(root: Path, outcome: str) -> None:
    """Print every problem and leave where one of them is an error."""
    from macros.site import load

    problems = list(load(root.resolve()).problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        _print(problems, root, "text")
        click.echo(outcome)
        sys.exit(1)


@main.command()
@ROOT
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=None, help="Folder; export/ unless given."
)
def export(root: Path, output: Path | None) -> None:
    """Write the data that the site publishes, the same files, without building the site."""
    from macros.build import export as run

    _refuse_errors(root, "Nothing was written.")
    sys.exit(run(root, output or root / "export", sys.stdout))


@main.command()
@ROOT
@click.option("--address", default="127.0.0.1:8000", show_default=True, help="Host and port of the preview.")
def serve(root: Path, address: str) -> None:
    """Preview the site, and renew it when a record, page, reference or module changes."""
    from macros.build import serve as run

    sys.exit(run(root, address))


def _chosen(root: Path, names: tuple[str, ...]) -> tuple[Press, list[str]]:
    """Return what prints documents of the project at `root`, and the records asked for as `kind:id`."""
    from macros.build import settings
    from macros.site import load
    from macros.typeset import Press

    imprint, style = settings(root)
    site = load(root.resolve(), style)
    known = [name for name in site.addresses if name.partition(":")[0] in {"claim", *site.base.records}]
    chosen = []
    for name in names:
        wanted = name.replace("/", ":", 1) if ":" not in name else name
        if wanted not in known:
            raise click.UsageError(f"There is no record “{name}”. {did_you_mean(wanted, known)}".strip())
        chosen.append(wanted)
    return Press(site, imprint, root / ".cache" / "briefs"), list(dict.fromkeys(chosen))


@main.command()
@ROOT
@click.argument("record", metavar="KIND/ID")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Where it goes; ID.pdf unless given.")
def brief(root: Path, record: str, output: Path | None) -> None:
    """Typeset the brief of one record on at most two pages."""
    press, (name,) = _chosen(root, (record,))
    _save(press.brief(name), output or Path(f"{name.rpartition(':')[2].replace('/', '-')}.pdf"))


@main.command()
@ROOT
@click.argument("records", metavar="KIND/ID …", nargs=-1, required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=Path("pack.pdf"), show_default=True)
def pack(root: Path, records: tuple[str, ...], output: Path) -> None:
    """Typeset an evidence pack: the briefs of several records in one document, with one list of references."""
    press, names = _chosen(root, records)
    _save(press.pack(names), output)


def _save(printed: Printed, output: Path) -> None:
    try:
        output.write_bytes(printed.content)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}.") from error
    many = "1 page" if printed.pages == 1 else f"{printed.pages} pages"
    click.echo(f"{output}: {many}, {printed.kilobytes} KB.")


@main.command()
@ROOT
def bench(root: Path) -> None:
    """Measure what checking and building cost on this machine."""
    from macros.benchmark import benchmark
    from macros.link_benchmark import benchmark_links

    benchmark(root.resolve(), click.echo)
    benchmark_links(root.resolve(), click.echo)


@main.command()
@ROOT
@click.argument("base")
@click.argument("head", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    help="Form of the report.",
    show_default=True,
)
@click.option("--site-url", envvar="SITE_URL", default="", help="Where the site is, to link pages; from SITE_URL.")
def diff(root: Path, base: str, head: str | None, form: str, site_url: str) -> None:
    """Tell what a change does to the evidence: from the git revision BASE to HEAD, or to the files as they are.

    Exit status 1 means that one of the two has problems; what can be compared is compared all the same.
    """
    from macros.difference import difference
    from macros.difference_report import as_json, markdown
    from macros.revision import NoGit, commit_of, take_out

    root = root.resolve()
    with ExitStack() as folders:

        def read(revision: str | None) -> tuple[EvidenceBase, list[Problem]]:
            if revision is None:
                return check(root)
            commit = commit_of(root, revision)
            if commit is None:
                raise click.UsageError(f"There is no revision “{revision}” in this repository.")
            return check(take_out(root, commit, Path(folders.enter_context(TemporaryDirectory()))))

        try:
            (before, problems_before), (after, problems_after) = read(base), read(head)
        except NoGit as error:
            raise click.UsageError(f"The revisions cannot be read: {error}") from None
        found = difference(before, after)
    sides = (("The state before", problems_before), ("The state after", problems_after))
    click.echo(as_json(found, sides) if form == "json" else markdown(found, sides, site_url), nl=form == "json")
    sys.exit(int(any(p.severity is Severity.ERROR for _, problems in sides for p in problems)))


@main.command()
@ROOT
@FORMAT
@click.option("--site-dir", type=click.Path(path_type=Path), default=None, help="The built site; site/ unless given.")
@click.option("--site-url", envvar="SITE_URL", default=None, help="Where the site is; read off its pages unless given.")
@click.option("--external", is_flag=True, help="Ask other people's servers, too, whether what is linked is there.")
@click.option("--changed", metavar="BASE", default=None, help="Ask only for what has changed since a git revision.")
@click.option("--cache", type=click.Path(path_type=Path), default=None, help="What earlier runs found.")
@click.option("--minutes", type=float, default=30.0, show_default=True, help="How long to go on asking.")
def links(
    root: Path,
    form: str,
    site_dir: Path | None,
    site_url: str | None,
    external: bool,
    changed: str | None,
    cache: Path | None,
    minutes: float,
) -> None:
    """Check that everything the built site points at in itself is there, and with --external elsewhere.

    A run that is interrupted tells and keeps what it found, and exits with 130.
    """
    from datetime import date

    from macros.excuse import hold, read_excuses
    from macros.links import HOME, check_links

    root = root.resolve()
    folder = (site_dir or root / "site").resolve()
    if changed is not None and not external:
        raise click.UsageError("--changed goes with --external: links inside the site are always all checked.")
    if not (folder / HOME).is_file():
        raise click.UsageError(f"There is no built site in {folder}. Build it with “python -m macros build”.")
    checked = check_links(root, folder, site_url)
    excuses, problems = read_excuses(root)
    findings, asked = checked.findings, None
    if external:
        asked = _ask_elsewhere(root, folder, checked.outside, changed, cache, minutes)
        findings = [*findings, *asked.findings]

    def judged(excuse: Excuse) -> bool:
        if not excuse.is_external:
            return True
        return asked is not None and changed is None and asked.knows_all_of(excuse.matches)

    problems += hold([e for e in excuses if not e.is_reference], findings, date.today(), judged)
    problems.sort(key=lambda problem: problem.sort_key)
    _print(problems, root, form)
    if form == "text":
        if not any(problem.code < "E920" for problem in problems):
            click.echo(f"All {checked.links:,} links in {checked.files:,} files of the built site arrive.")
        if asked is not None:
            click.echo(asked.summary())
    if asked is not None and asked.interrupted:
        sys.exit(INTERRUPTED)
    wrong = any(problem.severity is Severity.ERROR for problem in problems)
    sys.exit(int(wrong or (asked is not None and asked.no_network)))


def _ask_elsewhere(
    root: Path,
    folder: Path,
    outside: Mapping[str, Sequence[str]],
    changed: str | None,
    cache: Path | None,
    minutes: float,
) -> Outcome:
    from macros.external import STATE, check_external, gather, manners
    from macros.links import written_at
    from macros.web import PublicTransport, WallClock, Web

    base, _ = check(root)
    written = gather(base, outside, lambda name, address: written_at(root, folder, name, address))
    if changed is not None:
        lines = _changed_since(root, changed)
        written = [each for each in written if each.is_in(lines)]

    def show(done: int, total: int, address: str) -> None:
        if sys.stderr.isatty():
            shown = "".join(character if character.isprintable() else "?" for character in address)
            click.echo(f"\r\x1b[K{done}/{total} {shown[:70]}", nl=False, err=True)

    who = manners(root, os.environ.get("SITE_URL", "") or os.environ.get("REPO_URL", ""))
    outcome = check_external(
        written, lambda: Web(who, PublicTransport(), WallClock()), cache or root / STATE, minutes=minutes, progress=show
    )
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    return outcome


@main.command("new-site")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", default="A new topic", show_default=True, help="What the site is called.")
@click.option("--example", is_flag=True, help="Add a first vocabulary, source, claim and finding, to be replaced.")
def new_site(folder: Path, name: str, example: bool) -> None:
    """Start a site on another topic in FOLDER: this generator, pages for every kind of record, and no record."""
    from macros.starter import new_site as run

    if folder.is_dir() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty: choose a new folder.")
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise click.UsageError("A name is one line of at most 80 characters.")
    run(folder, name.strip(), example=example)
    click.echo(f"{name.strip()} is in {folder}. Next: “cd {folder}”, “make serve”, and README.md there.")
