"""Graphs over points: against their definitions, on grids, with ties, coincident and degenerate points."""

import re
import subprocess
import sys
from itertools import combinations, pairwise
from typing import get_args

import numpy as np
import pytest
import scipy.spatial
from hypothesis import given
from hypothesis import strategies as st
from landsweep.kernels.geometry import graphs
from landsweep.kernels.geometry.connectivity import offsets
from landsweep.kernels.geometry.graphs import (
    GRAPHS,
    GraphName,
    delaunay_edges,
    gabriel_edges,
    grid_edges,
    grid_points,
    knn_edges,
)
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

BY_NAME = {"knn": knn_edges, "delaunay": delaunay_edges, "gabriel": gabriel_edges}
CONNECTIVITY = {"delaunay": "freudenthal", "gabriel": "face"}
SHAPES = [(1,), (6,), (1, 1), (2, 2), (4, 5), (1, 4), (4, 1), (2, 70), (2, 2, 2), (3, 4, 5), (1, 3, 4), (3, 1, 4)]
SHAPES += [(3, 4, 1), (2, 2, 60), (2, 1, 1), (2, 2, 2, 2), (3, 2, 4, 3), (2, 1, 3, 2), (3, 3, 3, 3)]


def pairs(edges, n):
    """Return edges as a set, once their form is right."""
    assert edges.dtype == np.int64
    assert edges.ndim == 2
    assert edges.shape[1] == 2
    found = list(map(tuple, edges.tolist()))
    assert all(0 <= u < v < n for u, v in found)
    assert found == sorted(set(found))
    return set(found)


def squares(points):
    return ((points[:, None] - points[None]) ** 2).sum(axis=2)


def brute_knn(points, k, mutual):
    distance = squares(points).tolist()
    nearest = [
        set(sorted((v for v in range(len(points)) if v != u), key=lambda v, row=row: (row[v], v))[:k])
        for u, row in enumerate(distance)
    ]
    need = 2 if mutual else 1
    return {(u, v) for u, v in combinations(range(len(points)), 2) if (v in nearest[u]) + (u in nearest[v]) >= need}


def brute_delaunay(points):
    """Return the sides of all simplices whose circumsphere is empty: for points in general position."""
    n, d = points.shape
    found = set()
    for corners in map(list, combinations(range(n), d + 1)):
        a = points[corners]
        centre = np.linalg.solve(2 * (a[1:] - a[0]), (a[1:] ** 2 - a[0] ** 2).sum(axis=1))
        distance = np.linalg.norm(points - centre, axis=1)
        if (np.delete(distance, corners) > distance[corners[0]]).all():
            found |= set(combinations(corners, 2))
    return found


def brute_gabriel(points):
    """Return the strict Gabriel graph by Thales: r is in the closed ball where the angle prq is 90 degrees or more."""
    distance = squares(points)
    return {
        (u, v)
        for u, v in combinations(range(len(points)), 2)
        if (np.delete(distance[u] + distance[v], [u, v]) > distance[u, v]).all()
    }


def brute_grid(connectivity, shape):
    index = {place: i for i, place in enumerate(np.ndindex(*shape))}
    steps = offsets(connectivity, len(shape)).tolist()
    joined = [(i, index.get(tuple(np.add(place, step).tolist()))) for place, i in index.items() for step in steps]
    return {(u, v) for u, v in joined if v is not None and u < v}


def is_connected(edges, n):
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
    return connected_components(graph)[0] == 1


@st.composite
def lattice_points(draw, *, unique=False):
    """Draw few points with small integer coordinates: ties, cospherical, collinear and coincident points abound."""
    ndim = draw(st.integers(1, 4))
    place = st.tuples(*[st.integers(0, draw(st.integers(1, 4)))] * ndim)
    return np.array(draw(st.lists(place, min_size=2, max_size=24, unique=unique)), dtype=np.float64)


def test_names():
    assert get_args(GraphName) == GRAPHS == tuple(BY_NAME)


# --- k nearest neighbours


@given(lattice_points(), st.integers(1, 12), st.booleans())
def test_knn_is_its_definition_with_ties_and_coincident_points(points, k, mutual):
    k = min(k, len(points) - 1)
    assert pairs(knn_edges(points, k, mutual=mutual), len(points)) == brute_knn(points, k, mutual)


