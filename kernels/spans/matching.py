"""The order of a network's hidden units that brings its weights closest to another network's.

The method is the weight matching of Ainsworth et al. 2023 (git re-basin, arXiv:2209.04836, algorithm 1): group after
group, the linear assignment problem that maximises the inner product of the weights is solved until nothing improves.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from landsweep.kernels.spans.symmetry import Symmetry
from torch import Tensor

SWEEPS = 100
"""All groups are matched in turn at most this often."""
STARTS = 5
"""The groups are taken in this many random orders, of whose results the closest is kept."""


def match(symmetry: Symmetry, reference: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> dict[int, Tensor]:
    """Return the order of the units of each group, as indices into those of ``other``.

    Parameters
    ----------
    symmetry
        The groups of both networks.
    reference, other
        The parameters by name; only those that go with a group count.

    Returns
    -------
    dict
        ``{group: (units,) indices}``, the identity where no other order is closer.
    """
    a, b = ({k: _reals(t) for k, t in tensors.items() if k in symmetry.axes} for tensors in (reference, other))
    best = {group: torch.arange(size) for group, size in symmetry.sizes.items()}
    highest = _agreement(symmetry, a, b, best)
    for start in range(STARTS):
        found = _descend(symmetry, a, b, np.random.default_rng(start))
        if (agreement := _agreement(symmetry, a, b, found)) > highest * (1 + 1e-12):
            best, highest = found, agreement
    return best


def _reals(tensor: Tensor) -> Tensor:
    """Return a tensor in float64; complex numbers become pairs along an axis of their own, the last."""
    tensor = tensor.detach().cpu()
    return (torch.view_as_real(tensor) if tensor.is_complex() else tensor).double()


def _agreement(
    symmetry: Symmetry, a: Mapping[str, Tensor], b: Mapping[str, Tensor], order: Mapping[int, Tensor]
) -> float:
    """Return the inner product of two networks' weights, the second one's units in an order."""
    return sum(float((a[name] * symmetry.permuted(name, b[name], order)).sum()) for name in a)


def _descend(
    symmetry: Symmetry, a: Mapping[str, Tensor], b: Mapping[str, Tensor], rng: np.random.Generator
) -> dict[int, Tensor]:
    from scipy.optimize import linear_sum_assignment  # a quarter of a second, for who aligns networks

    order = {group: torch.arange(size) for group, size in symmetry.sizes.items()}
    for _ in range(SWEEPS):
        improved = False
        for group in rng.permutation(list(order)).tolist():
            gain = _gain(symmetry, a, b, order, group)
            rows, columns = linear_sum_assignment(gain, maximize=True)
            before = float(gain[rows, order[group].numpy()].sum())
            if float(gain[rows, columns].sum()) > before + 1e-12 * abs(before):
                order[group], improved = torch.from_numpy(columns), True
        if not improved:
            break
    return order


def _gain(
    symmetry: Symmetry, a: Mapping[str, Tensor], b: Mapping[str, Tensor], order: Mapping[int, Tensor], group: int
) -> np.ndarray:
    """Return ``(n, n)``, what each unit of the second network adds to the agreement in each place of a group."""
    size = symmetry.sizes[group]
    total = np.zeros((size, size))
    for name in a:
        for axis, (of, _) in symmetry.axes[name].items():
            if of == group:
                mine, theirs = a[name], symmetry.permuted(name, b[name], order, skip=axis)
                rows = (x.movedim(axis, 0).reshape(size, -1).numpy() for x in (mine, theirs))
                total += next(rows) @ next(rows).T
    return total
