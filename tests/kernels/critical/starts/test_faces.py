"""Minima on the border that are narrower towards the inside than a step of the grid."""

import numpy as np
import pytest
from landsweep.kernels.critical.starts.faces import face_minima, face_starts
from landsweep.kernels.critical.surface import Grid
from surfaces import Known, axes_of, deaths, grid_minima, kinds, search


def steep(u, edge):
    """Fall from both ends of [0, 1]: least at 0 and 1, greatest at the edge, which is closer to 0 than a step."""
    return -1.0 * (u - edge) ** 2


def test_a_narrow_minimum_on_a_face():
    function = lambda x: steep(x[0], 0.03) + (x[1] - 0.3) ** 2
    assert grid_minima(function, [(0, 1)] * 2, 6) == 1
    found = search(function, [(0, 1)] * 2, 6)
    assert np.allclose(found.alpha, [(1, 0.3), (0, 0.3)], atol=1e-8)
    assert found.faces.tolist() == [[1, 0], [-1, 0]]
    assert kinds(found) == ["border", "border"]
    assert np.allclose(found.saddle_alpha, [(0.03, 0.3)], atol=1e-8)
    assert deaths(found) == pytest.approx([0], abs=1e-12)
    assert found.start_end.tolist() == [0], "no minimum of the grid: it is no start"


@pytest.mark.parametrize("edge", [0.97, 0.99, 0.997])
def test_a_narrow_minimum_at_the_end_of_one_axis(edge):
    """A barrier that is narrower than the spacing of a path's points is one: what lies beyond it is lower by far."""
    found = search(lambda x: steep(x[0], edge), [(0, 1)], 6)
    assert found.alpha.ravel().tolist() == [0, 1]
    assert deaths(found) == pytest.approx([0], abs=1e-12)
    assert np.allclose(found.saddle_alpha, edge)


def test_narrow_minima_in_all_corners():
    """In three dimensions: from each of 8 corners f rises inwards, and falls again before the next point."""
    function = lambda x: sum(-1.0 * (u - 0.04) ** 2 * (u - 0.95) ** 2 for u in x)
    found = search(function, [(0, 1)] * 3, 5)
    corners = found.alpha[abs(found.faces).sum(1) == 3]
    assert len(corners) == 8
    assert {tuple(c) for c in corners.tolist()} == {(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)}


def brute(field):
    """Return the minima along faces by looking at every vertex, every face that it is on and all neighbours there."""
    found = set()
    order = {v: k for k, v in enumerate(np.argsort(field, axis=None, kind="stable").tolist())}
    top = np.array(field.shape) - 1
    for v, at in enumerate(np.ndindex(field.shape)):
        ends = [axis for axis in range(field.ndim) if at[axis] in (0, top[axis])]
        for bits in range(1, 2 ** len(ends)):
            fixed = [axis for k, axis in enumerate(ends) if bits >> k & 1]
            near = [
                w
                for w, other in enumerate(np.ndindex(field.shape))
                if w != v
                and all(other[axis] == at[axis] for axis in fixed)
                and max(abs(a - b) for a, b in zip(at, other, strict=True)) == 1
            ]
            if np.isfinite(field[at]) and all(order[v] < order[w] for w in near):
                found.add(
                    (v, tuple((-1 if at[axis] == 0 else 1) if axis in fixed else 0 for axis in range(field.ndim)))
                )
    return found


@pytest.mark.parametrize("shape", [(7,), (5, 4), (3, 4, 3)])
def test_minima_along_faces_are_those_of_their_definition(shape):
    rng = np.random.default_rng(1)
    for _ in range(5):
        field = rng.integers(0, 6, shape).astype(float)  # with ties
        field[rng.random(shape) < 0.1] = np.nan
        assert {(v, tuple(s.tolist())) for s, vertices in face_minima(field) for v in vertices.tolist()} == brute(field)


def test_starts_are_those_from_which_f_rises_inwards():
    surface, axes = Known(lambda x: x[0] + 0.1 * x[1]), axes_of([(0, 1)] * 2, 4)
    grid, field = Grid(surface, axes), surface.field(axes)
    assert face_starts(grid, field, np.array([], np.int64)).tolist() == [[0, 0]]  # of four corners one
    assert face_starts(grid, field, np.array([0])).tolist() == []
