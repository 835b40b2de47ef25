"""The data's format: its version, and what changed from each version to the next.

Within a first number, files, fields and columns are added and never renamed, removed or given
another meaning; what would break a reader's program raises it and gets a folder of its own.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """One version of the format."""

    version: str
    date: datetime.date
    changes: tuple[str, ...]


RELEASES = (
    Release(
        "1.0.0",
        datetime.date(2026, 11, 22),
        (
            "Records and lists of them as JSON with schemas.",
            "Tables as CSV with a data package, and one SQLite file of all of them.",
            "JSON-LD of each record and of the whole.",
            "References as CSL-JSON, BibTeX and RIS.",
        ),
    ),
)
"""Newest first."""

VERSION = RELEASES[0].version
