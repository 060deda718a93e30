"""The ends of values, found box by box, are those of the whole array."""

import numpy as np
from landsweep.serving.ends import Ends


def test_ends_of_parts_are_those_of_the_whole():
    grid = (4, 6)
    values = np.random.default_rng(0).integers(0, 5, grid).astype(np.float32)  # several points have one value
    values[0] = [np.nan, np.inf, -np.inf, np.nan, np.nan, np.inf]
    finite = values[np.isfinite(values)]
    found = Ends()
    for low in ((0, 0), (1, 3), (1, 0)):  # in no order
        high = (1, 6) if low == (0, 0) else (4, low[1] + 3)
        found |= Ends.of(values[low[0] : high[0], low[1] : high[1]], low, grid)
    assert found.range == (finite.min(), finite.max())
    flat = values.ravel().tolist()
    assert (found.least_at, found.most_at) == (flat.index(finite.min()), flat.index(finite.max()))


def test_without_a_finite_value_there_are_none():
    assert Ends.of(np.full((2, 2), np.nan), (0, 0), (2, 2)) == Ends()
    assert Ends().range is None
