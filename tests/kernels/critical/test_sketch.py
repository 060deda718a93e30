"""Whether a function falls along ways: the same answer as from all points of each way, from fewer of them."""

import numpy as np
import pytest
from landsweep.kernels.critical import sketch as module
from landsweep.kernels.critical.sketch import Sketch, fallen
from landsweep.kernels.critical.surface import Grid
from surfaces import Known, waves


def whole(grid, way, sketch):
    """Whether f falls along a way, and as the sketch does, from its value at every point that the docstring names."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    count = max(1, int(np.ceil(along[-1] / module.SPACING)))
    at = np.union1d(np.arange(count + 1) / count * along[-1], module.CLOSE[along[-1] > module.CLOSE])
    x = np.stack([np.interp(at, along, column) for column in way.T], axis=1)
    values = grid.surface.values(grid.alpha(x))
    falls = (np.diff(values) < -64 * np.finfo(float).eps * abs(values[0])).all()
    if sketch is None or not falls:
        return falls, len(x)
    drawn = sketch.value(x)
    fits = abs((values - values[0]) - (drawn - drawn[0])) <= module.FIT * (values[0] - values[-1])
    parts = abs(np.diff(values) - np.diff(drawn)) <= module.PART * abs(np.diff(drawn))
    return fits.all() and parts.all(), len(x)


@pytest.mark.parametrize("drawn", [True, False])
def test_ways_are_judged_as_by_all_of_their_points(drawn):
    axes = [np.linspace(-1.3, 1.5, 41)] * 2
    surface = Known(waves(3))
    grid = Grid(surface, axes)
    mesh = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    sketch = Sketch(surface.values(mesh).reshape(41, 41))
    starts = np.random.default_rng(0).uniform(0, 40, (80, 2))
    ways = [way for way in sketch.ways_down(starts) if len(way) > 2]
    ways += [np.array([a, b]) for a, b in zip(starts, starts + 1.5, strict=True)]
    expected = [whole(grid, way, sketch if drawn else None) for way in ways]
    grid.values = 0
    assert fallen(grid, ways, sketch if drawn else None) == [falls for falls, _ in expected]
    assert 8 < sum(falls for falls, _ in expected) < len(ways) - 8
    assert grid.values < 0.9 * sum(points for _, points in expected)


def test_a_way_with_a_value_that_is_not_finite_does_not_fall():
    class Broken(Known):
        def values(self, alpha):
            return np.where(abs(alpha[:, 0] - 2.0) < 0.02, np.nan, alpha[:, 0])

    grid = Grid(Broken(waves(0)), [np.linspace(0, 4, 5)] * 2)
    ways = [np.array([[first, 1.0], [0.0, 1.0]]) for first in (1.5, 4.0)]
    assert fallen(grid, ways) == [True, False]
    assert fallen(grid, []) == []