@pytest.mark.parametrize("mutual", [False, True])
@pytest.mark.parametrize(("n", "d", "k"), [(60, 2, 8), (80, 5, 3), (50, 9, 10), (9, 3, 8), (2, 1, 1)])
def test_knn_of_random_points(n, d, k, mutual):
    points = np.random.default_rng(n).standard_normal((n, d))
    assert pairs(knn_edges(points, k, mutual=mutual), n) == brute_knn(points, k, mutual)


@pytest.mark.parametrize("slab", [1, 100, 10**6])
@pytest.mark.parametrize(("shape", "k"), [((40,), 1), ((7, 8), 8), ((5, 4, 4), 10), ((3,) * 6, 20)])
def test_knn_of_a_grid_in_slabs(monkeypatch, shape, k, slab):
    monkeypatch.setattr(graphs, "SLAB", slab)
    points = grid_points(shape)
    distance = squares(points)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :k].tolist()
    directed = {(u, v) for u, row in enumerate(nearest) for v in row}
    assert pairs(knn_edges(points, k), len(points)) == {(min(e), max(e)) for e in directed}
    mutual = {(u, v) for u, v in directed if u < v and (v, u) in directed}
    assert pairs(knn_edges(points, k, mutual=True), len(points)) == mutual


def test_the_lower_number_wins_a_tie():
    points = np.array([[2.0], [1.0], [0.0], [1.0]])  # 1 and 3 are at one place, and both next to 0 and 2
    assert knn_edges(points, 1).tolist() == [[0, 1], [1, 2], [1, 3]]
    assert knn_edges(points, 1, mutual=True).tolist() == [[1, 3]]


def test_many_points_at_one_place_take_no_long():
    points = np.zeros((200_000, 2))
    points[0] = 1
    edges = knn_edges(points, 2)
    assert edges[:3].tolist() == [[0, 1], [0, 2], [1, 2]]
    # All others list the first two at their place, and the second of these the third.
    assert set(map(tuple, edges.tolist())) == {
        (0, 1),
        (0, 2),
        *((u, v) for v in range(2, 200_000) for u in (1, 2) if u < v),
    }


@pytest.fixture
def approximate(monkeypatch):
    monkeypatch.setattr(graphs, "EXACT_NDIM", 0)
    monkeypatch.setattr(graphs, "EXACT_POINTS", 0)


@pytest.mark.long
@pytest.mark.usefixtures("approximate")
def test_approximate_neighbours_are_mostly_right():
    pytest.importorskip("pynndescent")
    points = 1e6 + np.random.default_rng(1).standard_normal((1000, 8))  # float32 would not tell them apart
    n = len(points)
    found = pairs(knn_edges(points, 8, seed=3), n)
    assert found == pairs(knn_edges(points, 8, seed=3), n)
    exact = brute_knn(points, 8, mutual=False)
    assert len(found & exact) > 0.95 * len(exact)
    assert len(found) < 1.05 * len(exact)
    mutual = pairs(knn_edges(points, 8, seed=3, mutual=True), n)
    assert mutual < found
    exact = brute_knn(points, 8, mutual=True)
    assert len(mutual & exact) > 0.95 * len(exact)


@pytest.mark.usefixtures("approximate")
def test_pynndescent_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynndescent", None)
    text = "pynndescent is missing: got 30 points in 9 dimensions, expected pip install 'landsweep[graphs]'."
    with pytest.raises(ImportError, match=f"^{re.escape(text)}$"):
        knn_edges(np.eye(30, 9))


