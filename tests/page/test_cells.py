"""Numbers and texts of tables as JSON has them."""

import json

import numpy as np
import pandas as pd
import pytest
from landsweep.page.cells import cell, table_of


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (np.float32(0.1), float(np.float32(0.1))),
        (5e-324, 5e-324),
        (-0.0, -0.0),
        (float("nan"), None),
        (pd.NA, None),
        (None, None),
        (-np.inf, "-inf"),
        (np.bool_(True), "true"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (np.int64(-(2**62)), "-4611686018427387904"),
        ("a", "a"),
    ],
)
def test_a_cell(value, found):
    assert repr(cell(value)) == repr(found)
    assert json.loads(json.dumps(cell(value), allow_nan=False)) == found


def test_a_table_has_the_digits_of_its_frame():
    frame = pd.DataFrame({"x": [0.1 + 0.2, np.nan], "n": pd.array([1, None], "Int64"), "name": ["a", None]})
    found = table_of(frame, {"x": "label of x"}, {"n": "what n is"})
    assert found["rows"] == [[0.30000000000000004, 1, "a"], [None, None, None]]
    assert [c["kind"] for c in found["columns"]] == ["number", "number", "name"]
    assert [c["label"] for c in found["columns"]] == ["label of x", "n", "name"]
    assert [c["description"] for c in found["columns"]] == ["", "what n is", ""]
