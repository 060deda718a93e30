"""The loss of a network at other weights: the loss is given the module itself, with its parameters replaced.

So what a user's loss does with the network (``model.encode(x)``, ``model.parameters()``, ``model["generator"]``,
``model.train()``) works at every point, under ``vmap`` and under derivatives. What it changes in the network, such as
running statistics, is put back after each call: a point's value must not depend on the points before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from copy import deepcopy
from operator import attrgetter
from typing import Any, TypeVar

import torch
from landsweep.kernels.parameters.attributes import Attributes
from landsweep.kernels.parameters.closures import rebind
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

IN_PLACE = re.compile("in.?place|doesn't match the broadcast shape")
"""Under ``vmap`` and derivatives torch refuses with these words to change a buffer that is not part of the call."""
TRAINING, REQUIRES_GRAD = attrgetter("training"), attrgetter("requires_grad")
Result = TypeVar("Result")
Values = dict[str, Tensor]
"""What a loss returned: each field's mean over a batch by its name."""


class ModuleLoss:
    """The loss of a network, with the network's own parameters or with others in their place.

    Parameters
    ----------
    problem, network
        The loss, and a network of our own (:func:`copied`), which has between calls always the same modes, gradients
        and buffers.

    Attributes
    ----------
    changes
        Whether the loss was seen to change buffers, such as running statistics; replaced parameters then come with
        copies of all buffers.
    """

    def __init__(self, problem: Problem, network: nn.Module) -> None:
        self.network, self.changes, self._seen = network, False, False
        self._problem, self._holder = problem, _Holder(problem, network)
        self._modules, self._parameters = list(network.modules()), list(network.parameters())
        self._tables = [module._buffers for module in self._modules]
        self._attributes = Attributes(self._modules)
        self._copies: list[tuple[nn.Module, str, Tensor, Tensor]] = []
        self._state: list[tuple[int, int]] | None = None
        self._modes = list(map(TRAINING, self._modules))
        self._flags = list(map(REQUIRES_GRAD, self._parameters))
        self._names = _names(self._holder)

    def __call__(self, batch: Batch, *, statistics: bool = False) -> Values:
        """Return the values at the network's own parameters; with ``statistics`` as in :meth:`run`."""
        return self._restoring(lambda: self._problem.loss(self.network, batch), statistics)

    def at(self, parameters: Values, batch: Batch) -> Values:
        """Return the values with named parameters and buffers in place of the network's own.

        It is called by the ``work`` of :meth:`run`, which cannot be compiled or transformed as this can.
        """
        given = {own: tensor for name, tensor in parameters.items() for own in self._names[name]}
        values: Values = torch.func.functional_call(self._holder, given, (batch,), tie_weights=False)
        return values

    def copies(self, n: int | None = None) -> Values:
        """Return copies of all buffers by name, or n copies of each in one tensor, where the loss changes buffers.

        Buffers that the network registers in a call are none of them: it finds its own.
        """
        if not self.changes:
            return {}
        named = {name: b for name, b in self.network.named_buffers() if name in self._names}
        return {name: (b if n is None else b.expand(n, *b.shape)).clone() for name, b in named.items()}

    def require(self, parameters: Iterable[Tensor], gradients: bool) -> None:
        """Let parameters of the network require gradients from now on, or not."""
        for p in parameters:
            p.requires_grad_(gradients)
        self._flags = list(map(REQUIRES_GRAD, self._parameters))

    def hide(self, parameters: Iterable[Tensor]) -> None:
        """Fill parameters of the network with NaN, which are replaced in every call.

        So it shows where the network reads them by other ways than its modules' parameters, such as a list of its own.
        """
        with torch.no_grad():
            for p in parameters:
                p.fill_(torch.nan)

    def run(self, work: Callable[[], Result], *, statistics: bool = False) -> Result:
        """Return what ``work`` returns, which calls :meth:`at` with :meth:`copies`; the network is as it was after it.

        Where the loss is seen to change buffers now, ``work`` is called again, with copies of them. With
        ``statistics``, while statistics are gathered, buffers stay changed.
        """
        changes = self.changes
        try:
            found = self._restoring(work, statistics)
            if self.changes == changes:
                return found
        except RuntimeError as error:
            if changes or statistics or not IN_PLACE.search(str(error)) or next(self.network.buffers(), None) is None:
                raise
            self.changes = True
        return self._restoring(work, statistics)

    def _restoring(self, work: Callable[[], Result], statistics: bool) -> Result:
        """Return what ``work`` returns, and put back what it changes in the network.

        Modes, gradients and their flags, and attributes are looked at each time: a cache of something made of the
        weights would be that of another point. The values of buffers are compared at the first time,
        and of a loss that is seen to change some; else where torch counted a change of one: a loss may change none on
        its first batch, and some on others.
        """
        modes = list(map(TRAINING, self._modules)) if statistics else self._modes
        if not statistics:
            self._keep()
        try:
            return work()
        finally:
            if list(map(TRAINING, self._modules)) != modes:
                for module, mode in zip(self._modules, modes, strict=True):
                    module.training = mode
            if list(map(REQUIRES_GRAD, self._parameters)) != self._flags:
                for p, flag in zip(self._parameters, self._flags, strict=True):
                    p.requires_grad_(flag)
            for p in self._parameters:
                if p.grad is not None:
                    p.grad = None
            self._attributes.put_back()
            if statistics:
                self._state = None  # torch counts no changes of running statistics
            elif self._copies and (
                self.changes or not self._seen or self._state is None or self._state != self._buffers()
            ):
                self._put_back()
            self._seen |= not statistics

    def _keep(self) -> None:
        """Copy all buffers, where any was changed since they were copied, or registered in a call."""
        if not any(self._tables) or (self._state is not None and self._state == self._buffers()):
            return
        with torch.inference_mode(False), torch.no_grad():
            self._copies = [
                (module, name, buffer, buffer.clone())
                for module in self._modules
                for name, buffer in module.named_buffers(recurse=False)
            ]
        self._state = self._buffers()

    def _buffers(self) -> list[tuple[int, int]] | None:
        """Return which buffers there are, and torch's count of their changes; None if it counts none (inference)."""
        try:
            return [(id(b), b._version) for table in self._tables for b in table.values() if b is not None]
        except RuntimeError:
            return None

    def _put_back(self) -> None:
        for module, name, buffer, value in self._copies:
            if getattr(module, name, None) is not buffer:
                setattr(module, name, buffer)
                self.changes = True
            if not _equal(buffer, value):
                self.changes = True
                with torch.no_grad():
                    buffer.copy_(value)
        state = self._buffers()
        self._state = state if state is not None and len(state) == len(self._copies) else None


