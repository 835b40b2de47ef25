"""The map of the world: the countries that records name, drawn for wide columns and for phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from macros.atlas import Atlas, Box, Label, atlas, place
from macros.countries import Named

_MARGIN = 70
_LETTER = 6.6
_HEIGHT = 17


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing: what part of the atlas it shows, how large, and with which labels."""

    form: str
    crop: Box
    width: float
    height: float
    labels: tuple[tuple[Named, Label], ...]


@dataclass(frozen=True, slots=True)
class WorldMap:
    """The map with everything that a template needs to draw it."""

    frame: Box
    land: str
    """Path data of all countries that no record names."""
    shown: tuple[tuple[Named, str], ...]
    """Path data of those that records name."""
    drawings: tuple[Drawing, ...]
    missing: tuple[Named, ...]
    """Countries without an outline, because they are too small for this map or have no code."""


def world_map(named: Sequence[Named]) -> WorldMap:
    """Draw the countries that records name."""
    world = atlas()
    codes = {one.country.notation: one for one in named if one.country.notation in world.paths}
    missing = tuple(one for one in named if one.country.notation not in world.paths)
    land = "".join(path for code, path in world.paths.items() if code not in codes) + world.others
    return WorldMap(
        frame=world.frame,
        land=land,
        shown=tuple((one, world.paths[code]) for code, one in codes.items() if code),
        drawings=(
            _drawing("wide", world, list(codes.values()), world.frame, 720),
            _drawing("narrow", world, list(codes.values()), _around(world, list(codes.values())), 290),
        ),
        missing=missing,
    )


def _drawing(form: str, world: Atlas, named: Sequence[Named], crop: Box, width: float) -> Drawing:
    scale = width / crop.width
    height = round(crop.height * scale)
    wanted = []
    for one in named:
        x, y = world.centres[one.country.notation or ""]
        name = one.country.label if form == "wide" else one.country.notation or ""
        text = name if one.in_passing else f"{name} {one.accounts}"
        wanted.append((one.country.id, text, ((x - crop.left) * scale, (y - crop.top) * scale)))
    by_id = {one.country.id: one for one in named}
    labels = place(wanted, Box(0, 0, width, height), letter=_LETTER, height=_HEIGHT)
    return Drawing(form, crop, width, height, tuple((by_id[label.key], label) for label in labels))


def _around(world: Atlas, named: Sequence[Named]) -> Box:
    """Return the part of the world that holds the named countries, with a margin."""
    points = [world.centres[one.country.notation or ""] for one in named]
    if not points:
        return world.frame
    left = max(min(x for x, _ in points) - _MARGIN, 0)
    top = max(min(y for _, y in points) - _MARGIN, 0)
    right = min(max(x for x, _ in points) + _MARGIN, world.frame.width)
    bottom = min(max(y for _, y in points) + _MARGIN, world.frame.height)
    return Box(round(left), round(top), round(right - left), round(bottom - top))
