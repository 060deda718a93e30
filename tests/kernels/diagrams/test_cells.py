"""Morse-Smale cells, against paths that are followed point by point."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from landsweep.kernels.diagrams.cells import morse_smale_cells


def followed(field, steps, sign):
    """The end of the steepest path from each point; of equal neighbours the first."""
    found = np.empty(field.shape, np.int64)
    for start in np.ndindex(field.shape):
        at = start
        while True:
            near = [tuple(np.add(at, step)) for step in steps]
            near = [p for p in near if all(0 <= i < n for i, n in zip(p, field.shape, strict=True))]
            best = min([at, *near], key=lambda p: (sign * field[p], np.ravel_multi_index(p, field.shape)))
            if best == at:
                break
            at = best
        found[start] = np.ravel_multi_index(at, field.shape)
    return found


@pytest.mark.parametrize("connectivity", ["face", "moore"])
@pytest.mark.parametrize("ties", [False, True])
def test_every_point_is_in_the_cell_of_its_two_paths(connectivity, ties):
    rng = np.random.default_rng(2)
    field = rng.integers(0, 5, (9, 7)).astype(float) if ties else rng.normal(size=(9, 7))
    steps = [s for s in product((-1, 0, 1), repeat=2) if any(s) and (connectivity == "moore" or sum(map(abs, s)) == 1)]
    found = morse_smale_cells(field, connectivity)
    low, high = (followed(field, steps, sign) for sign in (1, -1))
    assert np.array_equal(found.minima[found.pairs[found.cell, 0]], low)
    assert np.array_equal(found.maxima[found.pairs[found.cell, 1]], high)
    assert found.sizes.sum() == field.size
    assert np.array_equal(np.bincount(found.cell.reshape(-1)), found.sizes)
    assert len(np.unique(found.pairs, axis=0)) == len(found.pairs)


def test_points_that_are_not_finite_are_in_no_cell():
    field = np.arange(12.0).reshape(3, 4)
    field[0, 1] = np.nan
    found = morse_smale_cells(field, "moore")
    assert np.array_equal(found.cell < 0, ~np.isfinite(field))
    assert found.maxima.tolist() == [11]
