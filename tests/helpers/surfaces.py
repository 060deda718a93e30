"""Functions whose minima and saddles are known, with exact derivatives, as surfaces to search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from landsweep.kernels.critical.resolve import resolve
from landsweep.kernels.critical.resolved import KINDS, Resolved
from landsweep.kernels.critical.surface import Local
from landsweep.kernels.topology.merge_trees import merge_tree
from landsweep.kernels.topology.metrics import topology_metrics


@dataclass
class Jet:
    """Values ``(n,)`` with first ``(n, d)`` and second ``(n, d, d)`` derivatives: what is computed of them has its own.

    That is forward differentiation of second order; :func:`points` makes the first jets, the coordinates.
    """

    v: np.ndarray
    g: np.ndarray
    h: np.ndarray

    __array_ufunc__ = None  # numbers of NumPy beside a jet leave the operation to it

    def chain(self, value: np.ndarray, first: np.ndarray, second: np.ndarray) -> Jet:
        """Return u(self), given u, u' and u'' at its values."""
        outer = self.g[:, :, None] * self.g[:, None, :]
        return Jet(value, first[:, None] * self.g, first[:, None, None] * self.h + second[:, None, None] * outer)

    def __add__(self, other: Jet | float) -> Jet:
        if isinstance(other, Jet):
            return Jet(self.v + other.v, self.g + other.g, self.h + other.h)
        return Jet(self.v + other, self.g, self.h)

    __radd__ = __add__

    def __mul__(self, other: Jet | float) -> Jet:
        if isinstance(other, Jet):
            cross = self.g[:, :, None] * other.g[:, None, :]
            a, b = self.v[:, None], other.v[:, None]
            h = a[..., None] * other.h + b[..., None] * self.h + cross + cross.swapaxes(1, 2)
            return Jet(self.v * other.v, a * other.g + b * self.g, h)
        return Jet(self.v * other, self.g * other, self.h * other)

    __rmul__ = __mul__

    def __neg__(self) -> Jet:
        return self * -1.0

    def __sub__(self, other: Jet | float) -> Jet:
        return self + -other

    def __rsub__(self, other: float) -> Jet:
        return -self + other

    def __pow__(self, n: int) -> Jet:
        v = self.v
        return self.chain(v**n, n * v ** (n - 1), n * (n - 1) * v ** (n - 2) if n > 1 else np.zeros_like(v))


Number = Jet | np.ndarray
"""What a function is computed of: jets, or values alone."""


def exp(u: Number) -> Number:
    if isinstance(u, Jet):
        e = np.exp(u.v)
        return u.chain(e, e, e)
    return np.exp(u)


def cos(u: Number) -> Number:
    if isinstance(u, Jet):
        return u.chain(np.cos(u.v), -np.sin(u.v), -np.cos(u.v))
    return np.cos(u)


def where(test: np.ndarray, one: Number, other: Number) -> Number:
    """Return one number where the test holds, else another: the derivatives are those of the one that is taken."""
    if isinstance(one, Jet):
        t = test[:, None]
        return Jet(np.where(test, one.v, other.v), np.where(t, one.g, other.g), np.where(t[..., None], one.h, other.h))
    return np.where(test, one, other)


def value(u: Number) -> np.ndarray:
    return u.v if isinstance(u, Jet) else u


def maximum(one: Number, other: Number | float) -> Number:
    other = other if isinstance(other, type(one)) else 0.0 * one + other
    return where(value(one) >= value(other), one, other)


def absolute(u: Number) -> Number:
    """|u|; its derivative at 0 is 0, as automatic differentiation has it."""
    s = np.sign(value(u))
    return u.chain(s * u.v, s, 0.0 * s) if isinstance(u, Jet) else s * u


def dot(row: Sequence[float], x: list[Number]) -> Number:
    return sum((float(w) * u for w, u in zip(row[1:], x[1:], strict=True)), float(row[0]) * x[0])


