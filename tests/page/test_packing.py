"""Packed arrays: what goes in comes out by the layout that the page's program reads, the same bytes each time."""

import numpy as np
import pytest
from landsweep.page.packing import pack
from written import unpacked


def test_what_goes_in_comes_out():
    arrays = {
        "a": np.array([[1.5, np.nan], [np.inf, -0.0]]),
        "b/c": np.arange(3, dtype=np.float32),
        "big": np.array([1, -2], ">i4"),
        "strided": np.arange(10, dtype=np.uint8)[::3],
        "none": np.empty((0, 2)),
    }
    packed = pack({"name": "µ"}, arrays)
    header, found = unpacked(packed)
    assert header == {"name": "µ"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert packed == pack({"name": "µ"}, arrays)


def test_what_the_program_cannot_read_is_refused():
    with pytest.raises(TypeError, match="array a is int64, expected one of float64, float32, int32, uint8"):
        pack({}, {"a": np.arange(3)})
