"""Loops of sublevel sets: against gudhi, cripser, and the Euler characteristic of every sublevel set."""

from __future__ import annotations

import sys

import cripser
import gudhi
import numpy as np
import pytest
from landsweep.kernels import merge_tree
from landsweep.kernels.diagrams.diagram import cleaned
from landsweep.kernels.diagrams.loops import DUAL, loop_diagram, loop_metrics, needs_gudhi

CONSTRUCTION = {"face": "vertices", "moore": "top_dimensional_cells"}


def fields(seed):
    """A random field of two axes: rough, with ties, smooth, or with holes of NaN."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 12, 2))
    kind = seed % 4
    field = rng.normal(size=shape) if kind != 1 else rng.integers(0, 6, shape).astype(float)
    if kind == 2:
        x, y = np.meshgrid(*(np.linspace(0, 9, n) for n in shape), indexing="ij")
        field = np.sin(x) * np.cos(y) + 0.1 * field
    if kind == 3:
        field[rng.random(shape) < 0.15] = rng.choice([np.nan, np.inf, -np.inf])
    return field


def by_gudhi(field, connectivity, **more):
    values = np.where(np.isfinite(field), field, np.inf)
    kind = gudhi.PeriodicCubicalComplex if more else gudhi.CubicalComplex
    cubes = kind(**{CONSTRUCTION[connectivity]: values}, **more)
    cubes.compute_persistence()
    found = np.asarray(cubes.persistence_intervals_in_dimension(1)).reshape(-1, 2)
    return cleaned(found[np.isfinite(found[:, 0])])


@pytest.mark.parametrize("connectivity", CONSTRUCTION)
def test_loops_of_50_random_grids_are_those_of_gudhi(connectivity):
    for seed in range(50):
        field = fields(seed)
        assert np.array_equal(loop_diagram(field, connectivity), by_gudhi(field, connectivity)), seed


@pytest.mark.parametrize(("connectivity", "compute"), [("face", "computePH_V"), ("moore", "computePH_T")])
@pytest.mark.parametrize("shape", [(9, 8), (5, 4, 6)])
def test_loops_are_those_of_cripser(connectivity, compute, shape):
    field = np.random.default_rng(3).normal(size=shape)
    construction = compute[-1]
    found = cripser.compute_ph(field, maxdim=1, filtration=construction)
    loops = found[(found[:, 0] == 1) & (found[:, 2] < 1e300)][:, 1:3]
    assert np.array_equal(loop_diagram(field, connectivity), cleaned(loops))


@pytest.mark.parametrize("shape", [(8, 9), (4, 5, 4)])
def test_loops_of_the_triangulation_follow_from_its_euler_characteristic(shape):
    """In the plane V - E + F = components - loops; in space cavities are added, which are components outside."""
    field = np.random.default_rng(4).normal(size=shape)
    diagram = loop_diagram(field, "freudenthal")
    assert len(diagram) > 3
    simplices = _freudenthal(shape)
    for level in np.quantile(field, np.linspace(0.05, 0.95, 15)):
        below = field.reshape(-1) <= level
        euler = sum((-1) ** (k - 1) * np.count_nonzero(below[s].all(axis=1)) for k, s in simplices.items())
        edges = simplices[2]
        components = _components(below, edges[below[edges].all(axis=1)])
        outside = np.pad((~below).reshape(shape), 1, constant_values=True)  # the frame is outside
        framed = _freudenthal(outside.shape)[2]
        around = outside.reshape(-1)
        cavities = _components(around, framed[around[framed].all(axis=1)]) - 1 if len(shape) == 3 else 0
        alive = np.count_nonzero((diagram[:, 0] <= level) & (level < diagram[:, 1]))
        assert alive == components + cavities - euler


def _components(vertices, edges):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(vertices)
    graph = coo_array((np.ones(len(edges)), edges.T), (n, n))
    return len(np.unique(connected_components(graph, directed=False)[1][vertices]))


def _freudenthal(shape):
    """All simplices by number of vertices: paths along the axes through each cube, mirrored along the last axis."""
    from itertools import permutations

    found = {k: set() for k in range(1, len(shape) + 2)}
    ids = np.arange(np.prod(shape)).reshape(shape)[..., ::-1]
    for corner in np.ndindex(*shape):
        found[1].add((int(ids[corner]),))
        for axes in permutations(range(len(shape))):
            path, at = [int(ids[corner])], list(corner)
            for axis in axes:
                at[axis] += 1
                if at[axis] >= shape[axis]:
                    break
                path.append(int(ids[tuple(at)]))
                for k in range(2, len(path) + 1):  # every chain that begins at the corner
                    for inner in _chains(path[1:-1], k - 2):
                        found[k].add(tuple(sorted((path[0], *inner, path[-1]))))
    return {k: np.array(sorted(simplices)) for k, simplices in found.items()}


def _chains(items, count):
    from itertools import combinations

    return combinations(items, count)


@pytest.mark.parametrize("connectivity", CONSTRUCTION)
def test_around_periodic_axes_the_loops_are_gudhi_s_and_those_of_the_torus_never_end(connectivity):
    field = np.random.default_rng(5).normal(size=(6, 7))
    found = loop_diagram(field, connectivity, periodic=(0, 1))
    assert np.array_equal(found, by_gudhi(field, connectivity, periodic_dimensions=[True, True]))
    assert np.count_nonzero(np.isinf(found[:, 1])) == 2
    flat = loop_diagram(np.random.default_rng(6).normal(size=(5, 6)), "freudenthal", periodic=(0, 1))
    assert np.count_nonzero(np.isinf(flat[:, 1])) == 2


def test_components_of_the_same_complex_are_those_of_the_merge_tree():
    """What makes loops and components be of one space: gudhi's dimension 0 equals our tree, for both constructions."""
    field = np.random.default_rng(7).normal(size=(9, 9))
    for connectivity, construction in CONSTRUCTION.items():
        cubes = gudhi.CubicalComplex(**{construction: field})
        cubes.compute_persistence()
        pairs = np.asarray(cubes.persistence_intervals_in_dimension(0))
        tree = merge_tree(field, connectivity)
        assert np.array_equal(cleaned(pairs[np.isfinite(pairs[:, 1])]), cleaned(tree.pair_values))


