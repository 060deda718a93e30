"""What networks of the problems that come along predict, for pictures.

It stands beside their classes, not in them: a run compares the source of its problem with what it began with, and what
only pictures need should make no run stale.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from landsweep.jobs.problems.pinn import Pinn
from torch import nn


def shipped(problem: object) -> Callable[[nn.Module], dict[str, Any]] | None:
    """Return the ``predict`` of a problem that comes along: its field on a grid; None for other problems.

    Examples
    --------
    >>> from landsweep.jobs.problems.pinn import Convection
    >>> problem = Convection(beta=1.0)
    >>> found = shipped(problem)(problem.build(0))
    >>> found["values"].shape, [len(axis) for axis in found["coordinates"].values()], shipped(object()) is None
    ((256, 100), [256, 100], True)
    """
    return partial(_pinn, problem) if isinstance(problem, Pinn) else None


def _pinn(problem: Pinn, model: nn.Module) -> dict[str, Any]:
    """Return u(x, t), learnt and exact, on the grid of :meth:`Pinn.quality`."""
    parameter = next(model.parameters())
    x, t = np.meshgrid(problem._x, problem._t, indexing="ij")
    points = torch.from_numpy(np.stack([x.ravel(), t.ravel()], axis=1)).to(parameter)
    with torch.no_grad():
        values = model(points).double().cpu().numpy().reshape(x.shape)
    return {
        "coordinates": {"x": problem._x, "t": problem._t},
        "values": values,
        "exact": problem.exact().T,
        "name": "u",
    }