def test_few_points_or_few_dimensions_need_no_pynndescent(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynndescent", None)
    monkeypatch.setattr(graphs, "EXACT_POINTS", 30)
    knn_edges(np.eye(30, 9))
    knn_edges(np.eye(40, 6))
    with pytest.raises(ImportError):
        knn_edges(np.eye(40, 7))


# --- Delaunay


@pytest.mark.parametrize(("n", "d"), [(15, 2), (40, 2), (11, 3), (10, 4)])
def test_delaunay_is_its_definition(n, d):
    points = np.random.default_rng(n).standard_normal((n, d))
    assert pairs(delaunay_edges(points), n) == brute_delaunay(points)


@given(lattice_points(unique=True), st.randoms(use_true_random=False))
def test_delaunay_depends_neither_on_the_order_of_points_nor_on_their_place(points, random):
    n = len(points)
    edges = pairs(delaunay_edges(points), n)
    order = random.sample(range(n), n)
    moved = delaunay_edges(points[order] + 7)
    assert {(min(order[u], order[v]), max(order[u], order[v])) for u, v in moved} == edges
    assert brute_gabriel(points) <= edges


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_points_on_a_line_are_a_path(d):
    rng = np.random.default_rng(d)
    along = rng.permutation(20)
    points = np.outer(along, rng.integers(1, 5, d)) + 3.5
    path = np.argsort(along).tolist()
    expected = {(min(e), max(e)) for e in pairwise(path)}
    assert pairs(delaunay_edges(points), 20) == pairs(gabriel_edges(points), 20) == expected


@pytest.mark.parametrize(("n", "d"), [(1, 2), (2, 3), (3, 2), (3, 3), (5, 4), (4, 8)])
def test_a_simplex_is_all_pairs(n, d):
    points = np.random.default_rng(n).standard_normal((n, d))
    assert pairs(delaunay_edges(points), n) == set(combinations(range(n), 2))


def test_points_on_a_plane_are_triangulated_there():
    rng = np.random.default_rng(0)
    flat = rng.standard_normal((30, 2))
    points = flat @ np.linalg.qr(rng.standard_normal((5, 2)))[0].T + 4
    assert pairs(delaunay_edges(points), 30) == brute_delaunay(flat)
    assert pairs(gabriel_edges(points), 30) == brute_gabriel(flat)


@pytest.mark.parametrize("edges_of", [delaunay_edges, gabriel_edges])
def test_coincident_points_are_joined_to_the_first(edges_of):
    points = np.array([[0, 0], [1, 0], [0, 0], [0, 1], [1, 0], [0, 0], [0.0, -0.0]])
    triangle = {(0, 1), (0, 3), (1, 3)} - ({(1, 3)} if edges_of is gabriel_edges else set())
    assert pairs(edges_of(points), 7) == triangle | {(0, 2), (0, 5), (0, 6), (1, 4)}
    assert pairs(edges_of(np.ones((4, 3))), 4) == {(0, 1), (0, 2), (0, 3)}


@pytest.mark.parametrize("edges_of", [delaunay_edges, gabriel_edges])
@pytest.mark.parametrize("size", [1e-4, 1e-7, 1e-9, 1e-13, 1e-16])
def test_thin_sets_and_clusters_are_connected(edges_of, size):
    rng = np.random.default_rng(7)
    for d in (2, 3, 5):
        points = rng.integers(0, 4, (25, d)) * np.where(np.arange(d) < d - 1, size, 1)
        clusters = rng.standard_normal((4, d))[rng.integers(0, 4, 25)] + size * rng.standard_normal((25, d))
        converging = rng.standard_normal((25, d)) * size ** rng.random((25, 1))
        for case in (points, points @ np.linalg.qr(rng.standard_normal((d, d)))[0], clusters, converging):
            assert is_connected(edges_of(case), 25)


def test_a_failure_of_qhull_is_no_error(monkeypatch):
    real = scipy.spatial.Delaunay
    points = np.random.default_rng(2).standard_normal((12, 2))

    def fails(points, qhull_options=None):
        if qhull_options is None or never:
            raise scipy.spatial.QhullError("QH6154")
        return real(points, qhull_options=qhull_options)

    monkeypatch.setattr(scipy.spatial, "Delaunay", fails)
    never = False
    assert pairs(delaunay_edges(points), 12) == brute_delaunay(points)
    never = True
    assert len(pairs(delaunay_edges(points), 12)) == 11
    assert is_connected(delaunay_edges(points), 12)


# --- Gabriel


@pytest.mark.parametrize(("n", "d"), [(60, 1), (60, 2), (50, 3), (40, 5)])
def test_gabriel_is_its_definition(n, d):
    points = np.random.default_rng(n).standard_normal((n, d))
    assert pairs(gabriel_edges(points), n) == brute_gabriel(points)


@given(lattice_points(unique=True))
def test_gabriel_is_its_definition_where_points_lie_on_spheres(points):
    assert pairs(gabriel_edges(points), len(points)) == brute_gabriel(points)


def test_gabriel_edges_may_be_missing_in_the_chosen_triangulation():
    h = 1e-8  # this square's corners 1 and 2 are off the circle around 0 and 3, by less than the metric is changed
    points = np.array([[0, 0], [-h, 1 + h], [1 + h, -h], [1, 1]])
    assert (0, 3) in brute_gabriel(points)
    assert pairs(gabriel_edges(points), 4) == brute_gabriel(points)
    assert (0, 3) not in pairs(delaunay_edges(points), 4)


@pytest.mark.parametrize("slab", [1, 50])
def test_slabs_change_nothing(monkeypatch, slab):
    points = np.random.default_rng(3).standard_normal((80, 3))
    expected = [f(points) for f in BY_NAME.values()]
    monkeypatch.setattr(graphs, "SLAB", slab)
    for f, edges in zip(BY_NAME.values(), expected, strict=True):
        np.testing.assert_array_equal(f(points), edges)


# --- grids


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3), (2, 1, 3)])
def test_grid_points_are_in_c_order(shape):
    points = grid_points(shape)
    assert points.dtype == np.float64
    np.testing.assert_array_equal(points, list(np.ndindex(*shape)))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", CONNECTIVITY)
