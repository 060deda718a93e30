"""Graphs over a set of points: they say which points a merge tree joins where there is no grid.

Points are ``(n, d)`` finite real numbers; others raise ValueError. Edges are ``(e, 2)`` int64 indices of points, with u
< v in each row, and rows that are unique and in lexicographic order.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Literal, get_args

import numpy as np
from landsweep.kernels.geometry.connectivity import offsets

GraphName = Literal["knn", "delaunay", "gabriel"]
"""The name of a graph says which points are neighbours; see the function ``<name>_edges``."""

GRAPHS: tuple[GraphName, ...] = get_args(GraphName)
"""These are the names of graphs that :func:`grid_edges` knows."""

EXACT_NDIM = 6
"""Nearest neighbours are exact up to this many dimensions; they are approximate only beyond both this and
:data:`EXACT_POINTS`. A k-d tree finds ten neighbours of each of 10^6 Gaussian points on one core in 67 s in 6
dimensions, 340 s in 8 and 1250 s in 10."""
EXACT_POINTS = 20_000
"""Nearest neighbours are exact up to this many points, in any dimension. A k-d tree finds those of 20 000 points in 50
dimensions in 15 s, when NNDescent has hardly been compiled."""

SLAB = 2**21
"""A temporary array holds about this many numbers, which take 16 MiB."""
SQUEEZE = 1e-5
"""The metric of the Delaunay triangulation is changed by this much, relative to 1; below 1e-7 the change is lost to
rounding on a grid of 3000 points per axis."""
ROUNDING = float(np.finfo(np.float64).eps)
"""The spacing of float64 numbers just above 1 is the unit in which rounding is bounded here."""


def knn_edges(points: np.ndarray, k: int = 8, *, mutual: bool = False, seed: int = 0) -> np.ndarray:
    """Return the graph of the ``k`` nearest neighbours, as in Xie et al. 2024 (arXiv:2411.09807), who take k = 8.

    Let N(u) be the first k vertices v != u in the order (|x_u - x_v|, v), with distances in float64. There is an edge
    uv if v is in N(u) or u in N(v); with ``mutual``, only if both hold. Coincident points are neighbours at distance 0.
    Above both 6 dimensions and 20 000 points, N(u) is approximate, by NN-descent (Dong, Charikar and Li 2011) from
    ``seed``: 99.9 % of the neighbours are right for Gaussian points in 20 dimensions, 95 % in 50. The function raises
    ValueError for invalid points or k outside 1 to n - 1, and ImportError where NN-descent is needed and pynndescent is
    not installed.
    """
    points = _scaled(points)
    n, ndim = points.shape
    if n < 2:
        raise ValueError("there are no neighbours: got 1 point, expected 2 or more.")
    if not 1 <= k < n:
        how = "small" if k < 1 else "large"
        raise ValueError(f"k is too {how}: got k = {k} for {n} points, expected 1 to {n - 1}.")
    nearest = _nearest(points, k) if ndim <= EXACT_NDIM or n <= EXACT_POINTS else _nearly_nearest(points, k, seed)
    ids = np.arange(n)[:, None]
    listed = (np.minimum(nearest, ids) * n + np.maximum(nearest, ids))[nearest >= 0]
    edges, ends = np.unique(listed, return_counts=True)  # each end lists an edge once
    return np.stack(np.divmod(edges[ends > int(mutual)], n), axis=1)


def delaunay_edges(points: np.ndarray) -> np.ndarray:
    r"""Return the edges of the Delaunay triangulation, by Qhull (Barber, Dobkin and Huhdanpaa 1996).

    Cospherical points have several Delaunay triangulations, so the metric is changed a little, to

    .. math:: |x|^2 - 2 \cdot 10^{-5} (w \cdot x)^2 / |w|^2, \qquad w_0 > \dots > w_{d-2} > 0 > w_{d-1}.

    Mirrored in the last axis, this form is in Voronoi's first domain, where the triangulation of a regular grid is
    Freudenthal's (Voronoi 1908): the connectivity ``freudenthal``. Points that lie on a line, a plane and so on are
    triangulated in that subspace. Of several coincident points, each is joined to the first. A point that is too close
    to others for Qhull, for example at 1e-8 of the extent, is joined to the nearest.
    """
    points = _scaled(points, centred=True)
    return _edges(*_triangulated(points, SQUEEZE), n=len(points))


def gabriel_edges(points: np.ndarray) -> np.ndarray:
    """Return the edges of the strict Gabriel graph (Gabriel and Sokal 1969), the connectivity ``face`` on a grid.

    It joins p and q if the closed ball with diameter pq holds no other point. Such edges are in every Delaunay
    triangulation, but not always in :func:`delaunay_edges`, whose metric differs, so that it may join two points that
    miss the ball by a part in 10^5. Points that are joined there as coincident or too close are joined here too, and
    are taken to be in no ball.
    """
    from scipy.spatial import cKDTree

    points = _scaled(points, centred=True)
    pairs, links = _triangulated(points, 0.0)
    tree = cKDTree(np.delete(points, links[:, 0], axis=0))
    empty = np.ones(len(pairs), dtype=bool)
    for part in _slabs(len(pairs), 2 * points.shape[1]):
        a, b = points[pairs[part, 0]], points[pairs[part, 1]]
        third = np.asarray(tree.query((a + b) / 2, k=3)[0])[:, 2]
        # Corners of a square are on its diagonals' circle but for roundings of the radius and of coordinates up to 1.
        empty[part] = third > np.linalg.norm(a - b, axis=1) / 2 * (1 + 1e-12) + 4 * ROUNDING
    return _edges(_joined(pairs[empty], pairs, points), links, n=len(points))


def grid_points(shape: tuple[int, ...]) -> np.ndarray:
    """Return the points of a grid of unit spacing, ``(n, d)`` float64 in C order; an empty shape is a ValueError."""
    if not shape or min(shape) < 1:
        raise ValueError(f"this is no grid: got shape {tuple(shape)}, expected one or more axes of length 1 or more.")
    return np.ascontiguousarray(np.indices(shape, dtype=np.float64).reshape(len(shape), -1).T)


def grid_edges(name: str, shape: tuple[int, ...], *, k: int = 8, mutual: bool = False) -> np.ndarray:
    """Return a graph over a regular grid, the same as ``<name>_edges(grid_points(shape))``, in C-order indices.

    On a grid of up to 6 axes, ``delaunay`` and ``gabriel`` are the connectivities ``freudenthal`` and ``face``. The
    function raises ValueError for an unknown name, an empty shape, more axes, and where :func:`knn_edges` does.
    """
    if name not in GRAPHS:
        raise ValueError(f"unknown graph: got {name!r}, expected one of {', '.join(GRAPHS)}.")
    points = grid_points(shape)
    if name == "knn":
        return knn_edges(points, k, mutual=mutual)
    strides = np.append(np.cumprod(shape[:0:-1], dtype=np.int64)[::-1], 1)
    later = offsets("freudenthal" if name == "delaunay" else "face", len(shape))
    later = later[len(later) // 2 :]  # the other half are their negatives
    later = later[np.argsort(later @ strides)]
    inside = np.ones((*shape, len(later)), dtype=bool)
    for j, axis in np.argwhere(later):
        np.moveaxis(inside[..., j], axis, 0)[-1 if later[j, axis] > 0 else 0] = False
    start, which = np.nonzero(inside.reshape(len(points), -1))
    return np.stack([start, start + (later @ strides)[which]], axis=1)


def _scaled(points: np.ndarray, *, centred: bool = False) -> np.ndarray:
    """Return points as float64 in [-1, 1], scaled by a power of two: no digit changes, and squares do not overflow."""
    points = np.asarray(points)
    if points.dtype.kind not in "biuf":
        raise ValueError(f"points are not real numbers: got dtype {points.dtype}, expected floats or integers.")
    if points.ndim != 2 or not points.size:
        raise ValueError(f"these are no points: got shape {points.shape}, expected (n, d) with n and d 1 or more.")
    if not np.isfinite(points).all():
        raise ValueError("points are not finite: got NaN or infinity, expected finite coordinates.")
    points = points.astype(np.float64)
    scaled: np.ndarray = np.ldexp(points, -np.frexp(np.abs(points).max())[1])
    return _scaled(scaled - scaled.mean(axis=0)) if centred else scaled


def _slabs(count: int, width: int) -> list[slice]:
    rows = max(1, SLAB // width)
    return [slice(i, i + rows) for i in range(0, count, rows)]


def _edges(*simplices: np.ndarray, n: int) -> np.ndarray:
    """Return the edges of simplices of any dimension: of a pair, itself."""
    sides = [s[:, ab] for s in simplices for ab in combinations(range(s.shape[1]), 2)]
    keys = np.unique(np.concatenate([ab.min(axis=1) * n + ab.max(axis=1) for ab in sides]))
    return np.stack(np.divmod(keys, n), axis=1)


def _coincident(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return per point the first one at its place, and how many are there before it."""
    order = np.lexsort(points.T)  # stable: at one place the numbers ascend
    new = np.append(True, (points[order[1:]] != points[order[:-1]]).any(axis=1))
    ids = np.arange(len(points))
    start = np.maximum.accumulate(np.where(new, ids, 0))
    back = np.argsort(order)
    return order[start][back], (ids - start)[back]


