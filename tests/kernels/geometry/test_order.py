"""Numbers that stand for (value, id), at the ends of float32 and float64; sorting itself is tested with the trees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landsweep.kernels.geometry.order import SPARE, keys

TINY, LEAST, MOST = np.float32(1e-45), np.finfo(np.float32).tiny, np.finfo(np.float32).max
VALUES = [0.0, -0.0, TINY, -TINY, LEAST, -LEAST, 1.0, np.nextafter(1, 0, dtype="f4"), -1.0, MOST, -MOST, np.inf]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_keys_are_in_the_order_of_value_and_id(dtype, data):
    value = st.one_of(st.sampled_from(VALUES), st.floats(width=32, allow_nan=False))
    values = np.array(data.draw(st.lists(value, min_size=1, max_size=30)), dtype)
    values[values == -np.inf] = np.inf
    ends = st.sampled_from([0, 1, SPARE - 2, SPARE - 1, SPARE, 2**40])
    ids = np.array([data.draw(st.one_of(ends, st.integers(0, SPARE))) for _ in values])
    found = keys(values, ids)
    assert np.isfinite(found).all()
    expected, ordered = np.lexsort((ids, values)), np.argsort(found, kind="stable")
    np.testing.assert_array_equal(values[ordered], values[expected])
    np.testing.assert_array_equal(ids[ordered], ids[expected])
