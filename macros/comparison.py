"""Comparisons: what a record says field by field, to be set beside other records."""

from __future__ import annotations

from macros.site import Site

COMPARISONS = "data/compare/"


def comparison_files(site: Site) -> dict[str, str]:
    """Return the file of each record and claim, by its address below the site's root."""
    return {}
