"""Principal components of networks around a trained one, as in Li et al. 2018 (arXiv:1712.09913, section 7.1)."""

from __future__ import annotations

import numpy as np
import torch
from landsweep.kernels.loss.directions import given_directions, orthonormalise
from landsweep.kernels.spans.span import Span
from torch import nn

SMALLEST = 1e-6
"""A component must be at least this share of the first one's standard deviation, else it is rounding."""


def principal(model: nn.Module, differences: np.ndarray, dims: int, skip: int = 0) -> Span:
    """Return the span of the leading principal components.

    The matrix M has a row ``theta_i - theta`` for each network, not centred: the trained weights are the origin. Its
    right singular vectors are the components, and the share of component k in the variance is ``s_k^2 / sum(s^2)``.
    Each is as long as the network farthest along it, which has coordinate 1 there, and not -1.

    Parameters
    ----------
    model
        The trained network.
    differences
        ``(n, P)`` float64.
    dims, skip
        How many components are wanted, after how many that are left out.

    Raises
    ------
    ValueError
        Where the networks span fewer dimensions.
    """
    if not np.isfinite(differences).all():
        raise ValueError("a checkpoint holds weights that are not finite, expected the weights of trained networks.")
    squares, left = np.linalg.eigh(differences @ differences.T)
    squares, left = np.clip(squares[::-1], 0.0, None), left[:, ::-1]
    rank = int((squares > SMALLEST**2 * squares[0]).sum()) if squares[0] > 0 else 0
    wanted = skip + dims
    if rank < wanted:
        raise ValueError(
            f"the {len(differences)} checkpoints span {rank} dimensions around the model's weights, expected at least "
            f"{wanted} (skip + grid.dims): list more checkpoints, or ask for fewer dimensions."
        )
    components = orthonormalise(torch.from_numpy(np.ascontiguousarray(left[:, :wanted].T @ differences))).numpy()[skip:]
    along = components @ differences.T
    farthest = along[np.arange(dims), np.abs(along).argmax(axis=1)]
    directions = given_directions(model, components * farthest[:, None])
    return Span(directions, shares=squares[skip:wanted] / squares.sum())
