"""f(alpha) = L(theta + alpha @ Delta) at many points.

Each point's parameters are one row of a matrix product of stored vectors, never a chain of adds. Batches have a
fixed width, the last one padded, so a point's value depends neither on its neighbours nor on who computes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any, Literal

import numpy as np
import torch
from landsweep.kernels.directions import flatten
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from torch import Tensor, nn

Strategy = Literal["batched", "inplace"]
MAX_WIDTH = 32
"""Width of a batch of a small model: measured in ``benchmarks/evaluation.py``."""
PARAMETER_BYTES = 64 << 20
"""Bytes of perturbed parameters held at once."""
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-10}
"""Relative difference allowed between strategies (they round differently)."""


def default_width(parameters: int, itemsize: int) -> int:
    """Return how many points are evaluated at once: a power of two, fixed by the model's size alone."""
    fits = max(1, PARAMETER_BYTES // max(1, parameters * itemsize))
    return min(MAX_WIDTH, 1 << (fits.bit_length() - 1))


@dataclass(frozen=True)
class Data:
    """The batches of one split and draw on the device, with their total weight."""

    batches: tuple[Batch, ...]
    weight: float

    @classmethod
    def of(
        cls, problem: Problem, device: torch.device, dtype: torch.dtype, split: str = "train", draw: int = 0
    ) -> Data:
        """Load a problem's batches.

        Raises
        ------
        ValueError
            Where there are none, or a weight is not above 0.
        """
        batches = tuple(batch.to(device, dtype) for batch in problem.batches(split=split, draw=draw))
        if not batches or not all(batch.weight > 0 for batch in batches):
            raise ValueError(
                f"batches(split={split!r}, draw={draw}) gave {[b.weight for b in batches]} as weights, expected "
                "at least one batch, each of weight above 0."
            )
        return cls(batches, float(sum(batch.weight for batch in batches)))


class Evaluator:
    """Evaluates one member's points.

    Parameters
    ----------
    problem
        Gives the loss.
    model
        The trained network; it is neither moved nor changed. Dropout is off, normalisation uses its statistics.
    delta
        ``(d, P)`` stored directions.
    data
        The batches over which the loss is averaged.
    fields
        Names among what ``problem.loss`` returns.
    device, dtype
        Where and how precisely the points are computed.
    strategy, width
        How, and how many points at once.
    """

    def __init__(
        self,
        problem: Problem,
        model: nn.Module,
        delta: Tensor,
        data: Data,
        fields: Sequence[str],
        *,
        device: torch.device,
        dtype: torch.dtype,
        strategy: Strategy = "batched",
        width: int = MAX_WIDTH,
    ) -> None:
        self.problem, self.data, self.fields = problem, data, tuple(fields)
        self.device, self.dtype, self.strategy, self.width = device, dtype, strategy, width
        self._theta = flatten(model).to(device, dtype)
        self._delta = delta.to(device, dtype)
        self._model = _working_copy(model, device, dtype)
        self._layout = [(name, p.shape, p.numel()) for name, p in trainable_parameters(model)]

    def __call__(self, alpha: np.ndarray) -> dict[str, np.ndarray]:
        """Return every field at the points ``alpha``.

        Parameters
        ----------
        alpha
            ``(n, d)`` float64 multiples of the stored directions.

        Returns
        -------
        dict
            Per field ``(n,)`` values in the evaluation dtype: ``sum(weight * value) / sum(weight)`` over the
            batches, summed in float64.
        """
        columns: dict[str, list[np.ndarray]] = {name: [] for name in self.fields}
        for k in range(ceil(len(alpha) / self.width)):
            part = alpha[k * self.width : (k + 1) * self.width]
            padded = np.concatenate([part, np.repeat(part[-1:], self.width - len(part), axis=0)])
            for name, value in self._batch(padded).items():
                columns[name].append(value[: len(part)].cpu().numpy())
        empty = np.empty(0, dtype=str(self.dtype).removeprefix("torch."))
        return {name: np.concatenate(parts) if parts else empty for name, parts in columns.items()}

    def _batch(self, alpha: np.ndarray) -> dict[str, Tensor]:
        coordinates = torch.from_numpy(alpha).to(self.device, self.dtype)
        points = torch.addmm(self._theta, coordinates, self._delta)
        run = self._batched if self.strategy == "batched" else self._one_by_one
        totals = {name: torch.zeros(len(alpha), dtype=torch.float64, device=self.device) for name in self.fields}
        for batch in self.data.batches:
            values = run(points, batch)
            for name in self.fields:
                totals[name] += values[name].double() * batch.weight
        return {name: (total / self.data.weight).to(self.dtype) for name, total in totals.items()}

    def _split(self, flat: Tensor) -> dict[str, Tensor]:
        """Return parameters by name from ``(..., P)`` rows."""
        sizes = [n for _, _, n in self._layout]
        return {
            name: part.reshape(*flat.shape[:-1], *shape)
            for (name, shape, _), part in zip(self._layout, torch.split(flat, sizes, dim=-1), strict=True)
        }

    def _batched(self, points: Tensor, batch: Batch) -> dict[str, Tensor]:
        def one(parameters: dict[str, Tensor]) -> dict[str, Tensor]:
            return self._select(self.problem.loss(_functional(self._model, parameters), batch))

        with torch.no_grad():
            return torch.func.vmap(one)(self._split(points))

    def _one_by_one(self, points: Tensor, batch: Batch) -> dict[str, Tensor]:
        named = dict(trainable_parameters(self._model))
        rows = []
        for row in points:
            for name, value in self._split(row).items():
                named[name].data.copy_(value)
            with _without_parameter_gradients(self._model):
                rows.append(
                    {name: v.detach() for name, v in self._select(self.problem.loss(self._model, batch)).items()}
                )
        return {name: torch.stack([row[name] for row in rows]) for name in self.fields}

    def _select(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        missing = [name for name in self.fields if name not in values]
        if missing:
            raise KeyError(
                f"loss returned {', '.join(values)}, expected also {', '.join(missing)} (fields of the study)"
            )
        shapes = {name: tuple(values[name].shape) for name in self.fields if values[name].ndim}
        if shapes:
            raise ValueError(f"loss returned shapes {shapes}, expected 0-d tensors: batch means")
        return {name: values[name] for name in self.fields}


def _functional(model: nn.Module, parameters: dict[str, Tensor]) -> Callable[..., Any]:
    return partial(_call, model, parameters)


def _call(model: nn.Module, parameters: dict[str, Tensor], *args: Any, **kwargs: Any) -> Any:
    return torch.func.functional_call(model, parameters, args, kwargs)


def _working_copy(model: nn.Module, device: torch.device, dtype: torch.dtype) -> nn.Module:
    from copy import deepcopy

    return deepcopy(model).to(device=device, dtype=dtype).eval()


@contextmanager
def _without_parameter_gradients(model: nn.Module) -> Iterator[None]:
    """Let a loss differentiate its inputs without a graph through the parameters."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    for p in trainable:
        p.requires_grad_(False)
    try:
        with torch.enable_grad():
            yield
    finally:
        for p in trainable:
            p.requires_grad_(True)


@dataclass(frozen=True)
class Choice:
    """Which strategy runs, and why."""

    strategy: Strategy
    reason: str


def choose_strategy(make: Callable[[Strategy], Evaluator], alpha: np.ndarray) -> Choice:
    """Return ``batched`` where it runs and agrees with ``inplace`` at probe points, else ``inplace``.

    Raises
    ------
    Exception
        Whatever the loss raises, where it runs neither way.
    """
    reference = make("inplace")(alpha)
    try:
        batched = make("batched")(alpha)
    except Exception as error:  # a loss may do anything vmap cannot follow
        text = str(error).strip().splitlines()
        return Choice("inplace", f"batched cannot run this loss ({type(error).__name__}: {text[0] if text else ''})")
    evaluator = make("inplace")
    tolerance = TOLERANCE[evaluator.dtype]
    for name, expected in reference.items():
        scale = np.nanmax(np.abs(expected), initial=0.0, where=np.isfinite(expected))
        if not np.allclose(batched[name], expected, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
            worst = float(np.nanmax(np.abs(batched[name] - expected)))
            return Choice("inplace", f"batched differs from inplace by {worst:.3g} in {name} at the probe points")
    return Choice("batched", f"agrees with inplace to {tolerance:g} at {len(alpha)} probe points")
