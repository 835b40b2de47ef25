"""Addresses: where each record's page lies, and how one page points at another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from macros.base import EvidenceBase
from macros.kinds import FOLDER_OF

GLOSSARY = "glossary/"
REFERENCES = "references/"


def addresses(base: EvidenceBase) -> Mapping[str, str]:
    """Return the address of every `kind:id`, relative to the site's root and ending in a slash or an anchor."""
    found = {
        f"{kind}:{id_}": f"{FOLDER_OF[kind]}/{id_}/"
        for kind, records in base.records.items()
        if kind != "claim-sheet"
        for id_ in records
    }
    found |= {f"claim:{uid}": f"claims/{uid}/" for uid in base.claims}
    found |= {f"theme:{id_}": f"themes/{id_}/" for id_ in base.concepts.get("themes", {})}
    found |= {f"term:{id_}": f"{GLOSSARY}#{id_}" for id_ in base.concepts.get("glossary", {})}
    found |= {f"reference:{key}": f"{REFERENCES}#ref-{key}" for key in base.bibliography.references}
    return found


ADDRESS = "address"
"""What stands, in the register of what was published, before an address that belongs to no record."""


def other_addresses(root: Path, base: EvidenceBase) -> Iterator[str]:
    """Yield the addresses that belong to no record: of the pages that somebody wrote, and of themes."""
    docs = root / "docs"
    for file in docs.rglob("*.md"):
        page = file.relative_to(docs).with_suffix("")
        address = page.parent if page.name == "index" else page
        yield "" if address == Path() else f"{address.as_posix()}/"
    for id_ in base.concepts.get("themes", {}):
        yield f"themes/{id_}/"


def embed_address(address: str) -> str:
    """Return where the page is that other sites frame to show what is shown at `address`."""
    return f"embed/{address}"


def relative(target: str, page: str) -> str:
    """Return how the page at address `page` points at `target`; both are relative to the site's root."""
    path, mark, anchor = target.partition("#")
    if path == page:
        return f"#{anchor}" if mark else "./"
    here, there = page.split("/")[:-1], path.split("/")[:-1]
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    climb = "../" * (len(here) - common)
    down = "/".join(there[common:])
    leaf = path.rsplit("/", 1)[-1]
    way = climb + (f"{down}/" if down else "") + leaf
    return f"{way or './'}{mark}{anchor}"
