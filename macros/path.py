"""Paths: how far innovations got, and what is said of where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from macros.base import EvidenceBase
from macros.countries import SCHEME
from macros.fields import NOT_STATED
from macros.kinds.innovation import Innovation, Origin
from macros.kinds.vocabulary import Concept

_LADDER = frozenset({"observed", "shared", "piloted", "adopted", "spread", "routine"})
_STEPS = (("Conceived", "conceived"), ("Developed", "developed"), ("First used", "first_used"), ("Adopted", "adopted"))


def stages(base: EvidenceBase, innovations: Iterable[Innovation]) -> list[Concept]:
    """Return the stages that are shown for all: the way to adoption, and others that somebody says something of."""
    used = {
        step.stage
        for record in innovations
        for step in record.path
        if base.role("stage-states", step.state) != "silent"
    }
    return [concept for concept in base.concepts["stages"].values() if concept.role in _LADDER or concept.id in used]


def origins(record: Innovation) -> list[tuple[str, Origin]]:
    """Return what is said of where an innovation was conceived, developed and first used, and where adopted."""
    found = [(name, getattr(record, field)) for name, field in _STEPS]
    return [(name, origin) for name, origin in found if origin.place.lower() != NOT_STATED]


def split_places(base: EvidenceBase, text: str) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is the name of a country."""
    names = [name for concept in base.concepts.get(SCHEME, {}).values() for name in (concept.label, *concept.alt)]
    if not names:
        return [(text, False)]
    pattern = re.compile(rf"\b({'|'.join(re.escape(name) for name in sorted(names, key=len, reverse=True))})\b")
    return [(piece, bool(index % 2)) for index, piece in enumerate(pattern.split(text)) if piece]
