"""Where labels go on a small map, so that nothing lies over anything else. Millimetres."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]

REACHES = (
    2.2,
    3.2,
    4.5,
    6.5,
    9.0,
    12.0,
    16.0,
    21.0,
    27.0,
    34.0,
    44.0,
    60.0,
)  # from mark to label
TURNS = 24  # directions tried at each reach
CROSSING = 2.5  # what hiding a piece of a route costs, in millimetres of reach
CLEAR = 0.5  # kept free around a label


class Box(NamedTuple):
    """A rectangle on the map, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def around(self, margin: float) -> "Box":
        """The same box with a margin."""
        return Box(
            self.left - margin, self.top - margin, self.right + margin, self.bottom + margin
        )

    def meets(self, other: "Box") -> bool:
        """Whether the boxes share a point inside."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def crossed_by(self, start: Point, end: Point) -> bool:
        """Whether a straight line from ``start`` to ``end`` enters the box (Liang, Barsky)."""
        enter, leave = 0.0, 1.0
        for delta, low, high in (
            (end[0] - start[0], self.left - start[0], self.right - start[0]),
            (end[1] - start[1], self.top - start[1], self.bottom - start[1]),
        ):
            if delta == 0:
                if low >= 0 or high <= 0:
                    return False
                continue
            first, last = sorted((low / delta, high / delta))
            enter, leave = max(enter, first), min(leave, last)
        return enter < leave


@dataclass
class Canvas:
    """What is on the map already: marks and labels to keep clear, the rest if possible."""

    frame: Box
    faint: list[Box] = field(default_factory=list)
    taken: list[Box] = field(default_factory=list)
    lines: list[tuple[Point, Point]] = field(default_factory=list)
    leaders: list[tuple[Point, Point]] = field(default_factory=list)

    def free(self, box: Box) -> bool:
        """Whether the box lies in the frame and on nothing."""
        inside = (
            box.left >= self.frame.left
            and box.top >= self.frame.top
            and box.right <= self.frame.right
            and box.bottom <= self.frame.bottom
        )
        return inside and not any(box.meets(other) for other in self.taken)

    def place(self, mark: Point, own: Box, width: float, height: float) -> Box | None:
        """A free box for a label of this size near its mark, and take it; None if none is.

        The leader from mark to label goes round other marks, labels and leaders where it can.
        """
        box = self._nearest(mark, own, width, height, leader_free=True)
        if box is None:
            box = self._nearest(mark, own, width, height, leader_free=False)
        if box is not None:
            self.taken.append(box)
            self.leaders.append((mark, leader_end(mark, box)))
        return box

    def _nearest(
        self, mark: Point, own: Box, width: float, height: float, *, leader_free: bool
    ) -> Box | None:
        """The free box that lies nearest and hides least."""
        best, least = None, math.inf
        others = [box for box in self.taken if box != own]
        for reach in REACHES:
            if reach >= least:
                break
            for turn in range(TURNS):
                angle = 2 * math.pi * turn / TURNS
                x = mark[0] + math.cos(angle) * (reach + width / 2)
                y = mark[1] - math.sin(angle) * (reach + height / 2)
                box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
                wide = box.around(CLEAR)
                if not self.free(wide) or any(wide.crossed_by(*line) for line in self.leaders):
                    continue
                leader = (mark, leader_end(mark, box))
                if leader_free and (
                    any(other.crossed_by(*leader) for other in others)
                    or any(_cross(leader, line) for line in self.leaders)
                ):
                    continue
                hidden = sum(box.crossed_by(*line) for line in self.lines)
                hidden += 3 * sum(box.meets(other) for other in self.faint)
                if reach + CROSSING * hidden < least:
                    best, least = box, reach + CROSSING * hidden
        return best


def leader_end(mark: Point, box: Box) -> Point:
    """The point of a label's box nearest to its mark."""
    return min(max(mark[0], box.left), box.right), min(max(mark[1], box.top), box.bottom)


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two line pieces cross inside both."""

    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = one, other
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def legs(points: Sequence[Point]) -> list[tuple[Point, Point, bool]]:
    """Each journey between two different points once, and whether it is made one way only."""
    made = [(a, b) for a, b in pairwise(points) if a != b]
    unique: dict[frozenset[Point], tuple[Point, Point]] = {}
    for a, b in made:
        unique.setdefault(frozenset((a, b)), (a, b))
    return [(a, b, (b, a) not in made) for a, b in unique.values()]


def together(places: Sequence[Point], apart: float) -> list[int]:
    """Group of each place: places nearer than ``apart``, directly or in a chain, share one."""
    group = list(range(len(places)))
    for i, (x, y) in enumerate(places):
        for j, (u, v) in enumerate(places[:i]):
            if math.hypot(x - u, y - v) < apart and group[i] != group[j]:
                old, new = max(group[i], group[j]), min(group[i], group[j])
                group = [new if g == old else g for g in group]
    return group


def runs(numbers: Sequence[int]) -> list[str]:
    """Numbers in order, three or more in a row as "4–7"."""
    said: list[str] = []
    k = 0
    while k < len(numbers):
        end = k
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        if end - k >= 2:
            said.append(f"{numbers[k]}\N{EN DASH}{numbers[end]}")
            k = end + 1
        else:
            said.append(str(numbers[k]))
            k += 1
    return said


def kept_inside(place: Point, frame: Box) -> Point:
    """The place itself, or where the way to it from the middle of the map leaves the map."""
    middle = (frame.right / 2, frame.bottom / 2)
    across, down = place[0] - middle[0], place[1] - middle[1]
    edge = 4.0  # kept free for the mark of the base
    shrink = max(
        abs(across) / (middle[0] - edge),
        abs(down) / (middle[1] - edge),
        1.0,
    )
    return round(middle[0] + across / shrink, 2), round(middle[1] + down / shrink, 2)
