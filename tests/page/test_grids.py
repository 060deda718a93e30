"""Grids in slabs: the same numbers as of the whole, and every stride-th point as it is stored."""

import numpy as np
import pytest
from landsweep.disk.opened import read_run
from landsweep.disk.store import Landscape
from landsweep.page import grids
from landsweep.page.grids import counts_of, lacking, read_grid, strides_of
from support import once
from written import imported


@pytest.fixture(scope="module")
def solid():
    """A run of one landscape of 7 x 5 x 6 points, two of which are not finite."""

    def make(folder):
        field = np.random.default_rng(2).normal(size=(6, 6, 6))
        field[1, 2, 3], field[5, 0, 0] = np.nan, np.inf
        field[4, 4, 4] = field[2, 2, 2] = field[np.isfinite(field)].min()  # the first of equal ones counts
        imported(folder / "run", {"solid": field})

    return read_run(once("page-solid", make) / "run")


@pytest.mark.parametrize("slab", [1, 80, 2**22])
def test_slabs_are_the_whole(solid, slab, monkeypatch):
    monkeypatch.setattr(grids, "SLAB", slab)
    (member,) = solid.plan.members
    landscape = Landscape(solid.directory.landscape)
    whole = landscape.read_member("loss", member.position)
    found = read_grid(landscape, "loss", member, (2, 1, 4))
    np.testing.assert_array_equal(found.values, whole[::2, :, ::4])
    finite = whole[np.isfinite(whole)]
    assert found.range == (finite.min(), finite.max())
    assert found.least == tuple(np.argwhere(whole == finite.min())[0])
    assert found.most == tuple(np.argwhere(whole == finite.max())[0])
    assert lacking(counts_of(landscape, member)) == ["2 of 216 points are not finite."]


def test_strides_keep_grids_within_the_budget():
    assert strides_of((41, 41), 4.5, 41 * 41 * 4.5) == (1, 1)
    assert strides_of((41, 41), 4.5, 41 * 41 * 4.5 - 1) == (2, 1)
    assert strides_of((1000, 10), 4, 2000) == (20, 1)
    assert strides_of((3, 3), 8, 1) == (2, 2)  # the ends of an axis stay
    assert strides_of((1900, 600), 4, 1e9) == (4, 2)
    assert strides_of((1900,), 4, 1e9) == (1,)
