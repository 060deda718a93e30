"""What straight ways between minima cost."""

import numpy as np
from landsweep.kernels.critical.surface import Grid
from landsweep.kernels.critical.ways.lines import straight
from surfaces import Known


def test_straight_ways_that_are_high_at_their_middle_cost_one_value():
    grid = Grid(Known(lambda x: -((x[0] - 2.0) ** 2) - (x[1] - 2.0) ** 2), [np.linspace(0, 4, 5)] * 2)
    ends = [(np.array([0.0, y]), np.array([4.0, 4.0 - y])) for y in (0.0, 1.0, 4.0)]
    low = (np.array([0.0, 0.0]), np.array([0.0, 4.0]))
    found = straight(grid, [*ends, low], np.full(4, -3.0))
    assert [way is None for way in found] == [True, True, True, False]
    assert grid.values == 3 + 5 + 7
    assert len(found[3][0]) == 7
    assert (found[3][1] < -3.0).all()
