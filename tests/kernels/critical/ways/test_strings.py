"""What strings cost on faces of the box."""

import numpy as np
from landsweep.kernels.critical.surface import Grid
from landsweep.kernels.critical.ways.strings import relax
from surfaces import Known


def test_a_string_that_a_face_holds_back_is_settled():
    """The function falls outwards at the face on which both minima lie: images can move no further."""
    grid = Grid(
        Known(lambda x: (x[0] ** 2 - 1.0) ** 2 + 3.0 * x[1]), [np.linspace(-1.5, 1.5, 13), np.linspace(0, 3, 13)]
    )
    way = np.array([[2.0, 0.0], [4.0, 0.8], [6.0, 0.4], [10.0, 0.0]])
    (path,) = relax(grid, [way], lambda: None)
    assert np.abs(path.x[:, 1]).max() == 0
    assert path.value.max() == grid.value(np.array([[6.0, 0.0]]))[0]
    images = 21  # of 8.2 steps, 0.4 apart
    assert grid.gradients <= 2 * images * 4
