"""What ``train`` returns, compared with what ``build`` returns: landscapes are those of the trained network, or none.

Every stage makes the network again by ``build`` and the weights. So what training has changed beside the weights must
not count, or the model fails before an hour of landscapes is spent on another network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any, cast

import torch
from landsweep.base.frames import told
from landsweep.disk import weights
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.theta import real_dtype
from landsweep.kernels.parameters.finite import not_finite
from landsweep.kernels.parameters.structure import SHOWN, Structure, lazy, saved, unsaved, unwrapped
from landsweep.kernels.problem import Batch, Problem
from torch import nn

REFUSED = "refused.safetensors"
"""Beside where a model's weights would lie, those of a network that ``build`` does not make."""


def checked(
    problem: Problem, seed: int, built: Structure, trained: Any, path: Path, tell: Callable[[str], None]
) -> tuple[nn.Module, nn.Module]:
    """Return the trained network, without what is wrapped around it, and one that ``build`` and its weights make.

    Parameters
    ----------
    built
        The structure of the network that was trained, as ``build`` has returned it.
    trained
        What ``train`` has returned.
    path
        The file that the weights are to be written to.
    tell
        A function that is called with a sentence where all of the network is frozen, which is taken back.

    Raises
    ------
    TypeError, ValueError
        Where it is no network, has weights that are not finite, or computes something else than the network that
        ``build`` and its weights make; a sentence says what to do. In the last case the trained weights are kept beside
        ``path``.
    """
    if not isinstance(trained, nn.Module):
        raise TypeError(
            f"train() returned {type(trained).__name__}, expected the trained torch.nn.Module: end it with `return "
            "model`"
        )
    network = unwrapped(trained, built)
    if empty := lazy(network):
        raise ValueError(
            f"train() returned a network whose lazy layers have seen no data ({_list(empty)} without shape), expected "
            "one that has been called"
        )
    if different := built.differences(Structure.of(network)):
        raise ValueError(
            f"train() returned a network with other parameters than build() made: {_list(different)}, expected the "
            "same, as build() makes it again for every landscape: make this change in build(), before training "
            f"({_kept(network, path)})"
        )
    if found := weights.unstorable(network):
        raise TypeError(
            f"train() returned a network whose {found}, which no file of weights holds, expected dense numbers, as "
            "build() makes them"
        )
    again = check_rest(problem, seed, network, path)
    if not any(p.requires_grad for p in network.parameters()):
        tell(
            "No parameter of what train() returned requires a gradient, so those move that do in what build() returns; "
            "return a network with requires_grad where another choice is meant"
        )
        movable = {name for name, p in again.named_parameters() if p.requires_grad}
        for name, p in network.named_parameters():
            p.requires_grad_(name in movable)
    check_finite(network, "train() returned weights that are not finite", "train with a smaller learning rate")
    return network, again


def check_rest(problem: Problem, seed: int, network: nn.Module, path: Path) -> nn.Module:
    """Return the network that ``build`` and the weights of ``network`` make, after comparing their losses.

    The losses are those on the first batch. They are compared only where something beside the weights differs.

    Raises
    ------
    ValueError
        Where the losses differ.
    """
    again = _again(problem, seed, network, path, 1)
    hidden = unsaved(again, network)
    if not hidden or not _losses_differ(problem, again, network):
        return again
    anew = (_again(problem, seed, network, path, state) for state in (2, 3))
    if unseeded := [what for what in unsaved(*anew) if what in hidden]:
        raise ValueError(
            f"build() makes another network in each call with seed {seed} ({_list(unseeded)}), and with the same "
            "weights it has another loss, expected one that depends on the seed alone: draw from generators seeded by "
            "the seed in build(), or keep this in a parameter or a persistent buffer"
        )
    raise ValueError(
        f"train() changed what weights do not hold ({_list(hidden)}), and with these weights the network of build() "
        "has another loss, expected the same, as build() makes it again for every landscape: make this change in "
        f"build(), or keep it in a parameter or a persistent buffer ({_kept(network, path)})"
    )