def _nearest(points: np.ndarray, k: int) -> np.ndarray:
    """Return N(u), ``(n, k)``, exactly."""
    from scipy.spatial import cKDTree

    ids = np.flatnonzero(_coincident(points)[1] <= k)  # of more at one place none comes among the first k
    tree = cKDTree(points[ids])
    nearest = np.empty((len(points), k), dtype=np.int64)
    todo, asked = np.arange(len(points)), min(k + 2, len(ids))  # itself, and one to see whether the k-th is tied
    while len(todo):
        tied = [todo[:0]]
        for rows in _slabs(len(todo), asked):
            u = todo[rows]
            distance, index = map(np.asarray, tree.query(points[u], k=asked))
            found = ids[index]
            others = np.where(found == u[:, None], np.inf, distance)
            first = np.lexsort((found, others))[:, :k]
            nearest[u] = np.take_along_axis(found, first, axis=1)
            kth = np.take_along_axis(others, first[:, -1:], axis=1)
            tied.append(u[(distance[:, -1:] <= kth)[:, 0] & (asked < len(ids))])
        todo, asked = np.concatenate(tied), min(2 * asked, len(ids))
    return nearest


def _nearly_nearest(points: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Return N(u), ``(n, k)``, approximately, with -1 where too few were found."""
    try:
        from pynndescent import NNDescent
    except ImportError as error:
        what = f"got {len(points)} points in {points.shape[1]} dimensions"
        raise ImportError(f"pynndescent is missing: {what}, expected pip install 'landsweep[graphs]'.") from error
    # Asked for k + 1 alone, it misses a quarter of them in 20 dimensions. It works in float32, hence the mean, and its
    # answer depends on the number of threads, hence one.
    asked, centred = min(4 * (k + 1), len(points)), points - points.mean(axis=0)
    index = NNDescent(centred, n_neighbors=asked, random_state=seed, n_jobs=1)
    found = index.neighbor_graph[0][:, : k + 1].astype(np.int64)
    others_first = np.argsort(found == np.arange(len(points))[:, None], axis=1, kind="stable")
    return np.take_along_axis(found, others_first, axis=1)[:, :k]


def _triangulated(points: np.ndarray, squeeze: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of a Delaunay triangulation, and for each point not in it (point, a point that is)."""
    from scipy.spatial import Delaunay, QhullError, cKDTree

    first, before = _coincident(points)
    ids, twins = np.flatnonzero(before == 0), np.flatnonzero(before)
    links = np.stack([twins, first[twins]], axis=1)
    x = points[ids] - points[ids].mean(axis=0)
    n, d = x.shape
    w = np.exp(-np.arange(d) / d) * np.append(np.ones(d - 1), -1)  # irrational: rational points do not stay cospherical
    x -= squeeze * np.outer(x @ w, w) / (w @ w)
    spread, axes = np.linalg.svd(np.linalg.qr(x, mode="r"), full_matrices=False)[1:]
    rank = int((spread > 64 * ROUNDING * np.sqrt(n * d)).sum())
    if n == rank + 1:  # a simplex
        return ids[np.stack(np.triu_indices(n, 1), axis=1)], links
    # Joggled input where Qhull fails, as one set in a thousand whose extents differ by 1e4; then one dimension less.
    for ndim, options in product(range(rank, 1, -1), (None, "Qbb Qc QJ")):
        y = x if ndim == d else x @ axes[:ndim].T
        try:
            simplices = Delaunay(y, qhull_options=options).simplices.astype(np.int64)
        except QhullError:
            continue
        if not len(simplices := simplices[(simplices < n).all(axis=1)]):  # without Qhull's point at infinity
            continue
        pairs = _joined(_edges(simplices[_thick(y, simplices)], n=n), _edges(simplices, n=n), y)
        used = np.unique(simplices)
        out = np.setdiff1d(np.arange(n), used)
        near = used[cKDTree(y[used]).query(y[out])[1]]
        return ids[pairs], np.concatenate([links, ids[np.stack([out, near], axis=1)]])
    path = ids[np.argsort(x @ axes[0], kind="stable")]
    return np.stack([path[:-1], path[1:]], axis=1), links


def _thick(points: np.ndarray, simplices: np.ndarray) -> np.ndarray:
    """Return which simplices are not flat: rounding adds flat ones on the hull, and with them other diagonals."""
    thick, ndim = np.empty(len(simplices), dtype=bool), points.shape[1]
    for part in _slabs(len(simplices), ndim**2):
        edges = points[simplices[part, 1:]] - points[simplices[part, :1]]
        thick[part] = np.linalg.svd(edges, compute_uv=False)[:, -1] > 64 * ROUNDING * ndim  # coordinates are near 1
    return thick


def _joined(some: np.ndarray, every: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return some edges, and the minimum spanning tree of all (part of any graph here) if rounding left them apart."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

    def graph(edges: np.ndarray) -> coo_array:
        return coo_array((np.arange(1.0, len(edges) + 1), tuple(edges.T)), shape=(len(points),) * 2)

    if connected_components(graph(some))[0] == connected_components(graph(every))[0]:
        return some
    length = np.linalg.norm(points[every[:, 0]] - points[every[:, 1]], axis=1)
    tree = minimum_spanning_tree(graph(every[np.argsort(length, kind="stable")])).tocoo()
    return np.concatenate([some, np.stack([tree.row, tree.col], axis=1)])