class _Holder(nn.Module):
    """A module whose output is the loss of the network in it."""

    def __init__(self, problem: Problem, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self._problem = (problem,)  # a problem that is a module itself is no part of this one

    def forward(self, batch: Batch) -> Values:
        """Return what the loss returns."""
        return self._problem[0].loss(self.network, batch)


def _names(holder: _Holder) -> dict[str, list[str]]:
    """Return the names in the holder of each parameter and buffer of its network: several where it is tied.

    A module that stands in two places has one name here. torch's own way gives it two, and so keeps what it replaced.
    """
    tied: dict[int, list[str]] = {}
    for prefix, module in holder.named_modules():
        for name, tensor in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            tied.setdefault(id(tensor), []).append(f"{prefix}.{name}")
    named = [*holder.network.named_parameters(), *holder.network.named_buffers()]
    return {name: tied[id(tensor)] for name, tensor in named}


def copied(model: nn.Module, device: torch.device | None = None, dtype: torch.dtype | None = None) -> nn.Module:
    """Return a copy of a network, on a device and with floating tensors in a dtype, complex ones in its complex dtype.

    Tensors that were computed from others are copied without their history, as with the weights of
    ``torch.nn.utils.weight_norm``. Functions that modules keep, such as hooks, refer to the copy. What else a module
    keeps and cannot be copied (a lock, an open file) is shared. The copy of ``nn.DataParallel`` runs on one device.
    """
    with torch.no_grad(), _Detached():  # with a graph, scripted modules would be copied with the history of the copy
        memo: dict[int, Any] = {}
        try:
            network = deepcopy(model, memo)
        except Exception:
            memo = _uncopyable(model)
            network = deepcopy(model, memo)
    rebind(network, memo)
    for module in network.modules():
        if isinstance(module, nn.DataParallel):
            module.device_ids = []
    for p, own in zip(network.parameters(), model.parameters(), strict=True):
        p.requires_grad_(own.requires_grad)
        p.grad = None
    if dtype is not None and any(t.is_complex() for t in [*network.parameters(), *network.buffers()]):

        def cast(tensor: Tensor) -> Tensor:
            whole = dtype.to_complex() if tensor.is_complex() else dtype if tensor.is_floating_point() else None
            return tensor.to(device=device, dtype=whole)

        return network._apply(cast)  # type: ignore[no-untyped-call]  # Module.to() makes complex tensors real
    return network.to(device=device, dtype=dtype)


class _Detached(TorchFunctionMode):
    """A mode in which copies of tensors leave out what the tensors were computed from."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Replace ``Tensor.__deepcopy__``, which refuses tensors that were computed."""
        if function is Tensor.__deepcopy__ and not args[0].is_leaf:
            tensor, memo = args
            return memo.setdefault(id(tensor), tensor.detach().clone())
        return function(*args, **(kwargs or {}))


def _uncopyable(model: nn.Module) -> dict[int, Any]:
    """Return the attributes of modules that cannot be copied, by id, as :func:`deepcopy` takes them for copied."""
    found = {}
    for module in model.modules():
        for name, value in vars(module).items():
            if name in ("_parameters", "_buffers", "_modules"):
                continue
            try:
                deepcopy(value, {id(m): m for m in model.modules()})
            except Exception:
                found[id(value)] = value
    return found


def _equal(tensor: Tensor, other: Tensor) -> bool:
    with suppress(NotImplementedError):
        return torch.equal(tensor, other)
    return True  # tensors without values