def test_grids_have_the_edges_of_a_connectivity(name, shape):
    n = int(np.prod(shape))
    expected = brute_grid(CONNECTIVITY[name], shape)
    assert pairs(grid_edges(name, shape), n) == expected
    points = grid_points(shape)
    for case in (points, points / 3 + 7.7, points * 1e200, points * 1e-200, points + 2**50):
        assert pairs(BY_NAME[name](case), n) == expected


@pytest.mark.parametrize("spacing", [(1, 3), (0.1, 0.01), (2, 0.7, 1)])
def test_grids_may_be_stretched(spacing):
    shape = (5, 6, 4)[: len(spacing)]
    points = grid_points(shape) * spacing
    for name, connectivity in CONNECTIVITY.items():
        assert pairs(BY_NAME[name](points), len(points)) == brute_grid(connectivity, shape)


@pytest.mark.parametrize("mutual", [False, True])
@pytest.mark.parametrize("shape", [(9,), (3, 4), (3, 1, 5)])
def test_knn_of_a_grid(shape, mutual):
    edges = grid_edges("knn", shape, k=5, mutual=mutual)
    assert pairs(edges, int(np.prod(shape))) == brute_knn(grid_points(shape), 5, mutual)


# --- errors


def refuses(text, f, *args, **kwargs):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        f(*args, **kwargs)


@pytest.mark.parametrize("edges_of", BY_NAME.values())
@pytest.mark.parametrize(
    ("points", "text"),
    [
        (np.zeros(5), "these are no points: got shape (5,), expected (n, d) with n and d 1 or more."),
        (np.zeros((2, 3, 4)), "these are no points: got shape (2, 3, 4), expected (n, d) with n and d 1 or more."),
        (np.zeros((0, 2)), "these are no points: got shape (0, 2), expected (n, d) with n and d 1 or more."),
        (np.zeros((9, 0)), "these are no points: got shape (9, 0), expected (n, d) with n and d 1 or more."),
        (np.array([[0, 1], [2, np.nan]]), "points are not finite: got NaN or infinity, expected finite coordinates."),
        (np.array([[0, -np.inf]]), "points are not finite: got NaN or infinity, expected finite coordinates."),
        (
            np.zeros((9, 2), complex),
            "points are not real numbers: got dtype complex128, expected floats or integers.",
        ),
        (np.full((9, 2), None), "points are not real numbers: got dtype object, expected floats or integers."),
    ],
)
def test_what_are_no_points(edges_of, points, text):
    refuses(text, edges_of, points)


def test_k_out_of_range():
    points = np.zeros((5, 2))
    refuses("k is too large: got k = 8 for 5 points, expected 1 to 4.", knn_edges, points)
    refuses("k is too large: got k = 5 for 5 points, expected 1 to 4.", knn_edges, points, 5)
    refuses("k is too small: got k = 0 for 5 points, expected 1 to 4.", knn_edges, points, 0)
    refuses("k is too large: got k = 8 for 6 points, expected 1 to 5.", grid_edges, "knn", (2, 3))
    refuses("there are no neighbours: got 1 point, expected 2 or more.", knn_edges, points[:1], 1)


def test_what_is_no_grid():
    refuses("unknown graph: got 'face', expected one of knn, delaunay, gabriel.", grid_edges, "face", (3, 3))
    for name in GRAPHS:
        for shape in ((), (3, 0)):
            text = f"this is no grid: got shape {shape}, expected one or more axes of length 1 or more."
            refuses(text, grid_edges, name, shape)
    refuses("unsupported number of grid axes: got 7, expected 1 to 6.", grid_edges, "gabriel", (2,) * 7)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint64, bool])
def test_other_real_numbers(dtype):
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=dtype)
    for name in ("delaunay", "gabriel"):
        np.testing.assert_array_equal(BY_NAME[name](points), grid_edges(name, (2, 2)))


@pytest.mark.processes
def test_import_is_light():
    code = (
        "import sys, landsweep.kernels.geometry.graphs; print(sorted({'scipy', 'numba', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
