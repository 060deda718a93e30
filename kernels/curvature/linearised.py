"""The loss of a network that is replaced by its linearisation, whose Hessian is the Gauss-Newton matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from landsweep.kernels.loss.functional import ModuleLoss, Values
from landsweep.kernels.problem import Batch, Problem
from torch import nn
from torch.utils._pytree import tree_map


class LinearisedLoss(ModuleLoss):
    """A loss to which the network's output ``f(theta)`` is given as ``f(base) + J (theta - base)``.

    What the loss computes from parameters without the network, such as a penalty on them, is left as it is.

    Parameters
    ----------
    base
        The parameters by name at which the network is linearised.

    Raises
    ------
    ValueError
        By :meth:`at`, where the loss calls a part of the network instead of the network, so that what would have to be
        linearised is unknown.
    """

    def __init__(self, problem: Problem, network: nn.Module, base: Values) -> None:
        super().__init__(problem, network)
        self.base = base
        self._caller, self._depth, self._called, self._outside = _Caller(network), 0, False, ""

    def at(self, parameters: Values, batch: Batch) -> Values:
        """Return the values with the linearisation at the named parameters in place of the network's output."""
        first, plain = not self._called, vars(self.network).get("forward")
        others = {name: tensor for name, tensor in parameters.items() if name not in self.base}

        def linearised(*args: Any, **kwargs: Any) -> Any:
            def output(own: Values) -> Any:
                given = {f"network.{name}": tensor for name, tensor in (own | others).items()}
                return torch.func.functional_call(self._caller, given, args, kwargs)

            if self._depth:  # a network that calls itself
                return (plain or type(self.network).forward.__get__(self.network))(*args, **kwargs)
            self._called, self._depth = True, 1
            try:
                away = {name: parameters[name] - own for name, own in self.base.items()}
                found = torch.func.jvp(output, (self.base,), (away,))
            finally:
                self._depth = 0
            return tree_map(torch.add, found[0], found[1])

        self.network.forward = linearised
        try:
            with self._watched() if first else nullcontext():
                values = super().at(parameters, batch)
        finally:
            del self.network.forward
            if plain is not None:
                self.network.forward = plain
        if self._outside or not self._called:
            part = f"calls {self._outside} of the network" if self._outside else "does not call the network"
            raise ValueError(
                f"the loss {part}, expected one that computes with model(...) alone for a Gauss-Newton matrix: ask for "
                "matrix: hessian"
            )
        return values

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Note the first part with parameters that is called outside the network."""

        def note(name: str) -> Callable[..., None]:
            def before(*_: Any) -> None:
                self._outside = self._outside or ("" if self._depth else name)

            return before

        handles = [
            module.register_forward_pre_hook(note(name))
            for name, module in self.network.named_modules()
            if name and any(True for _ in module.parameters())
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


class _Caller(nn.Module):
    """A module that calls a network, of any class."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return the network's output."""
        return self.network(*args, **kwargs)
