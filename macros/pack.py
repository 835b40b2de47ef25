"""Evidence packs: what a reader collects while reading, to take away as one document.

Each record and claim gets a small file with its brief; `docs/assets/js/pack-page.js` puts those that a
reader has collected together, and numbers their references anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from macros.backlinks import subjects
from macros.brief import FILE, as_data, brief, cited, reference
from macros.site import Site
from macros.typeset import PACK_POINTS, Printed

ADDRESS = "use-it/pack/"
"""Where a topic whose readers can collect records has the page for it."""

BRIEFS = "use-it/briefs/"
"""Where the briefs are listed."""

FOLDER = "data/pack/"


def pack_files(site: Site, printed: Mapping[str, Printed]) -> dict[str, str]:
    """Return the file of each record and claim, by its address below the site's root."""
    style = site.references
    references = {key: list(reference(site, key)) for key in style}
    files = {}
    for name, _ in subjects(site.base):
        if name not in site.addresses:
            continue
        made = brief(site, name)
        keys = cited(made)
        data: dict[str, Any] = as_data(made, PACK_POINTS)
        data["references"] = {key: references[key] for key in keys}
        if not style.style.numeric:
            data["marks"] = {key: style[key].intext.strip("()[]") for key in keys}
        if name in printed:
            size = printed[name]
            data["brief"] = {"at": made.address + FILE, "pages": size.pages, "kilobytes": size.kilobytes}
        files[f"{FOLDER}{name.replace(':', '/', 1)}.json"] = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return files
