"""The benchmark: what checking and building cost, as measured now on this machine.

Each figure comes from this one run, so that shares and ratios can be compared although machines differ.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from macros.base import load
from macros.check import check_rules
from macros.context import PageContext
from macros.data_export import export
from macros.embeds import embed_files
from macros.feeds import feed_files
from macros.imprint import Imprint
from macros.pack import pack_files
from macros.pages import pages
from macros.site import Site, make
from macros.table import read_tables
from macros.typeset import Press


@dataclass(slots=True)
class Cost:
    """What a command cost."""

    wall: float
    """Seconds by the clock."""
    cpu: float
    """Seconds of processor time, of children too."""
    memory: float
    """Peak memory in MiB; of the largest process, where there are several."""

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s by the clock {self.cpu:6.2f} s of CPU {self.memory:6.0f} MiB at most"


@dataclass(slots=True)
class Stopwatch:
    """Processor seconds of named stages, in order."""

    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        start = time.process_time()
        yield
        self.stages[name] = time.process_time() - start


def benchmark(root: Path, echo: Callable[[str], Any] = print) -> None:
    """Measure checking and building the project at `root`, and print what they cost."""
    site = make(root)
    records = sum(len(found) for kind, found in site.base.records.items() if kind != "claim-sheet")
    items = records + len(site.base.claims) + len(site.base.bibliography.references)
    echo(f"{records} records, {len(site.base.claims)} claims, {len(site.base.bibliography.references)} references")

    checking = run([sys.executable, "-m", "macros", "check"], root)
    echo(f"check        {checking}   {items / checking.cpu:,.0f} records a second of CPU")
    with tempfile.TemporaryDirectory() as folder:
        building = run([sys.executable, "-m", "macros", "build", "--site-dir", str(Path(folder) / "site")], root)
        made = sum(1 for _ in (Path(folder) / "site").rglob("*.html"))
    echo(f"build        {building}   {made / building.wall:,.0f} pages a second")

    watch = stages(root)
    whole = building.cpu
    echo("\nShare of the build's CPU, stage by stage (measured apart, in one process):")
    for name, seconds in watch.stages.items():
        echo(f"  {name:34} {seconds:6.2f} s  {seconds / whole:6.1%}")
    rest = whole - sum(watch.stages.values())
    echo(f"  {'the engine and starting up':34} {rest:6.2f} s  {rest / whole:6.1%}")


def stages(root: Path) -> Stopwatch:
    """Measure each stage from files to pages and data, in this process."""
    watch = Stopwatch()
    with watch.stage("read, parse, validate and link"):
        base, _ = load(root)
    with watch.stage("rules"):
        check_rules(base)
        read_tables(base)
    with watch.stage("derive and format references"):
        site = make(root)
    # Making the site loads and checks again; what that took is known by now.
    watch.stages["derive and format references"] -= (
        watch.stages["read, parse, validate and link"] + watch.stages["rules"]
    )
    with watch.stage("render records' pages"):
        _render(site)
    imprint = Imprint("Benchmark", "https://site.example/")
    with watch.stage("feeds"):
        feed_files(site, imprint)
    with watch.stage("pages for other sites to frame"):
        embed_files(site, imprint)
    with watch.stage("write the data"), tempfile.TemporaryDirectory() as folder:
        export(site, imprint, Path(folder))
    with watch.stage("briefs (kept between builds)"):
        _print(site)
    with watch.stage("files of evidence packs"):
        pack_files(site, {})
    return watch


def _print(site: Site) -> int:
    return len(Press(site, Imprint("Benchmark")).briefs())


def _render(site: Site) -> int:
    PageContext(site, "")
    return sum(len(page.body) for page in pages(site))


def run(command: list[str], folder: Path, well: Collection[int] = (0,)) -> Cost:
    """Run a command and return what it cost; raise RuntimeError with its output when it fails.

    `well` are the statuses that are no failure.
    """
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - a command of this program's own
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONHASHSEED": "0"}
    )
    assert process.stdout is not None
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in well:
        raise RuntimeError(output.decode(errors="replace"))
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
