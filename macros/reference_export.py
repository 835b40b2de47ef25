"""References on their way out: CSL-JSON, BibTeX and RIS of all, of each, and of what each record rests on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from macros import data_address as address
from macros.bibliography import bibtex
from macros.kinds.claim import Claim
from macros.rests import references
from macros.ris import ris
from macros.site import Site


def reference_files(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the address and the content of every file of references.

    A claim has no files of its own: it rests on its source's reference, which has.
    """
    keys = tuple(site.base.bibliography)
    rests = references(site)
    written = {key: {form: write(site, [key]) for form, write in FORMS.items()} for key in keys}
    for form, write in FORMS.items():
        yield address.references(form), write(site, keys)
        for key in keys:
            yield address.reference(key, form), written[key][form]
        for name, found in rests.items():
            if not name.startswith(f"{Claim.kind}:"):
                alone = written[found[0]][form] if len(found) == 1 else write(site, found)
                yield address.record_references(name, form), alone


def _bibtex(site: Site, keys: Sequence[str]) -> str:
    return bibtex(*(site.base.bibliography[key] for key in keys))


def _ris(site: Site, keys: Sequence[str]) -> str:
    return "\n".join(ris(csl(site, key)) for key in keys)


def _csl(site: Site, keys: Sequence[str]) -> str:
    return json.dumps([csl(site, key) for key in keys], ensure_ascii=False, indent=1) + "\n"


def csl(site: Site, key: str) -> dict[str, Any]:
    """Return a reference as an item of CSL-JSON.

    CSL has no way to say that there are more authors than are named; `custom` holds what it has no word for.
    """
    item = dict(site.references[key].csl_json)
    if site.base.bibliography[key].et_al:
        for role in ("author", "editor"):
            if role in item:
                item[role] = [name for name in item[role] if name != {"literal": "others"}]
        item["custom"] = {"more-names": True}
    return item


FORMS: Mapping[str, Callable[[Site, Sequence[str]], str]] = {"bib": _bibtex, "ris": _ris, "csl.json": _csl}
assert tuple(FORMS) == address.REFERENCE_FORMS
