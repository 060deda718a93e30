"""Neighbourhoods: counts, symmetry, the mirrored Freudenthal triangulation, the border of NaN."""

import re
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from landsweep.kernels.geometry.connectivity import CONNECTIVITIES, default_connectivity, offsets

COUNTS = {
    "face": [2, 4, 6, 8, 10, 12],
    "freudenthal": [2, 6, 14, 30, 62, 126],
    "moore": [2, 8, 26, 80, 242, 728],
}


def test_every_connectivity_has_a_count():
    assert tuple(COUNTS) == CONNECTIVITIES


@pytest.mark.parametrize("ndim", range(1, 7))
@pytest.mark.parametrize("name", COUNTS)
def test_neighbours(name, ndim):
    neighbours = offsets(name, ndim)
    assert neighbours.dtype == np.int64
    assert neighbours.shape == (COUNTS[name][ndim - 1], ndim)
    found = set(map(tuple, neighbours.tolist()))
    assert len(found) == len(neighbours)
    assert found == {tuple(-x for x in o) for o in found}
    assert (0,) * ndim not in found
    assert sorted(found) == list(map(tuple, neighbours.tolist()))
    assert np.abs(neighbours).max() == 1


@pytest.mark.parametrize("ndim", range(1, 7))
def test_freudenthal_is_mirrored_in_the_fastest_axis(ndim):
    half = {(*head, last) for head in product((0, 1), repeat=ndim - 1) for last in (0, -1)} - {(0,) * ndim}
    expected = half | {tuple(-x for x in o) for o in half}
    assert set(map(tuple, offsets("freudenthal", ndim).tolist())) == expected


def test_default():
    assert [default_connectivity(d) for d in range(1, 7)] == ["moore"] * 3 + ["face"] * 3
    assert [default_connectivity(d, toolkit=True) for d in range(1, 7)] == ["freudenthal"] * 3 + ["face"] * 3


def test_unknown_name():
    text = "unknown connectivity: got 'gabriel', expected one of face, freudenthal, moore."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        offsets("gabriel", 2)


@pytest.mark.parametrize("ndim", [0, 7])
def test_unsupported_number_of_axes(ndim):
    text = f"unsupported number of grid axes: got {ndim}, expected 1 to 6."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        offsets("face", ndim)


@pytest.mark.processes
def test_import_is_light():
    code = (
        "import sys, landsweep.kernels.geometry.connectivity;"
        "print(sorted({'numpy', 'numba', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
