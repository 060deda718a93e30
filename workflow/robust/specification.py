"""The choices of a topological analysis, on sub-grids of one stored grid, and the rule for when counts are resolved.

A *specification* is one choice of extent, stride, representation and threshold. This module neither reads nor writes
files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from landsweep.kernels.geometry.connectivity import CONNECTIVITIES
from landsweep.kernels.topology.metrics import Threshold

Shape = tuple[int, ...]
"""A shape gives the number of points along each axis."""
MIN_POINTS = 5
"""A sub-grid has at least this many points along each axis of length above 1: fewer hold three interior points or
less."""
EXTENTS = (1.0, 0.75, 0.5)
"""Centred crops keep these shares of the range, the whole range first."""
RELATIVE_THRESHOLDS = (0.001, 0.01, 0.05)
"""These persistence thresholds are shares of the range of the sub-grid's finite values."""
REPRESENTATIONS: tuple[str, ...] = (*CONNECTIVITIES, "knn")
"""These representations are compared; on a grid the two triangulations are ``freudenthal`` and ``face`` again."""
MANY_AXES = 4
"""With this many axes or more, of :data:`REPRESENTATIONS` only ``face`` is compared, because diagonal neighbours
multiply."""
TOLERANCE = 0.1
"""A count is resolved where its change over the last halving of the grid step is below this share of it."""


ALL = Threshold(0.0)
"""This threshold drops no pair of persistence above 0."""


@dataclass(frozen=True)
class Specification:
    """One way to analyse a stored grid.

    Parameters
    ----------
    extent
        The share of the range that the centred crop keeps at least, 0 to 1.
    stride
        The step along every axis, in points of the crop, between the points that are taken: 1, 2, 4, ...
    representation
        The representation, which says which vertices are neighbours.
    threshold
        The threshold below which pairs are dropped.
    """

    extent: float
    stride: int
    representation: str
    threshold: Threshold

    def slices(self, shape: Shape) -> tuple[slice, ...]:
        """Return the sub-grid as one slice per axis of a grid of ``shape``: the crop, then its strides."""
        found = []
        for n in shape:
            crop = cropped(n, self.extent)
            inner = strided(crop.stop - crop.start, self.stride)
            found.append(slice(crop.start + inner.start, crop.start + inner.stop, inner.step))
        return tuple(found)

    def periodic(self, shape: Shape, axes: Sequence[int]) -> Shape:
        """Return those of a grid's periodic axes that still are: a crop is cut off from its other end."""
        return tuple(axis for axis in axes if _count(cropped(shape[axis], self.extent)) == shape[axis])

    def shape(self, shape: Shape) -> Shape:
        """Return the points of the sub-grid along each axis."""
        return tuple(_count(s) for s in self.slices(shape))


def cropped(n: int, extent: float) -> slice:
    """Return the shortest centred crop of ``n`` points that keeps at least ``extent`` of their range.

    The same number of points is dropped at either end, so the centre point stays if ``n`` is odd.

    Examples
    --------
    >>> cropped(41, 0.75), cropped(11, 0.75)
    (slice(5, 36, None), slice(1, 10, None))
    """
    off = int((n - 1) * (1 - extent) / 2 + 1e-9)  # 1e-9: a share such as 0.9 is not exact in binary
    return slice(off, n - off)


def strided(n: int, stride: int) -> slice:
    """Return every ``stride``-th (a power of 2) of ``n`` points, a subset of the points at half the stride.

    Each doubling of the stride keeps every second point. Of an odd number of points it keeps both ends, so both stay
    whenever (n - 1) % stride == 0. Of an even number it drops one end: the one whose loss leaves the points closer to
    the centre.

    Examples
    --------
    >>> strided(41, 4), strided(40, 4)
    (slice(0, 41, 4), slice(2, 39, 4))
    """
    start, count, step = 0, n, 1
    while step < stride:
        step, even, count = 2 * step, count % 2 == 0, (count + 1) // 2
        if even and abs(2 * start + step + step * (count - 1) - n + 1) < abs(2 * start + step * (count - 1) - n + 1):
            start += step // 2
    return slice(start, start + (count - 1) * step + 1, step)


def _count(points: slice) -> int:
    return len(range(points.start, points.stop, points.step or 1))


