"""The atlas: outlines of countries, projected, and where labels go on them.

The outlines are Natural Earth's (see macros/outlines/README.md). The projection is Equal Earth
(Šavrič, Patterson and Jenny, 2018), which keeps areas true.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise, product

Point = tuple[float, float]
Ring = list[Point]

SOUTHERNMOST = -57.0
"""Degrees of latitude; what lies beyond holds no country and would take much room."""
_WIDTH = 1440
_A = (1.340264, -0.081106, 0.000893, 0.003796)
_ROOT = math.sqrt(3) / 2
_HALF = 180


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a drawing."""

    left: float
    top: float
    width: float
    height: float

    def grown(self, by: float) -> Box:
        """Return the box with a margin."""
        return Box(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: Box) -> bool:
        """Whether two boxes share room."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )


@dataclass(frozen=True, slots=True)
class Atlas:
    """Every country's outline, as SVG path data, in one frame."""

    frame: Box
    paths: Mapping[str, str]
    """By ISO 3166-1 code of two letters."""
    others: str
    """What has no such code."""
    centres: Mapping[str, Point]
    """The middle of each country's largest part."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label beside the place it belongs to."""

    key: str
    text: str
    point: Point
    box: Box


def project(longitude: float, latitude: float) -> Point:
    """Return a place on a map one unit wide for each radian at the equator, y growing downwards."""
    a1, a2, a3, a4 = _A
    theta = math.asin(_ROOT * math.sin(math.radians(latitude)))
    t2 = theta * theta
    t6 = t2**3
    x = math.radians(longitude) * math.cos(theta) / (_ROOT * (a1 + 3 * a2 * t2 + t6 * (7 * a3 + 9 * a4 * t2)))
    return x, -theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2))


@cache
def atlas() -> Atlas:
    """Read and project the outlines; done once."""
    text = (resources.files("macros") / "outlines" / "countries-110m.json").read_text(encoding="utf-8")
    topology = json.loads(text)
    shapes = [
        (shape.get("id", ""), [ring for ring in _rings(topology, shape) if max(y for _, y in ring) > SOUTHERNMOST])
        for shape in topology["objects"]["countries"]["geometries"]
    ]
    projected = [(code, [[project(*point) for point in ring] for ring in rings]) for code, rings in shapes]
    points = [point for _, rings in projected for ring in rings for point in ring]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    scale = _WIDTH / (right - left)
    paths: dict[str, str] = {}
    centres: dict[str, Point] = {}
    others = []
    for code, rings in projected:
        placed = [[((x - left) * scale, (y - top) * scale) for x, y in ring] for ring in rings]
        drawn = "".join(_path(ring) for ring in placed)
        if code and placed:
            paths[code] = drawn
            centres[code] = _centre(max(placed, key=lambda ring: abs(_area(ring))))
        else:
            others.append(drawn)
    return Atlas(Box(0, 0, _WIDTH, math.ceil((bottom - top) * scale)), paths, "".join(others), centres)


def place(wanted: Sequence[tuple[str, str, Point]], frame: Box, *, letter: float, height: float) -> list[Label]:
    """Find room for a label beside each point, so that no label covers another label or point.

    `wanted` are key, text and point; `letter` is the width of a letter. Where there is no room a label
    goes as far away as it must, and a line leads to it.
    """
    dots = [Box(x, y, 0, 0).grown(5) for _, _, (x, y) in wanted]
    taken: list[Box] = []
    labels: list[Label] = []

    def crowd(item: tuple[str, str, Point]) -> float:
        return sorted(math.dist(item[2], other[2]) for other in wanted)[:3][-1]

    for key, text, point in sorted(wanted, key=lambda item: (crowd(item), item[0])):
        width = letter * len(text) + 6
        candidates = list(_around(point, width, height, frame))
        free = [box for box in candidates if not any(box.meets(other) for other in (*taken, *dots))]
        box = (free or candidates)[0]
        taken.append(box)
        labels.append(Label(key, text, point, box))
    return sorted(labels, key=lambda label: [key for key, _, _ in wanted].index(label.key))


def _around(point: Point, width: float, height: float, frame: Box) -> Iterator[Box]:
    """Yield places for a label around a point, the nearest first, right and left before above and below."""
    x, y = point
    angles = [0, 180, -35, 35, 145, -145, -65, 65, 115, -115, -90, 90]
    for distance, angle in product((9, 16, 26, 38, 52, 68, 86, 106, 130), angles):
        turn = math.radians(angle)
        middle_x = x + math.cos(turn) * (distance + width / 2)
        middle_y = y + math.sin(turn) * (distance + height / 2)
        box = Box(middle_x - width / 2, middle_y - height / 2, width, height)
        inside = (
            box.left >= frame.left
            and box.top >= frame.top
            and box.left + width <= frame.left + frame.width
            and box.top + height <= frame.top + frame.height
        )
        if inside:
            yield box
    yield Box(min(max(x, frame.left), frame.left + frame.width - width), min(max(y, frame.top), frame.top + frame.height - height), width, height)  # fmt: skip


def _rings(topology: Mapping[str, list[list[list[int]]]], shape: Mapping[str, object]) -> Iterator[Ring]:
    """Yield the outer rings of a shape, in degrees; holes are drawn over by the country that fills them."""
    arcs = shape["arcs"]
    polygons = [arcs] if shape["type"] == "Polygon" else arcs
    for polygon in polygons:  # type: ignore[attr-defined]
        ring: Ring = []
        for index in polygon[0]:
            points = _arc(topology, index if index >= 0 else ~index)
            ring += (points if index >= 0 else points[::-1])[bool(ring) :]
        yield _unbroken(ring)


def _unbroken(ring: Ring) -> Ring:
    """Return a ring that goes on over the 180th meridian, where it would jump to the map's other edge."""
    turns = 0
    points = ring[:1]
    for (before, _), (x, y) in pairwise(ring):
        turns += (before - x > _HALF) - (x - before > _HALF)
        points.append((x + turns * 2 * _HALF, y))
    middle = sum(x for x, _ in points) / len(points)
    shift = 2 * _HALF * ((middle < -_HALF) - (middle > _HALF))
    return [(x + shift, y) for x, y in points]


def _arc(topology: Mapping[str, object], index: int) -> Ring:
    (scale_x, scale_y), (left, bottom) = (topology["transform"][name] for name in ("scale", "translate"))  # type: ignore[index]
    x = y = 0
    points = []
    for dx, dy in topology["arcs"][index]:  # type: ignore[index]
        x, y = x + dx, y + dy
        points.append((x * scale_x + left, y * scale_y + bottom))
    return points


def _path(ring: Ring) -> str:
    """Return a ring as path data in whole units, without the points that fall together; empty for a speck."""
    if abs(_area(ring)) < 2:
        return ""
    points = [(round(x), round(y)) for x, y in ring]
    points = [points[0]] + [later for earlier, later in pairwise(points) if later != earlier]
    steps = (f"{bx - ax} {by - ay}".replace(" -", "-") for (ax, ay), (bx, by) in pairwise(points[:-1]))
    return f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z".replace(" -", "-")


def _area(ring: Ring) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise([*ring, ring[0]])) / 2


def _centre(ring: Ring) -> Point:
    area = _area(ring)
    pairs = list(pairwise([*ring, ring[0]]))
    x = sum((ax + bx) * (ax * by - bx * ay) for (ax, ay), (bx, by) in pairs) / (6 * area)
    y = sum((ay + by) * (ax * by - bx * ay) for (ax, ay), (bx, by) in pairs) / (6 * area)
    return x, y
