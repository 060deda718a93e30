"""Whether weights are finite, and which are not."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

SHOWN = 3
"""At most this many tensors are named; the others are counted."""


def not_finite(model: nn.Module) -> str:
    """Return in words which trained numbers of a network are not finite; empty where all are.

    What training does not change may hold infinity on purpose, such as masks of attention, so of frozen parameters and
    buffers only NaN counts, and of running statistics infinity as well.

    Examples
    --------
    >>> model = nn.Linear(2, 2)
    >>> with torch.no_grad():
    ...     model.weight[0, 0] = float("nan")
    >>> not_finite(model)
    'weight has 1 NaN among 4 values'
    """
    found = []
    tensors: list[tuple[str, Tensor, bool]] = [(name, p, p.requires_grad) for name, p in model.named_parameters()]
    tensors += [(name, b, "running_" in name) for name, b in model.named_buffers()]
    for name, tensor, trained in tensors:
        if is_lazy(tensor) or not (tensor.is_floating_point() or tensor.is_complex()):
            continue
        nan = int(torch.isnan(tensor.detach()).sum())
        infinite = int(torch.isinf(tensor.detach()).sum()) if trained else 0
        if nan or infinite:
            parts = [f"{nan} NaN"] * bool(nan) + [f"{infinite} infinite"] * bool(infinite)
            found.append(f"{name} has {' and '.join(parts)} among {tensor.numel():,} values")
    more = f" and {len(found) - SHOWN} tensors more" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more