def resumable(built: Structure, model: nn.Module) -> nn.Module:
    """Return the network that ``on_step`` was given, without what is wrapped around it.

    Raises
    ------
    ValueError
        Where training could not be resumed, as ``build`` makes a network with other parameters.
    """
    network = unwrapped(model, built)
    if different := built.differences(Structure.of(network)):
        raise ValueError(
            f"train() gave on_step() a network with other parameters than build() made: {_list(different)}, expected "
            "the same, as build() makes it again where training is resumed: make this change in build()"
        )
    return network


def check_finite(network: nn.Module, what: str, cure: str) -> None:
    """Check that weights are finite.

    Raises
    ------
    ValueError
        Where they are not: ``what`` it is, which tensors, and the ``cure``.
    """
    if found := not_finite(network):
        raise ValueError(f"{what}: {found}, expected finite ones: {cure}")


def _again(problem: Problem, seed: int, network: nn.Module, path: Path, state: int) -> nn.Module:
    """Return the network that every stage will make; the state of random numbers, which is another one there, stays."""
    with _same_numbers_after(network):
        torch.manual_seed(state)
        again = weights.build(problem, seed)
    tensors = {name: t.detach() for name, t in saved(network).items()}
    return weights.restore(again, tensors, path, trained=True)


def _losses_differ(problem: Problem, again: nn.Module, network: nn.Module) -> bool:
    """Return whether two networks differ in their loss on the first batch, where it is the same in two calls."""
    device, dtype = next(network.parameters()).device, real_dtype(network)
    try:
        other = _alike(again, network, device)
        batch = next(iter(Data.of(cast(Problem, _Beginning(problem)), device, dtype)))
        here, repeated, there = (_loss(problem, one, batch) for one in (network, network, other))
    except Exception:  # a loss may do anything; where it does not run, the landscape will say so
        return False
    close = 1e-3 if dtype in (torch.float16, torch.bfloat16) else 1e-5
    return here == repeated and not abs(here - there) <= close * max(abs(here), abs(there))


def _alike(again: nn.Module, network: nn.Module, device: torch.device) -> nn.Module:
    """Return a copy of the network that ``build`` makes, with the trained weights in their own dtypes."""
    copy = copied(again, device)
    dtypes = {name: t.dtype for name, t in [*network.named_parameters(), *network.named_buffers()]}
    for name, tensor in [*copy.named_parameters(), *copy.named_buffers()]:
        tensor.data = tensor.data.to(dtypes.get(name, tensor.dtype))
    with torch.no_grad():
        for name, tensor in saved(copy).items():
            tensor.copy_(saved(network)[name])
    return copy


class _Beginning:
    """A problem with the first of its batches alone, which there is of data without end, too."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def batches(self, *args: Any, **part: Any) -> Iterator[Any]:
        return islice(self._problem.batches(*args, **part), 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._problem, name)


def _loss(problem: Problem, network: nn.Module, batch: Batch) -> float:
    """Return the loss on a batch; what it changes in the network is put back, as the network is still to be saved."""
    with _same_numbers_after(network):
        return float(ModuleLoss(problem, network.eval())(batch)["loss"].detach())


def _same_numbers_after(network: nn.Module) -> AbstractContextManager[None]:
    """Return a context after which torch's random numbers go on as if nothing had been drawn in it."""
    device = next(network.parameters()).device
    return torch.random.fork_rng([device] if device.type == "cuda" else [])


def _kept(network: nn.Module, path: Path) -> str:
    """Keep the weights of a network that is refused; return where they are, or why they are not."""
    refused = path.with_name(REFUSED)
    try:
        weights.save_theta(refused, network)
    except Exception as error:  # the reason why they are refused counts
        return f"the trained weights could not be kept: {told(error)}"
    return f"the trained weights are in {refused}, which sweep.checkpoint may name then"


def _list(texts: list[str]) -> str:
    return ", ".join(texts[:SHOWN]) + (f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else "")