class Known:
    """A function of d coordinates as a surface.

    Parameters
    ----------
    function
        It maps a list of the coordinates, jets or arrays ``(n,)``, to one of these.
    """

    def __init__(self, function: Callable[[list[Number]], Number]) -> None:
        self.function = function

    def values(self, alpha: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.asarray(self.function(list(alpha.T)), np.float64)

    def gradients(self, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.derivatives(alpha)[:2]

    def derivatives(self, alpha: np.ndarray) -> Local:
        n, d = alpha.shape
        unit = np.eye(d)
        with np.errstate(all="ignore"):
            jet = self.function([Jet(alpha[:, i], np.tile(unit[i], (n, 1)), np.zeros((n, d, d))) for i in range(d)])
        return Local(jet.v, jet.g, jet.h)

    def field(self, axes: Sequence[np.ndarray]) -> np.ndarray:
        """Return the function at the points of a grid."""
        points = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
        return self.values(points.reshape(-1, len(axes))).reshape(points.shape[:-1])


def moved(function: Callable, matrix: np.ndarray, origin: Sequence[float] | None = None) -> Callable:
    """Return x -> function(matrix (x - origin))."""
    origin = np.zeros(len(matrix[0])) if origin is None else np.asarray(origin, float)
    return lambda x: function([dot(row, [u - float(o) for u, o in zip(x, origin, strict=True)]) for row in matrix])


def turn(degrees: float) -> np.ndarray:
    """Return the matrix of a turn of the plane."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]])


def turned(d: int, seed: int) -> np.ndarray:
    """Return an orthogonal matrix that is far from the axes."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))
    return q * np.sign(np.diag(r))


def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11.0) ** 2 + (x[0] + x[1] ** 2 - 7.0) ** 2


def mueller_brown(x):
    """The potential of Müller and Brown (1979, doi:10.1007/BF00547608)."""
    total = 0.0
    for a, p, q, r, cx, cy in (
        (-200.0, -1.0, 0.0, -10.0, 1.0, 0.0),
        (-100.0, -1.0, 0.0, -10.0, 0.0, 0.5),
        (-170.0, -6.5, 11.0, -6.5, -0.5, 1.5),
        (15.0, 0.7, 0.6, 0.7, -1.0, 1.0),
    ):
        u, v = x[0] - cx, x[1] - cy
        total = a * exp(p * u**2 + q * u * v + r * v**2) + total
    return total


def rastrigin(x):
    return sum(u**2 - 10.0 * cos(2 * np.pi * u) + 10.0 for u in x)


def rosenbrock(x):
    return (1.0 - x[0]) ** 2 + 100.0 * (x[1] - x[0] ** 2) ** 2


def double_well(x):
    """(t^2 - 1)^2 along the first coordinate, a bowl along the others: minima of 0 at -1 and 1, a saddle of 1 at 0."""
    return (x[0] ** 2 - 1.0) ** 2 + sum((k + 1.0) * u**2 for k, u in enumerate(x[1:]))


def gaussians(centres: np.ndarray, widths: np.ndarray, depths: np.ndarray) -> Callable:
    """Return a sum of wells of the given centres ``(k, d)`` over a shallow bowl."""

    def function(x):
        total = 0.05 * sum(u**2 for u in x)
        for centre, width, depth in zip(centres, widths, depths, strict=True):
            squares = sum((u - float(c)) ** 2 for u, c in zip(x, centre, strict=True))
            total = total - float(depth) * exp((-0.5 / float(width) ** 2) * squares)
        return total

    return function


def axes_of(box: Sequence[tuple[float, float]], points: int | Sequence[int]) -> list[np.ndarray]:
    """Return the axes of a grid of a box."""
    points = [points] * len(box) if isinstance(points, int) else points
    return [np.linspace(low, high, n) for (low, high), n in zip(box, points, strict=True)]


def audit(surface: Known, axes: Sequence[np.ndarray], found: Resolved) -> None:
    """Check of all that a search says what its words mean, at the points that it names."""
    step = np.array([axis[1] - axis[0] for axis in axes])
    low, high = np.array([axis[0] for axis in axes]), np.array([axis[-1] for axis in axes])
    m, s = len(found.value), len(found.saddle_value)
    for kind, alpha, values, faces, negative in (
        (found.kind, found.alpha, found.value, found.faces, 0),
        (found.saddle_kind, found.saddle_alpha, found.saddle_value, found.saddle_faces, 1),
    ):
        assert (np.diff(values) >= 0).all()
        assert ((alpha >= low) & (alpha <= high)).all()
        assert ((faces == -1) <= (alpha == low)).all(), "on the lower face"
        assert ((faces == 1) <= (alpha == high)).all()
        assert np.allclose(values, surface.values(alpha), rtol=1e-12, atol=1e-14 * (1 + np.ptp(found.value_range)))
        local = surface.derivatives(alpha)
        for k, name in enumerate(kind):
            if KINDS[int(name)] not in ("interior", "border"):
                continue
            free = faces[k] == 0
            assert free.all() == (KINDS[int(name)] == "interior")
            gradient, hessian = local.gradient[k] * step, local.hessian[k] * np.outer(step, step)
            assert (gradient[~free] * faces[k][~free] <= 1e-9 * abs(gradient).max()).all(), "f rises inwards"
            inner = hessian[np.ix_(free, free)]
            if free.any():
                roots = np.linalg.eigvalsh(inner)
                assert (roots < 0).sum() == negative, "as many negative eigenvalues as the kind has"
                assert abs(np.linalg.solve(inner, gradient[free])).max() < 1e-5, "Newton's next step, in grid steps"
    joined = [set(found.joins[found.joins[:, 0] == k, 1].tolist()) for k in range(s)]
    for k, minima in enumerate(joined):
        assert len(minima) > 1, "a saddle joins two minima"
        assert minima <= set(range(m))
        assert (found.value[list(minima)] <= found.saddle_value[k]).all()
    assert ((found.start_end >= -1) & (found.start_end < m)).all()
    for k in range(m):
        mine = found.start_end == k
        assert found.start_own[mine].sum() == mine.any(), "one start stands for a minimum"
    assert not found.start_own[found.start_end < 0].any()
    assert found.basin_volume.sum() <= np.prod(found.shape)
    assert found.seen.sum() <= found.samples
    assert bool(len(found.reasons)) or (found.start_end >= 0).all(), "what has no end has a reason"


def search(function: Callable, box: Sequence[tuple[float, float]], points: int | Sequence[int], **options) -> Resolved:
    """Search a function from a grid of a box, and audit what is found."""
    surface, axes = Known(function), axes_of(box, points)
    found = resolve(surface, axes, surface.field(axes), **options)
    audit(surface, axes, found)
    return found


def grid_minima(
    function: Callable, box: Sequence[tuple[float, float]], points: int | Sequence[int], connectivity: str = "moore"
) -> int:
    """Return the number of minima that the grid itself has."""
    tree = merge_tree(Known(function).field(axes_of(box, points)), connectivity)
    return int(topology_metrics(tree)["n_minima"])


def deaths(found: Resolved) -> np.ndarray:
    """Return the heights at which basins meet lower ones, ascending; those of no height are no basins."""
    tree = found.tree
    return np.sort(tree.pair_values[tree.lifetimes > 0, 1])


def kinds(found: Resolved) -> list[str]:
    return [KINDS[int(kind)] for kind in found.kind]


def saddle_kinds(found: Resolved) -> list[str]:
    return [KINDS[int(kind)] for kind in found.saddle_kind]


def waves(seed: int, count: int = 8, shortest: float = 5.0) -> Callable:
    """Return a sum of plane waves in a bowl."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, 2)) * shortest
    heights, phases = rng.normal(size=count), rng.uniform(0, 6.28, count)

    def function(x):
        total = 0.5 * sum(u**2 for u in x)
        for vector, height, phase in zip(vectors, heights, phases, strict=True):
            total = float(height) * cos(dot(vector, x) + float(phase)) + total
        return total

    return function


def relu_network(seed: int, hidden: int = 6, samples: int = 12) -> Callable:
    """Return the squared error of a ReLU network with one hidden layer, over a plane through its weights."""
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(samples, 2)), rng.normal(size=samples)
    inner, inner_delta = rng.normal(size=(hidden, 2)), rng.normal(size=(2, hidden, 2))
    outer, outer_delta = rng.normal(size=hidden), rng.normal(size=(2, hidden))

    def function(x):
        total = 0.0
        for one, target in zip(inputs, targets, strict=True):
            error = -float(target) + 0.0 * x[0]
            for j in range(hidden):
                unit = maximum(dot(inner_delta[:, j] @ one, x) + float(inner[j] @ one), 0.0)
                error = error + unit * (dot(outer_delta[:, j], x) + float(outer[j]))
            total = error**2 * (1 / samples) + total
        return total

    return function


ODD = (3, 14, 27, 31, 38, 44, 59, 67, 73, 86)
"""Angles in degrees that no grid has."""

# Himmelblau's four minima, and those three of its four saddles at which basins meet; the fourth closes the ring around
# the maximum
HIMMELBLAU = [(3, 2), (-2.805118086953, 3.131312518250), (-3.779310253378, -3.283185991286)]
HIMMELBLAU += [(3.584428340330, -1.848126526964)]
HIMMELBLAU_PASSES = [13.311926270405587, 67.71915008752613, 104.01516291755811]
"""The heights of the passes."""


def matches(found, expected, tolerance=1e-6):
    """Return whether the points found are those expected, in any order."""
    expected = np.asarray(expected, float)
    distance = abs(found[:, None] - expected[None]).max(-1)
    return len(found) == len(expected) and (distance.min(1) < tolerance).all() and (distance.min(0) < tolerance).all()
