"""What of a network its weights do not hold: which tensors it has, and what else its outputs may depend on.

A network is kept as weights by name, and made again by ``build``. What training has changed beside the weights is lost
on this way, so it has to be found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import is_lazy
from torch.optim.swa_utils import AveragedModel

SHOWN = 2
"""At most this many differences are named; the others are counted."""
DEPTH = 3
"""Attributes of objects that are no layers are compared so many objects deep."""
_SIZES = {"in_features": 1, "in_channels": 1, "num_features": 0}
"""Attributes that lazy layers of torch learn with their weights, and the axis of the weight that says so."""


@dataclass(frozen=True)
class Structure:
    """The tensors that a network has: its parameters and the buffers that are saved.

    Parameters
    ----------
    tensors
        By name the shape, None where a lazy layer has not seen data, and the kind of number: ``real``, ``complex`` or
        ``whole``. Tied ones come once.
    tied
        By each further name of a tied parameter its first one.
    buffers
        The names of buffers that are saved, also of those that are None. Their shapes may change in training, as those
        of observers of quantisation do with the first data.
    """

    tensors: Mapping[str, tuple[tuple[int, ...] | None, str]]
    tied: Mapping[str, str]
    buffers: frozenset[str]

    @classmethod
    def of(cls, model: nn.Module) -> Structure:
        """Return the structure of a network."""
        everywhere = list(model.named_parameters(remove_duplicate=False))
        first: dict[int, str] = {}
        tied = {name: first[id(p)] for name, p in everywhere if first.setdefault(id(p), name) != name}
        found = {name: (_shape(t), _kind(t)) for name, t in saved(model).items()}
        return cls(found, tied, frozenset(_buffers(model)))

    def differences(self, other: Structure) -> list[str]:
        """Return in words how ``other``, a trained network, differs from this one, which ``build`` has returned.

        Lazy layers that have seen data differ in nothing.
        """
        found = []
        for name, (shape, kind) in other.tensors.items():
            if name in self.buffers:
                continue
            if name not in self.tensors:
                alias = self.tied.get(name)
                found.append(f"{name} is new" if alias is None else f"{name} is no longer tied to {alias}")
            elif self.tensors[name][0] not in (None, shape):
                found.append(f"{name} has shape {shape}, in build() {self.tensors[name][0]}")
            elif self.tensors[name][1] != kind:
                found.append(f"{name} holds {kind} numbers, in build() {self.tensors[name][1]} ones")
        for name in self.tensors:
            if name not in other.tensors:
                alias = other.tied.get(name)
                found.append(f"{name} is missing" if alias is None else f"{name} is now tied to {alias}")
        return found


def saved(model: nn.Module) -> dict[str, Tensor]:
    """Return parameters, tied ones once, and persistent buffers by name: what is kept of a network, not copied."""
    persistent = model.state_dict(keep_vars=True)
    buffers = {name: t for name, t in model.named_buffers() if name in persistent}
    return {**dict(model.named_parameters()), **buffers}


def unwrapped(model: nn.Module, built: Structure) -> nn.Module:
    """Return the network of structure ``built`` inside an average, data parallelism or what ``torch.compile`` made.

    Other networks are returned as they are.
    """
    if Structure.of(model).differences(built):
        for name in ("module", "_orig_mod"):
            inner = getattr(model, name, None)
            wrapper = isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel, AveragedModel))
            if isinstance(inner, nn.Module) and (wrapper or name == "_orig_mod"):
                return unwrapped(inner, built)
    return model


def lazy(model: nn.Module) -> list[str]:
    """Return the names of tensors whose shapes are not known yet, as their layers have not seen data."""
    return [name for name, t in saved(model).items() if is_lazy(t)]


def _buffers(model: nn.Module) -> dict[str, tuple[nn.Module, str]]:
    """Return by name the layer of each buffer that is saved, None or not, and its name there."""
    return {
        f"{prefix}.{name}" if prefix else name: (module, name)
        for prefix, module in model.named_modules()
        for name in list(module._buffers.keys())  # those of a scripted layer do not iterate
        if name not in getattr(module, "_non_persistent_buffers_set", ())
    }


def resize(model: nn.Module, tensors: Mapping[str, Tensor], trained: bool) -> None:
    """Give buffers the shapes of ``tensors`` by name; the values are to be filled in.

    Of tensors that were not ``trained`` here, only for buffers that held nothing, or one number, so far.
    """
    for name, (module, local) in _buffers(model).items():
        given, own = tensors.get(name), module._buffers[local]
        if given is None or (own is not None and (is_lazy(own) or own.shape == given.shape)):
            continue
        if trained or own is None or own.numel() <= 1:
            like = given if own is None else own
            first = next(model.parameters(), given)
            module._buffers[local] = torch.empty(given.shape, dtype=like.dtype, device=first.device)


def materialise(model: nn.Module, shapes: Mapping[str, torch.Size]) -> None:
    """Give lazy layers the shapes by name, as their first call would do; the values are to be filled in."""
    for prefix, module in list(model.named_modules()):
        if not issubclass(type(module), LazyModuleMixin):
            continue
        own = {name: t for name, t in [*module._parameters.items(), *module._buffers.items()] if is_lazy(t)}
        names = {name: f"{prefix}.{name}" if prefix else name for name in own}
        if not own or not all(name in shapes for name in names.values()):
            continue
        with torch.no_grad():
            for name, tensor in own.items():
                tensor.materialize(tuple(shapes[names[name]]))
        if type(module).__module__.startswith("torch.nn."):  # others learn the rest in their first call
            _settle(module)


def _settle(module: nn.Module) -> None:
    """End the lazy state of one of torch's own layers, whose parameters have shapes now."""
    kept: Any = module
    for attribute, axis in _SIZES.items():
        if hasattr(module, attribute):
            transposed = getattr(module, "transposed", False)
            size = next(iter(saved(module).values())).shape[0 if transposed else axis]
            groups = 1 if transposed else getattr(module, "groups", 1)
            setattr(module, attribute, size * groups)
    kept._initialize_hook.remove()
    kept._load_hook.remove()
    del kept._initialize_hook, kept._load_hook
    if kept.cls_to_become is not None:
        kept.__class__ = kept.cls_to_become