def _enough(shape: Sequence[int], whole: Shape) -> bool:
    return all(n >= MIN_POINTS for n, full in zip(shape, whole, strict=True) if full > 1)


def strides(shape: Shape) -> tuple[int, ...]:
    """Return 1, 2, 4, ... as long as every axis of length above 1 keeps :data:`MIN_POINTS` points."""
    found = [1]
    while max(shape) > 1 and _enough([_count(strided(n, 2 * found[-1])) for n in shape], shape):
        found.append(2 * found[-1])
    return tuple(found)


def crops(shape: Shape) -> tuple[float, ...]:
    """Return those of :data:`EXTENTS` that leave enough points and differ from one another on this grid.

    The whole range is always among them.
    """
    found: dict[tuple[int, ...], float] = {}
    for extent in EXTENTS:
        left = tuple(_count(cropped(n, extent)) for n in shape)
        if not found or _enough(left, shape):
            found.setdefault(left, extent)
    return tuple(found.values())


def representations(shape: Shape, own: Sequence[str], periodic: bool = False) -> tuple[str, ...]:
    """Return the representations to compare on a grid, the study's ``own`` first.

    On a grid with one axis all grid connectivities are the same graph, so only the study's own are compared. ``knn``
    knows no periodic axes.
    """
    long = sum(n > 1 for n in shape)
    more = () if long < 2 else REPRESENTATIONS if len(shape) < MANY_AXES else ("face",)
    return tuple(dict.fromkeys((*own, *(name for name in more if name != "knn" or not periodic))))


def thresholds(own: Threshold) -> tuple[Threshold, ...]:
    """Return the thresholds to compare: the study's own, 0, and :data:`RELATIVE_THRESHOLDS`."""
    shares = (Threshold(share, relative=True) for share in RELATIVE_THRESHOLDS)
    return tuple(dict.fromkeys((own, ALL, *shares)))


def specifications(
    shape: Shape, own: Sequence[str], least: Threshold = ALL, periodic: bool = False
) -> list[Specification]:
    """Return every combination of extent, stride, representation and threshold; the study's own comes first.

    Parameters
    ----------
    shape
        The number of points of the stored grid along each axis.
    own
        The study's representations, at least one.
    least
        The study's threshold.
    periodic
        Whether the grid has periodic axes.
    """
    found = []
    for extent in crops(shape):
        for stride in strides(tuple(_count(cropped(n, extent)) for n in shape)):
            for representation in representations(shape, own, periodic):
                for threshold in thresholds(least):
                    found.append(Specification(extent, stride, representation, threshold))
    return found


@dataclass(frozen=True)
class Verdict:
    """The verdict on whether a member's counts are resolved in one representation, and the reason."""

    verdict: Literal["resolved", "under-resolved", "too small to tell"]
    reason: str


def verdict(shapes: Sequence[Shape], n_minima: Sequence[float], n_saddles: Sequence[float]) -> Verdict:
    """Judge counts at nested resolutions of one grid by their change over the last halving of its step.

    Counts are resolved if, for minima and for saddles, |fine - coarse| < :data:`TOLERANCE` fine, or nothing changes;
    so a count of 10 or less must not change at all. Counts need not converge, so coarser steps say nothing about finer
    ones.

    Parameters
    ----------
    shapes
        The number of points along each axis, for each resolution, finest first.
    n_minima, n_saddles
        The counts at each resolution, NaN where there was no finite value.
    """
    if len(shapes) < 2:
        return Verdict(
            "too small to tell",
            f"{by(shapes[0])} points have no halving that leaves {MIN_POINTS} along every axis",
        )
    moved = []
    for name, counts in (("minima", n_minima), ("saddles", n_saddles)):
        fine, coarse = counts[0], counts[1]
        if fine != fine or coarse != coarse:
            return Verdict("too small to tell", f"no finite value on {by(shapes[1])} points")
        if fine != coarse and not abs(fine - coarse) < TOLERANCE * fine:
            moved.append(f"{name} {coarse:g} -> {fine:g}")
    step = f"from {by(shapes[1])} to {by(shapes[0])} points"
    if moved:
        return Verdict("under-resolved", f"{', '.join(moved)} {step}")
    return Verdict("resolved", f"counts change by less than {TOLERANCE:.0%} {step}")


def by(shape: Shape) -> str:
    """Return ``41 x 41``."""
    return " x ".join(map(str, shape))
