"""The MkDocs hook: puts the record pages that `macros.pages` makes into the site.

Record pages never pass through Markdown or a template language: MkDocs is handed finished
HTML, so template syntax in a record is text and nothing else. The hook loads before the
project is importable and is not loaded again while `mkdocs serve` runs, so it imports
`macros` inside its functions and holds no knowledge of records.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Section
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.nav import Navigation

    from macros.pages import RecordPage
    from macros.problem import Problem
    from macros.repository import Repository

log = logging.getLogger("mkdocs.plugins.both-ways")

WATCHED = ("evidence", "bib", "macros", "overrides")

FRONT_MATTER = frozenset(
    {"title", "description", "kind", "reviewed", "hide", "template", "search", "css_class", "render_macros"}
)
"""What an authored page may set. Any other key would become a name inside the page's macros
and could hide one of them."""

SEARCH_WORDS = "assets/search.json"
"""Where the search box finds its filters and synonyms."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",  # the search index is read by WebAssembly of the site's own
        "style-src 'self' 'unsafe-inline'",  # drawings carry their own
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""What a page may load and run: nothing from elsewhere, and no script that stands in the page itself.
A second lock behind escaping; previews go without, because the server puts its script for live reload in."""

CONSTANT = "---\nrender_macros: false\n---\n"
"""All that the macros plugin ever sees of a record's page."""

_ID = re.compile(r"""\sid=["']?([^"'\s>]+)""")

_serving = False
_modules_seen: dict[Path, int] = {}


class RecordView(Page):
    """A page whose body comes from a record, so that nothing is read or converted."""

    def __init__(self, record: RecordPage, file: File, config: MkDocsConfig) -> None:
        super().__init__(None, file, config)
        self.record = record

    def read_source(self, config: MkDocsConfig) -> None:
        super().read_source(config)
        self.meta.update(
            kind=self.record.kind_label,
            reviewed=self.record.reviewed,
            description=self.record.description,
            css_class=self.record.css_class,
        )

    def render(self, config: MkDocsConfig, files: Files) -> None:
        self.title = escape(self.record.title)
        self.content = self.record.body
        self.toc = _contents(self.record.toc)
        self.present_anchor_ids = set(_ID.findall(self.record.body))


