"""The interface that a user implements: the :class:`Problem` protocol and its :class:`Batch`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import torch
from landsweep.kernels.containers import cast, map_tensors, nbytes, tensors_in
from torch import Tensor, nn

OnStep = Callable[[int, nn.Module, dict[str, Any]], None]
""":meth:`Problem.train` calls ``on_step(step, model, optimizer_state)`` wherever training can be resumed."""

REQUIRED = ("build", "batches", "loss")
"""A class without these methods is no problem; training may be replaced by a checkpoint."""


@dataclass(frozen=True)
class Start:
    """The state from which training is resumed: the arguments that ``on_step`` was called with last.

    Parameters
    ----------
    step
        The step that ``on_step`` reported.
    optimizer_state
        The dictionary that ``on_step`` reported (tensors, numbers, strings, lists, dictionaries).

    Notes
    -----
    The model's weights and torch's CPU random state are restored by the caller before
    :meth:`Problem.train` sees them.
    """

    step: int
    optimizer_state: dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """One part of the data over which a loss is averaged.

    The total of a field is ``sum(weight * value) / sum(weight)`` over all batches.

    Parameters
    ----------
    data
        Tensors, or containers of tensors as :func:`landsweep.kernels.containers.map_tensors` finds them. All tensors
        are moved to the device; floating ones are cast to the evaluation dtype, complex ones to its precision.
    weight
        The weight of the batch in the mean, usually its number of samples; greater than 0.
    split
        A function, where the batch can be split: ``split(n)`` yields ``n`` micro-batches that together equal this
        batch.

    Examples
    --------
    >>> import torch
    >>> from landsweep.kernels.problem import Batch
    >>> batch = Batch((torch.zeros(8, 2), torch.ones(8, dtype=torch.int64)), weight=8)
    >>> [tuple(x.shape) for x in batch.tensors()], batch.nbytes
    ([(8, 2), (8,)], 128)
    >>> inputs, labels = batch.to(torch.device("cpu"), torch.float64).data
    >>> inputs.dtype, labels.dtype
    (torch.float64, torch.int64)
    """

    data: Any
    weight: float = 1.0
    split: Callable[[int], Iterable[Batch]] | None = None

    def map(self, function: Callable[[Tensor], Tensor]) -> Batch:
        """Return the batch with ``function`` applied to each of its tensors.

        Examples
        --------
        >>> import torch
        >>> from landsweep.kernels.problem import Batch
        >>> Batch({"x": torch.ones(2)}, weight=2).map(lambda x: 3 * x)
        Batch(data={'x': tensor([3., 3.])}, weight=2, split=None)
        """
        return replace(self, data=map_tensors(function, self.data))

    def tensors(self) -> list[Tensor]:
        """Return all tensors of the batch."""
        return tensors_in(self.data)

    @property
    def nbytes(self) -> int:
        """Bytes of all tensors of the batch."""
        return sum(map(nbytes, self.tensors()))

    def to(self, device: torch.device, dtype: torch.dtype) -> Batch:
        """Return the batch with its tensors on ``device``, floating and complex ones in the precision of ``dtype``."""
        return self.map(lambda x: cast(x.to(device), dtype))


@runtime_checkable
class Problem(Protocol):
    """A network, its data and its loss; only ``build``, ``batches`` and ``loss`` are required.

    The constructor takes the study's ``problem.params`` and the sweep's problem parameters as keywords.

    Examples
    --------
    >>> import torch
    >>> from landsweep.kernels.problem import Batch, Problem
    >>> class Line:
    ...     def __init__(self, slope=1.0):
    ...         self.x = torch.linspace(-1, 1, 5)[:, None]
    ...         self.y = slope * self.x
    ...
    ...     def build(self, seed):
    ...         torch.manual_seed(seed)
    ...         return torch.nn.Linear(1, 1)
    ...
    ...     def batches(self, split="train", draw=0):
    ...         yield Batch((self.x, self.y), weight=len(self.x))
    ...
    ...     def loss(self, model, batch):
    ...         x, y = batch.data
    ...         return {"loss": ((model(x) - y) ** 2).mean()}
    >>> problem = Line(slope=2.0)
    >>> isinstance(problem, Problem)
    True
    >>> (batch,) = problem.batches()
    >>> problem.loss(lambda x: 0 * x, batch)
    {'loss': tensor(2.)}
    """

    def build(self, seed: int) -> nn.Module:
        """Return the untrained network on the CPU; its weights depend on ``seed`` alone."""

    def batches(self, split: str = "train", draw: int = 0) -> Iterable[Any]:
        """Return the batches of a split: a ``DataLoader``, a list, or any other iterable that ends.

        A batch is what a ``DataLoader`` gives, a tensor, tuple, list, dictionary or batch of graphs, whose weight in
        the mean is its number of samples; or a :class:`Batch`, which says its weight itself. Two calls with the same
        arguments must give the same data. Random numbers of torch, NumPy and ``random``, and a loader's own generator,
        are seeded by ``draw`` while batches are read; another ``draw`` may so select other data. A method that takes
        no ``split`` or no ``draw`` is called without it.
        """

    def loss(self, model: nn.Module, batch: Any) -> dict[str, Tensor]:
        """Return each field's mean over the batch, a 0-d tensor; ``"loss"`` is required, other keys are further fields.

        ``batch`` is what :meth:`batches` gave, on the device: a :class:`Batch` where it gave one, else the tensors,
        tuple or dictionary itself. A tensor that is returned alone is the loss.

        ``model`` is the network itself, with the parameters of the point in place of its own: its methods, parts and
        parameters may be used. What the loss changes in it is put back. A loss that differentiates by its inputs with
        ``torch.func`` runs for many grid points at once; one that calls ``autograd.grad`` runs point by point.
        """


class Trainable(Problem, Protocol):
    """A problem that trains its own network."""

    def train(
        self, model: nn.Module, seed: int, *, start: Start | None = None, on_step: OnStep | None = None
    ) -> nn.Module:
        """Return the trained network; call ``on_step`` wherever training can be resumed from.

        Training that is resumed from ``start`` must give the same bits as training that never stopped.
        """


class Assessable(Problem, Protocol):
    """A problem that can say how good a trained network is."""

    def quality(self, model: nn.Module) -> dict[str, float]:
        """Return figures of merit such as ``accuracy`` or ``relative_error``."""


class Layered(Problem, Protocol):
    """A problem that names hidden layers, whose activations are stored with ``activations.enabled: true``."""

    def layers(self) -> Sequence[str]:
        """Return names of submodules as ``named_modules()`` has them, such as ``["encoder.0", "encoder.2"]``."""


def trainable_parameters(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Yield the parameters that a landscape perturbs, in module order: frozen ones are left out, tied ones come once.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    >>> _ = model[0].bias.requires_grad_(False)
    >>> [name for name, _ in trainable_parameters(model)]
    ['0.weight', '1.weight', '1.bias']
    """
    return ((name, p) for name, p in model.named_parameters() if p.requires_grad)


def reals(tensor: Tensor) -> int:
    """Return how many real numbers a tensor holds: a complex one is two."""
    return tensor.numel() * (2 if tensor.is_complex() else 1)
