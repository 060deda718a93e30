"""The contour tree of a member of a run."""

from __future__ import annotations

import landsweep
import numpy as np
import pytest
from landsweep import UserError
from landsweep.disk.store import Landscape
from landsweep.kernels.diagrams.contour import contour_tree
from support import reference_run


def test_it_is_that_of_the_stored_landscape():
    run = landsweep.open_run(reference_run())
    tree = run.contour_tree(beta=1.0, direction_seed=1)
    field = Landscape(run.directory.landscape).read_member("loss", run.plan.members[1].position)
    expected = contour_tree(field)
    assert np.array_equal(tree.arcs, expected.arcs)
    assert set(tree.node_values) <= set(field.reshape(-1).astype(float))


def test_a_line_has_none():
    line = reference_run(grid__dims=1, grid__points=5, topology__min_persistence="100%", sweep__direction_seed=[0])
    with pytest.raises(UserError, match="member 0 has no contour tree: the field has shape"):
        landsweep.open_run(line).contour_tree(beta=1.0)
