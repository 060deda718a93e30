"""Paths between minima, relaxed to paths of least height: strings (E, Ren and Vanden-Eijnden 2007, J. Chem. Phys. 126).

The images of a path move across it, down by Newton's step on the Hessian across the path, and are then spread evenly.
A path that is relaxed goes through saddles: where it is highest, a search for a saddle begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.critical.surface import Grid

SPACING = 0.4
"""Images are about this far apart, in steps of the grid."""
IMAGES = 64
"""A path has at most this many images."""
STEPS = 15
"""A path is relaxed by at most this many steps."""
LONGEST = 0.25
"""An image moves at most this far in a step, in steps of the grid."""
STILL = 0.01
"""A path is relaxed where no image moves further than this, in steps of the grid."""
APART = 1e-4
"""Gradients from whose differences the Hessian across a path follows are so far apart, in steps of the grid."""
ZOOM = SPACING / 6
"""Where the peak of a path led to no saddle, images are so far apart around it, in steps of the grid."""
FINE = 4
"""Between two images the function is evaluated at so many points less one."""


@dataclass
class Path:
    """A path ``(n, d)`` with the function along it, finely sampled."""

    x: np.ndarray
    value: np.ndarray

    @property
    def top(self) -> int:
        """The index of its highest point."""
        return int(self.value.argmax())

    @property
    def peaks(self) -> np.ndarray:
        """The indices of points higher than the points before and not lower than those after, without the ends."""
        inner = self.value[1:-1]
        return 1 + np.flatnonzero((inner > self.value[:-2]) & (inner >= self.value[2:]))

    @property
    def valleys(self) -> np.ndarray:
        """The indices of points lower than those before and not higher than those after, without the ends."""
        inner = self.value[1:-1]
        return 1 + np.flatnonzero((inner < self.value[:-2]) & (inner <= self.value[2:]))

    def around(self, reach: float) -> slice:
        """Return where the path is close to its highest point, no further than ``reach`` along it."""
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.x, axis=0), axis=1))])
        first, last = np.searchsorted(along, along[self.top] + np.array([-reach, reach]))
        return slice(max(0, min(int(first), self.top - 1)), min(max(int(last), self.top + 2), len(self.x)))

    def replaced(self, where: slice, part: Path) -> Path:
        """Return the path with another one in place of a part of it."""
        x = np.concatenate([self.x[: where.start], part.x, self.x[where.stop :]])
        return Path(x, np.concatenate([self.value[: where.start], part.value, self.value[where.stop :]]))


def sampled(grid: Grid, ways: Sequence[np.ndarray], spacing: float) -> list[Path]:
    """Return polylines ``(n, d)`` as paths, with the function at points evenly spread along them."""
    fine = [_spread(way, spacing) for way in ways]
    values = np.split(grid.value(np.concatenate(fine)), np.cumsum([len(x) for x in fine])[:-1]) if fine else []
    return [Path(x, value) for x, value in zip(fine, values, strict=True)]


def along(grid: Grid, ways: Sequence[np.ndarray]) -> list[Path]:
    """Return ways over the grid as paths, without the parts in which they come back to a point."""
    return sampled(grid, [_without_loops(way, 1.4) for way in ways], SPACING)


def relax(grid: Grid, ways: Sequence[np.ndarray], stop: Callable[[], None], spacing: float = SPACING) -> list[Path]:
    """Return the relaxed paths that begin as the ways ``(n, d)`` in steps of the grid; the ends of each stay."""
    strings = [_spread(_without_loops(way, 0.75 * spacing), spacing) for way in ways]
    going = set(range(len(strings)))
    for _ in range(STEPS):
        going = {k for k in going if len(strings[k]) > 2}
        if not going:
            break
        stop()
        order = sorted(going)
        gradient, hessian = _sloped(grid, [strings[k] for k in order])
        first = 0
        for k in order:
            part = slice(first, first + len(strings[k]) - 2)
            first = part.stop
            new = strings[k].copy()
            new[1:-1] = np.clip(new[1:-1] + _across(new, gradient[part], hessian[part], spacing), 0.0, grid.top)
            moved = new[1:-1] - strings[k][1:-1]  # what a face of the box holds back is no movement
            strings[k] = _spread(_without_loops(new, 0.75 * spacing), spacing)
            if np.linalg.norm(moved, axis=1).max() <= STILL * spacing / SPACING:
                going.discard(k)
    return sampled(grid, strings, spacing / FINE)


def highest(grid: Grid, path: Path) -> tuple[float, np.ndarray]:
    """Return the greatest value along a path and its point, by looking closer around the highest point four times."""
    k = path.top
    value, x = float(path.value[k]), path.x[k]
    part = path.x[max(0, k - 1) : k + 2]
    for _ in range(4):
        part = _spread(part, float(np.linalg.norm(np.diff(part, axis=0), axis=1).sum()) / 8)
        values = grid.value(part)
        k = int(np.nanargmax(values))
        if values[k] > value:
            value, x = float(values[k]), part[k]
        part = part[max(0, k - 1) : k + 2]
    return value, x


def level_floor(grid: Grid, path: Path, floor: float, stop: Callable[[], None]) -> bool:
    """Return whether a path can be moved onto a floor that is nowhere higher than ``floor``.

    The straight lines between images on a curved floor rise above it. So the images alone have to reach the floor, at
    two spacings, without going far.
    """
    for spacing in (SPACING, SPACING / 2):
        images = _spread(path.x, spacing)
        for _ in range(5):
            stop()
            moved = _across(images, *_sloped(grid, [images]), spacing)
            images[1:-1] = np.clip(images[1:-1] + moved, 0.0, grid.top)
        apart = np.linalg.norm(np.diff(images, axis=0), axis=1)
        if not (grid.value(images) <= floor).all() or apart.max() > 2 * max(float(np.median(apart)), spacing):
            return False
    return True


def _without_loops(way: np.ndarray, apart: float) -> np.ndarray:
    """Return a polyline without the parts in which it comes back to a point, as up a valley and back."""
    kept, k = [0], 0
    while k < len(way) - 1:
        near = np.flatnonzero(np.linalg.norm(way[k + 1 :] - way[k], axis=1) < apart)
        k += 1 + (int(near[-1]) if len(near) else 0)
        kept.append(k)
    return way[kept]


def _spread(way: np.ndarray, spacing: float) -> np.ndarray:
    """Return points evenly spread along a polyline, with its ends."""
    lengths = np.linalg.norm(np.diff(way, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    most = IMAGES * (FINE if spacing < SPACING / 2 else 1)
    count = int(np.clip(np.ceil(along[-1] / spacing) + 1, 5, most))
    at = np.linspace(0.0, along[-1], count)
    found = np.stack([np.interp(at, along, column) for column in way.T], axis=1)
    found[[0, -1]] = way[[0, -1]]
    return found


def _sloped(grid: Grid, strings: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return at the inner images of strings the gradient ``(n, d)``, and the Hessian ``(n, d, d)`` across the strings.

    Differences of gradients are exact enough for steps across, and d gradients cost less than a Hessian.
    """
    x = np.concatenate([images[1:-1] for images in strings])
    n, d = x.shape
    basis = np.concatenate([_basis(images) for images in strings])
    faces = 1.0 * (x < APART) - 1.0 * (x > grid.top - APART)
    inwards = (basis * faces[:, :, None]).sum(axis=1)
    basis *= np.where(inwards < 0, -1.0, 1.0)[:, None, :]  # a path on a face is looked at from inside the box
    ends = x[:, None] + APART * basis.swapaxes(1, 2)
    _, gradient = grid.slope(np.concatenate([x[:, None], ends], axis=1).reshape(-1, d))
    gradient = gradient.reshape(n, d, d)
    change = (gradient[:, 1:] - gradient[:, :1]) / APART  # the Hessian times each vector of the basis
    inner = np.einsum("nki,nij->nkj", change, basis)
    inner = (inner + inner.swapaxes(1, 2)) / 2
    return gradient[:, 0], np.einsum("nik,nkl,njl->nij", basis, inner, basis)