def test_superlevel_loops_are_those_of_the_negated_field_and_symmetries_change_nothing():
    field = fields(11)
    assert np.array_equal(loop_diagram(field, "face", negate=True), loop_diagram(-field, "face"))
    for other in (field[::-1], field[:, ::-1], field.T):
        assert np.array_equal(loop_diagram(other, "moore"), loop_diagram(field, "moore"))


def test_a_hole_of_nan_is_never_filled_and_the_greatest_float_is_a_value():
    field = np.zeros((5, 5))
    field[2, 2] = np.nan
    assert loop_diagram(field, "moore").tolist() == [[0.0, np.inf]]
    field[2, 2] = np.finfo(float).max
    assert loop_diagram(field, "face").tolist() == [[0.0, np.finfo(float).max]]
    assert loop_diagram(np.ma.masked_equal(field, field[2, 2]), "face").tolist() == [[0.0, np.inf]]
    assert loop_diagram(np.full((4, 4), np.nan)).shape == (0, 2)
    assert loop_diagram(np.arange(9.0)).shape == (0, 2)


@pytest.mark.parametrize("shape", [(5, 1), (5, 2)])
def test_a_short_axis_is_not_periodic(shape):
    with pytest.raises(ValueError, match=f"axis 1 cannot be periodic: got {shape[1]} points along it, expected at lea"):
        loop_diagram(np.zeros(shape), periodic=(1,))


def test_a_graph_has_no_loops_and_without_gudhi_only_two_axes_work(monkeypatch):
    with pytest.raises(ValueError, match="connectivity is knn, expected face, gabriel, moore"):
        loop_diagram(np.zeros((3, 3)), "knn")
    monkeypatch.setitem(sys.modules, "gudhi", None)
    assert set(DUAL) == {"face", "gabriel", "moore", "freudenthal", "delaunay"}
    assert not needs_gudhi((5, 5, 1))
    assert loop_diagram(fields(2)[..., None], "moore").ndim == 2
    with pytest.raises(ImportError, match=r"gudhi is missing.*expected pip install 'landsweep\[diagrams\]'"):
        loop_diagram(np.zeros((3, 3, 3)), "face")


def test_metrics_of_loops_by_hand():
    found = loop_metrics(np.array([[0.0, 2.0], [1.0, 5.0], [3.0, np.inf]]), (0.0, 8.0))
    root = np.sqrt(2)
    assert found == pytest.approx(
        {
            "n_loops": 3,
            "n_infinite_loops": 1,
            "average_loop_persistence": 3 / root,
            "max_loop_persistence": 4 / root,
            "average_loop_persistence_rel": 3 / root / 8,
        }
    )
    assert loop_metrics(np.array([[0.0, 2.0], [1.0, 5.0]]), (0.0, 8.0), min_persistence=3.0)["n_loops"] == 1
    none = loop_metrics(np.empty((0, 2)), (1.0, 1.0))
    assert none["n_loops"] == 0
    assert np.isnan([none["average_loop_persistence"], none["average_loop_persistence_rel"]]).all()
