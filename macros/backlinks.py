"""Backlinks: what points at each record, derived from what the records themselves say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from macros.anatomy import Leaf, leaves
from macros.base import EvidenceBase
from macros.kinds.claim import Claim
from macros.kinds.common import Record
from macros.prose import pointers


@dataclass(frozen=True, slots=True)
class Use:
    """One record's pointing at another."""

    by: str
    """`kind:id` of the record that points."""
    field: str
    """Its field, such as `claims`; “text” when it does so in its free text."""
    relation: str = ""
    """Term of `relations`, where the field states one."""
    basis: str = ""
    """Term of `link-bases`, where the field states one."""
    reason: str = ""


def subjects(base: EvidenceBase) -> Iterator[tuple[str, Record | Claim]]:
    """Yield every record that has an address of its own, with its `kind:id`."""
    return ((name, record) for name, record, _ in base.walked)


def backlinks(base: EvidenceBase) -> Mapping[str, tuple[Use, ...]]:
    """Return for each `kind:id` who uses it; one entry for each user and field, in a stable order.

    References are under `reference:key`, terms of vocabularies under `term:scheme/id`.
    """
    found: dict[str, dict[Use, None]] = defaultdict(dict)
    for by, _, found_in in base.walked:
        for leaf in found_in:
            field = str(leaf.path[0])
            if leaf.part.kinds:
                found[leaf.target].setdefault(_use(by, field, leaf))
            elif leaf.part.scheme:
                found[f"term:{leaf.part.scheme}/{leaf.value}"].setdefault(_use(by, field, leaf))
            elif leaf.part.prose:
                for pointer in pointers(leaf.value):
                    target = f"claim:{pointer.claim}" if pointer.kind == "value" else f"{pointer.kind}:{pointer.target}"
                    found[target].setdefault(Use(by, "text"))
    for id_, vocabulary in base.vocabularies.items():
        for leaf in leaves(vocabulary):
            if leaf.part.kinds:
                found[leaf.target].setdefault(Use(f"vocabulary:{id_}", str(leaf.path[0])))
    return {target: tuple(uses) for target, uses in found.items()}


def _use(by: str, field: str, leaf: Leaf) -> Use:
    group = leaf.group
    if isinstance(group, Record | Claim):
        return Use(by, field)
    return Use(
        by,
        field,
        relation=str(getattr(group, "relation", "") or ""),
        basis=str(getattr(group, "basis", "") or ""),
        reason=str(getattr(group, "reason", "") or ""),
    )
