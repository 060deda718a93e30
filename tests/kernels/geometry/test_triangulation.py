"""Numbers of simplices against brute force, and against formulas by hand where grids are large."""

from itertools import combinations

import numpy as np
import pytest
from landsweep.kernels.geometry.triangulation import simplices, too_many
from landsweep.kernels.topology import ttk


def brute_simplices(shape):
    """Cliques of the triangulation's edges."""
    vertices = list(np.ndindex(shape))

    def joined(a, b):  # all steps up, but those of the last axis down
        steps = np.subtract(a, b) * ([1] * (len(shape) - 1) + [-1])
        return any(((s == 0) | (s == 1)).all() for s in (steps, -steps))

    return [
        sum(all(joined(*pair) for pair in combinations(found, 2)) for found in combinations(vertices, k + 1))
        for k in range(len(shape) + 1)
    ]


@pytest.mark.parametrize("shape", [(5,), (3, 4), (1, 5), (4, 1, 2), (2, 3, 2), (3, 2, 3)])
def test_simplices_are_counted(shape):
    assert simplices(shape) == brute_simplices(shape)


def test_simplices_of_large_grids():
    """By hand, per dimension: 7 edges, 12 triangles and 6 tetrahedra a vertex; 3 edges and 2 triangles."""
    n = 1000
    assert simplices((n, n)) == [n**2, 2 * n * (n - 1) + (n - 1) ** 2, 2 * (n - 1) ** 2]
    counts = simplices((n, n, n))
    assert counts[2] == 6 * n * (n - 1) ** 2 + 6 * (n - 1) ** 3
    assert counts[3] == 6 * (n - 1) ** 3
    assert too_many((n, n, n)) == f"{counts[1]:,} edges"
    assert too_many((560, 560, 560)) == ""
    assert too_many((570, 570, 570)).endswith("triangles")
    with pytest.raises(
        ttk.EngineError, match=r"^TTK cannot number the simplices of a block: got 2,148,185,761 edges, "
    ):
        ttk._by_toolkit(None, (26_760, 26_760), run=lambda *a: pytest.fail("TTK was asked"))
