"""Building and previewing the site with MkDocs, and writing its data without it.

A build goes to a new folder beside the site and takes the site's place only when nothing
went wrong, so a failed build leaves the site that was there as it was.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from macros.citation import DEFAULT_STYLE
from macros.imprint import Imprint, imprint

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

CONFIG = "mkdocs.yml"

OK, FAILED, WRONG_USAGE = 0, 1, 2

_LOGGER = "mkdocs"
_SITE_SIGNS = ("index.html", "404.html")


_NO_ADDRESS = (
    f"Nobody has said where the site will be (site_url in {CONFIG}, which SITE_URL sets): it has no canonical links, "
    "no sitemap, no feeds and nothing for other sites to embed."
)


class _Count(logging.Handler):
    """Counts what was logged at a level that fails a build.

    What `check` only warns of does not fail a build either: a record's day of review passes by itself.
    """

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += not getattr(record, "only_advice", False)


def build(
    root: Path,
    site_dir: Path,
    strict: bool = True,
    stream: IO[str] | None = None,
    echo: Callable[[str], object] | None = None,
) -> int:
    """Build the project at `root` into `site_dir`; return an exit status.

    Warnings and errors are written to `stream` (standard error). When `strict`, warnings
    fail the build too. `echo` is told what had to be left out of a good build.
    """
    root, site_dir = root.resolve(), Path(os.path.abspath(site_dir))  # noqa: PTH100 - a link is not followed
    stream = stream or sys.stderr
    complaint = _refusal(root, site_dir)
    if complaint:
        print(complaint, file=stream)
        return WRONG_USAGE
    site_dir.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{site_dir.name}.new-", dir=site_dir.parent))
    try:
        new.chmod(0o777 & ~_umask())
        config = _run(root, new, stream, logging.WARNING if strict else logging.ERROR)
        if config is None:
            kept = "the site that was there is as it was" if site_dir.exists() else "no site was written"
            print(f"The build failed; {kept}.", file=stream)
            return FAILED
        _swap(new, site_dir)
        if echo and not config.site_url:
            echo(_NO_ADDRESS)
        return OK
    finally:
        shutil.rmtree(new, ignore_errors=True)


def export(root: Path, folder: Path, stream: IO[str] | None = None) -> int:
    """Write the data of the project at `root` below `folder`, as a build would; return an exit status.

    A folder of an earlier export is replaced; one that holds something else is left alone.
    """
    root, stream = root.resolve(), stream or sys.stderr
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "true")
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    from macros.data_address import FOLDER, INDEX
    from macros.data_export import export as write
    from macros.site import load

    target = folder / FOLDER
    if target.is_dir() and any(target.iterdir()) and not (folder / INDEX).is_file():
        print(f"{target} holds something that is not an export: empty it, or choose another place.", file=stream)
        return WRONG_USAGE
    try:
        with _logging_to(stream, logging.WARNING):
            config = load_config(str(root / CONFIG))
    except MkDocsException as error:
        print(error, file=stream)
        return FAILED
    site = load(root, config.extra.get("citation_style", DEFAULT_STYLE))
    shutil.rmtree(target, ignore_errors=True)
    count = write(site, imprint(config), folder)
    print(f"{count} files written to {target}", file=stream)
    return OK


def settings(root: Path) -> tuple[Imprint, str]:
    """Return what the settings of the project at `root` say of the site as a whole, and its citation style."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "true")
    from mkdocs.config import load_config

    config = load_config(str(root.resolve() / CONFIG))
    return imprint(config), config.extra.get("citation_style", DEFAULT_STYLE)


def serve(root: Path, address: str = "127.0.0.1:8000") -> int:
    """Preview the project at `root` with live reload until interrupted; return an exit status."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "true")
    from mkdocs.commands.serve import serve as mkdocs_serve
    from mkdocs.exceptions import MkDocsException

    with _logging_to(sys.stderr, logging.INFO):
        try:
            mkdocs_serve(config_file=str(root.resolve() / CONFIG), dev_addr=address, strict=False)
        except (MkDocsException, OSError) as error:
            print(f"The preview at {address} could not start: {error}", file=sys.stderr)
            return FAILED
    return OK


def _run(root: Path, target: Path, stream: IO[str], threshold: int) -> MkDocsConfig | None:
    """Run MkDocs; return the settings that it used, or None if it met a problem of at least `threshold`."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "true")
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, MkDocsException

    counter, config = _Count(threshold), None
    with _logging_to(stream, logging.WARNING, counter):
        try:
            # MkDocs' own strictness is off because the counter replaces it: MkDocs stops
            # counting when its log level is raised, and so can be made to miss a warning.
            config = load_config(str(root / CONFIG), site_dir=str(target), strict=False)
            config.plugins.on_startup(command="build", dirty=False)
            try:
                mkdocs_build(config)
            finally:
                config.plugins.on_shutdown()
        except (Abort, SystemExit):  # said already; the macros plugin leaves by `exit`
            counter.count += 1
        except MkDocsException as error:
            print(error, file=stream)
            counter.count += 1
    return None if counter.count else config


@contextmanager
def _logging_to(stream: IO[str], level: int, *others: logging.Handler) -> Iterator[None]:
    """Send MkDocs' log to `stream` and nowhere else."""
    logger = logging.getLogger(_LOGGER)
    before = (logger.level, logger.propagate)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handlers = (handler, *others)
    logger.setLevel(level)
    logger.propagate = False
    for each in handlers:
        logger.addHandler(each)
    try:
        yield
    finally:
        for each in handlers:
            logger.removeHandler(each)
        logger.level, logger.propagate = before


def _refusal(root: Path, site_dir: Path) -> str:
    """Return why `site_dir` must not be replaced by a site; empty when it may."""
    if site_dir == root or site_dir in root.parents:
        return f"{site_dir} holds the project itself: choose a folder of its own for the site."
    if site_dir.is_symlink() or (site_dir.exists() and not site_dir.is_dir()):
        return f"{site_dir} is not a folder: choose another place for the site."
    if site_dir.exists() and any(site_dir.iterdir()) and not all((site_dir / sign).is_file() for sign in _SITE_SIGNS):
        return f"{site_dir} holds something that is not a built site: empty it, or choose another place."
    return ""


def _swap(new: Path, site_dir: Path) -> None:
    """Put `new` in the place of `site_dir`; put the old site back if that fails."""
    if not site_dir.exists():
        new.rename(site_dir)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{site_dir.name}.old-", dir=site_dir.parent))
    site_dir.rename(old)  # an empty folder may be replaced
    try:
        new.rename(site_dir)
    except OSError:
        old.rename(site_dir)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