def _basis(images: np.ndarray) -> np.ndarray:
    """Return orthonormal vectors across a string at its inner images, ``(n, d, d - 1)``."""
    n, d = images[1:-1].shape
    found, _ = np.linalg.qr(np.concatenate([_tangent(images)[:, :, None], np.tile(np.eye(d), (n, 1, 1))], axis=2))
    return found[:, :, 1:]


def _tangent(images: np.ndarray) -> np.ndarray:
    tangent = images[2:] - images[:-2]
    return tangent / np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-300)


def _across(images: np.ndarray, gradient: np.ndarray, hessian: np.ndarray, spacing: float) -> np.ndarray:
    """Return the steps of the inner images across the path."""
    longest = LONGEST * spacing / SPACING
    tangent = _tangent(images)
    across = np.eye(images.shape[1]) - tangent[:, :, None] * tangent[:, None, :]
    steps = np.zeros_like(tangent)
    for k in range(len(tangent)):
        if not (np.isfinite(gradient[k]).all() and np.isfinite(hessian[k]).all()):
            continue
        slope = across[k] @ gradient[k]
        curvature, vectors = np.linalg.eigh(across[k] @ hessian[k] @ across[k])
        size = np.abs(curvature) + np.linalg.norm(slope) / (10 * longest) + 1e-300
        step = -vectors @ ((vectors.T @ slope) / size)
        steps[k] = across[k] @ step * min(1.0, longest / max(float(np.linalg.norm(step)), 1e-300))
    return steps
