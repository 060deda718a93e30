"""Grids in slabs: the same numbers as of the whole, and every stride-th point as it is stored."""

import numpy as np
import pytest
from landsweep.disk.opened import read_run
from landsweep.disk.store import Landscape
from landsweep.page import grids
from landsweep.page.grids import counts_of, lacking, read_grid, strides_of
from written import solid


@pytest.mark.parametrize("slab", [1, 80, 2**22])
def test_slabs_are_the_whole(slab, monkeypatch):
    monkeypatch.setattr(grids, "SLAB", slab)
    run = read_run(solid())
    (member,) = run.plan.members
    landscape = Landscape(run.directory.landscape)
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