def on_startup(*, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Remember whether this is a preview; keep bytecode from looking like a change to watch."""
    global _serving
    _serving = command == "serve"
    if _serving:
        sys.dont_write_bytecode = True


@event_priority(100)
def on_config(config: MkDocsConfig) -> None:
    """Make the project importable, and drop its modules when one of them has changed.

    Runs before the macros plugin, which imports the package but never imports it again.
    """
    root = _root(config)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    config.extra["policy"] = "" if _serving else POLICY
    if _serving:
        _drop_stale_modules(root)


def on_pre_build(config: MkDocsConfig) -> None:
    """Tune the macros plugin, whose template environment exists by now."""
    plugin = config.plugins.get("macros")
    if plugin is None:
        return
    if _serving:
        plugin.config["on_error_fail"] = False
    from macros.adapters.names import unknown_name

    plugin.env.undefined = unknown_name(plugin)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a generated file, with its page, for every record that has an address, and what the search box knows."""
    from macros.adapters.authored import imprint_of, site_of
    from macros.embeds import embed_files
    from macros.feeds import feed_files
    from macros.lookup import lookup
    from macros.pages import data_address, data_files, pages

    site, imprint = site_of(config), imprint_of(config)
    _report(site.problems)
    words = json.dumps(lookup(site), ensure_ascii=False, separators=(",", ":"))
    files.append(File.generated(config, SEARCH_WORDS, content=words))
    for table in data_files(site):
        files.append(File.generated(config, data_address(table), abs_src_path=str(table)))
    for address, content in {**feed_files(site, imprint), **embed_files(site, imprint)}.items():
        files.append(File.generated(config, address, content=content))
    _print_briefs(files, config)
    for record in pages(site, imprint):
        source = f"{record.address.rstrip('/')}.md"
        taken = files.get_file_from_path(source)
        if taken is not None:
            log.warning(f"Two pages want the address “{record.address}”: {record.edit_path} and {_origin(taken)}.")
            continue
        file = File.generated(config, source, content=CONSTANT, inclusion=InclusionLevel.NOT_IN_NAV)
        files.append(file)
        RecordView(record, file, config)
    return files


def _print_briefs(files: Files, config: MkDocsConfig) -> None:
    """Add the printed briefs, and let macros and the theme know how long and how large each is."""
    from macros.adapters.authored import imprint_of, site_of
    from macros.brief import FILE
    from macros.pack import ADDRESS
    from macros.typeset import Press

    site = site_of(config)
    briefs = Press(site, imprint_of(config), _root(config) / ".cache" / "briefs").briefs()
    for name, printed in briefs.items():
        files.append(File.generated(config, site.addresses[name] + FILE, content=printed.content))
    plugin: Any = config.plugins.get("macros")
    if plugin is not None:
        plugin.briefs = briefs
    config.extra["pack"] = ADDRESS if files.get_file_from_path(f"{ADDRESS.rstrip('/')}.md") else ""


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Hang each record's page below the section whose address it continues."""
    sections = {page.url: page.parent for page in nav.pages if page.parent is not None and page.url}
    for file in files:
        if isinstance(file.page, RecordView):
            file.page.parent = _section_of(file.page.url, sections)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Tell every page what it says of itself, now that all titles are known, and the theme where changes are told."""
    from macros.adapters import heads
    from macros.adapters.authored import imprint_of, site_of
    from macros.changes import CHANGES
    from macros.context import PageContext
    from macros.pages import authored

    heads.on_env(config=config, files=files)
    env.globals["feeds"] = PageContext(site_of(config), "", imprint_of(config)).feeds()
    env.globals["changes"] = CHANGES if authored(_root(config), CHANGES) else ""


@event_priority(100)
def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Check an authored page's front matter and template syntax before the macros plugin meets them."""
    if isinstance(page, RecordView):
        return
    from macros.adapters.names import syntax_problem

    plugin: Any = config.plugins.get("macros")
    problem = syntax_problem(plugin, page, markdown) if plugin else None
    if problem:
        plugin.misuses.append(problem)
        page.meta["render_macros"] = False
    for key in page.meta:
        if key not in FRONT_MATTER:
            near = get_close_matches(key, FRONT_MATTER, n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"the keys are: {', '.join(sorted(FRONT_MATTER))}."
            log.warning(f"docs/{page.file.src_uri}: front matter has an unknown key “{key}”; {hint}")
    for key in ("kind", "reviewed"):
        if key not in page.meta:
            log.warning(f"docs/{page.file.src_uri}: front matter lacks “{key}”; readers are told both on every page.")
    reviewed = page.meta.get("reviewed")
    if reviewed is not None and not isinstance(reviewed, date):
        log.warning(f"docs/{page.file.src_uri}: “reviewed” should be a date such as 2026-01-31, not “{reviewed}”.")


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let the authored pages' macros put in what they made."""
    from macros.adapters import authored

    return authored.on_page_content(html, page=page, config=config, files=files)


def on_post_build(config: MkDocsConfig) -> None:
    """Write the data, report what was called wrongly in authored pages, and make the search index.

    A preview goes on where a page or the index is wrong.
    """
    from macros.adapters import authored
    from macros.data_export import export
    from macros.index import NoIndex, make_index

    folder = Path(config.site_dir)
    export(authored.site_of(config), authored.imprint_of(config), folder)
    for finish in (lambda: authored.on_post_build(config), lambda: make_index(folder)):
        try:
            finish()
        except (PluginError, NoIndex) as error:
            if not _serving:
                raise PluginError(str(error)) from error
            log.log(logging.ERROR, str(error))


def on_page_context(context: Any, *, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
    """Give the theme what it shows around every page, as plain data in `page.meta["shell"]`."""
    from macros.adapters import heads

    repository = _repository(config)
    if isinstance(page, RecordView):
        source = page.record.edit_path
        facets: Mapping[str, Sequence[str]] = page.record.facets
        trail: Iterable[tuple[str, str]] = page.record.breadcrumbs
        before, after = page.record.previous, page.record.next
        data = page.record.data
    else:
        source = f"docs/{page.file.src_uri}"
        facets = {"kind": ("page",)}
        data = ()
        trail = _trail(page)
        before, after = _neighbour(page, page.previous_page), _neighbour(page, page.next_page)
    trail = list(trail)
    reviewed = page.meta.get("reviewed")
    page.edit_url = repository.edit(source)
    page.content = heads.paper_of(page)
    page.meta["head"] = heads.head_of(page, trail)
    page.meta["cite"] = heads.cite_of(page, source, repository)
    page.meta["shell"] = {
        "breadcrumbs": [{"title": title, "url": address} for title, address in trail],
        "previous": _link(before),
        "next": _link(after),
        "source": source,
        "data": [{"title": title, "url": address} for title, address in data],
        "facets": facets,
        "reviewed": f"{reviewed.day} {reviewed:%B %Y}" if isinstance(reviewed, date) else "",
        "feeds": page.record.feeds if isinstance(page, RecordView) else (),
        **(_to_take_away(page.record, config) if isinstance(page, RecordView) else {}),
    }


def _to_take_away(record: RecordPage, config: MkDocsConfig) -> dict[str, Any]:
    """Return what the theme offers beside a record: its brief, and its name for the reader's pack."""
    from macros.brief import FILE
    from macros.kinds import FOLDER_OF

    plugin: Any = config.plugins.get("macros")
    printed = plugin.briefs.get(record.name) if plugin is not None else None
    brief = printed and {
        "url": record.address + FILE, "pages": printed.pages, "kilobytes": printed.kilobytes,
    }  # fmt: skip
    return {"brief": brief, "collect": record.name if record.name.partition(":")[0] in FOLDER_OF else ""}


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Any) -> None:
    """Rebuild the preview when records, bibliography, code or theme change."""
    for name in WATCHED:
        folder = _root(config) / name
        if folder.is_dir():
            server.watch(str(folder))


def _report(problems: Iterable[Problem]) -> None:
    """Print every problem; refuse to go on when one of them is an error."""
    errors = 0
    for problem in sorted(problems, key=lambda problem: problem.sort_key):
        is_error = problem.severity == "error"
        errors += is_error
        text = " ".join(filter(None, (f"{problem.place}: {problem.code}", problem.message, problem.suggestion)))
        log.log(logging.ERROR if is_error else logging.WARNING, text, extra={"only_advice": not is_error})
    if errors:
        raise PluginError(f"{errors} error{'s' * (errors != 1)} in the evidence base.")


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent.resolve()


def _repository(config: MkDocsConfig) -> Repository:
    from macros.adapters import authored

    found: Repository = authored.repository(config)
    return found


def _drop_stale_modules(root: Path) -> None:
    found = {file: file.stat().st_mtime_ns for file in (root / "macros").rglob("*.py")}
    if _modules_seen and found != _modules_seen:
        if found.get(Path(__file__)) != _modules_seen.get(Path(__file__)):
            log.warning("The hook itself has changed: restart the server to use it.")
        for name in [name for name in sys.modules if name == "macros" or name.startswith("macros.")]:
            del sys.modules[name]
    _modules_seen.clear()
    _modules_seen.update(found)


def _contents(entries: Sequence[tuple[int, str, str]]) -> TableOfContents:
    """Nest a flat list of (level, id, text); the text is plain."""
    top: list[AnchorLink] = []
    open_: list[AnchorLink] = []
    for level, id_, text in entries:
        anchor = AnchorLink(escape(text), id_, level)
        while open_ and open_[-1].level >= level:
            open_.pop()
        (open_[-1].children if open_ else top).append(anchor)
        open_.append(anchor)
    return TableOfContents(top)


def _section_of(address: str, sections: dict[str, Section]) -> Section | None:
    """Return the section with the longest address that `address` continues."""
    parts = address.rstrip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        section = sections.get("/".join(parts[:length]) + "/")
        if section is not None:
            return section
    return None


def _trail(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the sections above an authored page, outermost first, each led to by its first page."""
    for section in reversed(list(page.ancestors)):
        children = section.children if isinstance(section, Section) else []
        first = next((child for child in children if isinstance(child, Page)), None)
        if first is not None and first is not page:
            yield section.title or "", first.url


def _neighbour(page: Page, other: Page | None) -> tuple[str, str] | None:
    """Return the page before or after, where it belongs to the same section."""
    if other is None or page.parent is None or other.parent is not page.parent:
        return None
    return Markup(other.title or "").striptags(), other.url  # noqa: S704 - to be read, not shown


def _link(link: tuple[str, str] | None) -> dict[str, str] | None:
    return {"title": link[0], "url": link[1]} if link else None


def _origin(file: File) -> str:
    page = file.page
    return page.record.edit_path if isinstance(page, RecordView) else f"docs/{file.src_uri}"
