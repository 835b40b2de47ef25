"""The benchmark of the link check: beside lychee, on the same sites, in the same run.

lychee is a link checker written in Rust, and known to be fast. Both look at files only and at places on pages;
ours looks besides at style sheets, scripts, data, feeds and documents, at what is out of reach, and at the register.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from macros.benchmark import run
from macros.links import check_links

PAGES = 10_000
_SECTIONS = 100
_FAULTY = 100
"""Every so many pages one has three faults."""
_WORDS = "A street with trees is cooler than one without, and people walk there more. "


def synthetic_site(folder: Path, pages: int = PAGES) -> int:
    """Write a site of so many pages, each with sixty links and places, and return how many faults stand in it."""
    faults = 0
    (folder / "assets").mkdir(parents=True)
    for name in ("site.css", "tree.png"):
        (folder / "assets" / name).write_bytes(b"")
    menu = "".join(f'<li><a href="../../s{number}/p{number}/">Section {number}</a></li>' for number in range(20))
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{}</title>'
    for number in range(pages):
        section = number % _SECTIONS
        others = [(number * 7 + step * 131 + 1) % pages for step in range(38)] + [(number + 1) % pages]
        links = "".join(
            f'<li><a href="../../s{other % _SECTIONS}/p{other}/#part-{step % 8}">Page {other}, part {step % 8}</a></li>'
            for step, other in enumerate(others)
        )
        parts = "".join(f'<h2 id="part-{part}">Part {part}</h2><p>{_WORDS * 18}</p>' for part in range(8))
        wrong = ""
        if number % _FAULTY == 0:
            wrong = (
                f'<a href="../../s{section}/gone-{number}/">Gone</a><a href="../p{number}/#no-{number}">No part</a>'
                f'<img src="../../assets/none-{number}.png" alt="">'
            )
            faults += 3
        page = folder / f"s{section}" / f"p{number}"
        page.mkdir(parents=True)
        (page / "index.html").write_text(
            f'{head.format(number)}<link rel="stylesheet" href="../../assets/site.css"></head><body><ul>{menu}</ul>'
            f'<h1>Page {number}</h1><img src="../../assets/tree.png" alt="">{parts}<ul>{links}</ul>{wrong}</body></html>\n',
            "utf-8",
        )
    home = "".join(f'<li><a href="s{number}/p{number}/">{number}</a></li>' for number in range(_SECTIONS))
    (folder / "index.html").write_text(f"{head.format('Home')}</head><body><ul>{home}</ul></body></html>\n", "utf-8")
    return faults


def compare(site: Path, root: Path, project: Path, echo: Callable[[str], Any]) -> None:
    """Measure our check of a built site beside lychee's, and tell whether we find all that it finds.

    `root` is the project that the site was built from, `project` the one whose check is run.
    """
    command = [
        sys.executable,
        "-m",
        "macros",
        "links",
        "--root",
        str(root),
        "--site-dir",
        str(site),
        "--format",
        "json",
    ]
    ours = run(command, project, (0, 1))
    echo(f"  ours    {ours}")
    lychee = shutil.which("lychee", path=str(Path(sys.executable).parent)) or shutil.which("lychee")
    if lychee is None:
        echo("  lychee is not installed; requirements-dev.txt has it")
        return
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        theirs = run(_command(lychee, site, report), project, (0, 2))
        told = _of_lychee(json.loads(report.read_text("utf-8")), site)
    echo(f"  lychee  {theirs}")
    echo(f"  {theirs.wall / ours.wall:.1f} times as fast by the clock, {theirs.cpu / ours.cpu:.1f} times by CPU")
    found = _of_ours(site, root)
    echo(f"  lychee finds {len(told):,}, of which we find {len(told & found):,}; we find {len(found):,}")


def _command(lychee: str, site: Path, report: Path) -> list[str]:
    return [
        lychee, "--offline", "--include-fragments", "--index-files", "index.html", "--root-dir", str(site),
        "--no-progress", "--format", "json", "--output", str(report), f"{site}/**/*.html",
    ]  # fmt: skip


Fault = tuple[str, str]
"""The page, and what it points at in vain, both below the site's root."""


def _of_lychee(report: dict[str, Any], site: Path) -> set[Fault]:
    start = site.as_uri() + "/"
    return {
        (Path(file).relative_to(site).as_posix(), _plain(error["url"].removeprefix(start)))
        for file, errors in report["error_map"].items()
        for error in errors
    }


def _of_ours(site: Path, root: Path) -> set[Fault]:
    found = set()
    for finding in check_links(root, site).findings:
        place = Path(finding.problem.place.path)
        page = (place if place.is_absolute() else root / place).relative_to(site).as_posix()
        found.add((page, _plain(urljoin(f"http://site/{page}", finding.link).removeprefix("http://site/"))))
    return found


def _plain(address: str) -> str:
    path, fragment = urldefrag(address)
    return f"{unquote(path).rstrip('/')}#{fragment}"


def benchmark_links(root: Path, echo: Callable[[str], Any] = print) -> None:
    """Measure the check of links on the project's own site, and on one of ten thousand pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        run([sys.executable, "-m", "macros", "build", "--site-dir", str(folder / "own")], root)
        echo("\nlinks, on this project's site:")
        compare(folder / "own", root, root, echo)
        (folder / "made").mkdir()
        faults = synthetic_site(folder / "made" / "site")
        echo(f"links, on a site of {PAGES:,} pages in which {faults} faults are planted:")
        compare(folder / "made" / "site", folder / "made", root, echo)