def unsaved(built: nn.Module, trained: nn.Module) -> list[str]:
    """Return in words how ``trained`` differs from ``built``, which has its weights, in what weights do not hold.

    Compared are the classes of layers, buffers that are not saved, extra state, and attributes that are numbers, texts,
    tensors, arrays, functions or collections of these. Not every difference changes what the network computes.
    """
    found = []
    before, after = dict(built.named_modules()), dict(trained.named_modules())
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in after or name not in before:
            found.append(f"layer {name} is {'new' if name in after else 'missing'}")
        elif (now := class_name(after[name])) != (then := class_name(before[name])):
            found.append(f"{f'layer {name}' if name else 'the network'} is a {now}, in build() a {then}")
        else:
            found += [f"{name}.{key}" if name else key for key in _changed(before[name], after[name])]
    return found


def _changed(before: nn.Module, after: nn.Module) -> Iterator[str]:
    """Yield the names of what two layers hold differently beside parameters, saved buffers and layers."""
    own = vars(nn.Module()).keys()
    then, now = _held(before, own), _held(after, own)
    for key in dict.fromkeys([*then, *now]):
        same = False
        with suppress(Exception):  # values of one's own classes may not compare
            same = _equal(then.get(key), now.get(key))
        if not same:
            yield key


def _held(module: nn.Module, own: Any) -> dict[str, Any]:
    held = {key: value for key, value in vars(module).items() if key not in own}
    held |= {name: getattr(module, name) for name in getattr(module, "_non_persistent_buffers_set", ())}
    held["its hooks"] = [len(getattr(module, f"_forward_{kind}", ())) for kind in ("hooks", "pre_hooks")]
    if type(module).get_extra_state is not nn.Module.get_extra_state:
        with suppress(Exception):  # a layer may do anything
            held["its extra state"] = module.get_extra_state()
    return held


def _equal(one: Any, other: Any, depth: int = DEPTH) -> bool:
    """Return whether two values are equal; what cannot be compared counts as equal."""
    if (one is None) != (other is None):
        return False
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.shape == other.shape and bool(torch.equal(one.detach().cpu(), other.detach().cpu().to(one.dtype)))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return bool(np.array_equal(one, other))
    if isinstance(one, nn.Module) or isinstance(other, nn.Module):
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[key], other[key], depth) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_equal(a, b, depth) for a, b in zip(one, other, strict=True))
    plain = (bool, int, float, complex, str, bytes, Tensor, np.ndarray, Mapping, list, tuple, type(None))
    if isinstance(one, plain) and isinstance(other, plain):
        return type(one) is type(other) and bool(one == other or (one != one and other != other))
    if callable(one) and callable(other):
        return _function(one) == _function(other)
    if depth and type(one) is type(other) and hasattr(one, "__dict__"):  # an object that is no layer
        return _equal(vars(one), vars(other), depth - 1)
    return True


def _function(function: Any) -> tuple[Any, ...]:
    code = getattr(function, "__code__", None)
    return (
        getattr(function, "__module__", None),
        getattr(function, "__qualname__", None),
        getattr(code, "co_code", None),
    )


def class_name(module: nn.Module) -> str:
    """Return the name of a module's class, also that of a scripted one."""
    return str(getattr(module, "original_name", type(module).__name__))


def _shape(tensor: Tensor) -> tuple[int, ...] | None:
    return None if is_lazy(tensor) else tuple(tensor.shape)


def _kind(tensor: Tensor) -> str:
    return "complex" if tensor.is_complex() else "real" if tensor.is_floating_point() else "whole"
