"""Kernels that have second derivatives, for networks whose usual kernels have none, or wrong ones.

Fused attention, the fast path of torch's transformer layers, cuDNN's recurrent networks and compiled modules are
differentiated once, but not twice. Fused weight normalisation is, but wrongly: its gradient takes the norms for
constants (torch 2.13), so the matrix of second derivatives is not symmetric. Fused layer normalisation does so from the
third derivative on, which a loss has that differentiates by its inputs. The same functions in plain operations have
right derivatives, and are slower.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

Kernels = Literal["default", "math", "plain"]
"""A loss is differentiated twice through the kernels that torch takes by itself, through those of torch's that have
second derivatives (``math``), or beside these through plain operations in place of fused functions (``plain``)."""
NAMES: tuple[Kernels, ...] = get_args(Kernels)
"""The kernels in the order in which they are tried."""

_SET_REQUIRES_GRAD = vars(torch._C.TensorBase)["requires_grad"].__set__
"""What torch calls for ``tensor.requires_grad = ...``."""


@contextmanager
def kernels(name: Kernels) -> Iterator[None]:
    """Compute with these kernels inside the block, and as before after it."""
    with ExitStack() as stack:
        if name != "default":
            stack.callback(torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled())
            torch.backends.mha.set_fastpath_enabled(False)
            stack.enter_context(sdpa_kernel(SDPBackend.MATH))
            if "torch._dynamo" in sys.modules:  # else nothing is compiled, and the call alone imports the compiler
                stack.enter_context(torch.compiler.set_stance("force_eager"))
            if torch.cuda.is_available():
                stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        if name == "plain":
            stack.enter_context(_Plain())
        yield


class _Plain(TorchFunctionMode):
    """A mode in which fused functions without right second derivatives are plain operations."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Replace a function of :data:`_PLAIN`."""
        return _PLAIN.get(function, function)(*args, **(kwargs or {}))


def _weight_norm(v: Tensor, g: Tensor, dim: int = 0) -> Tensor:
    """Return ``g v / |v|``, the norm taken over all axes but ``dim``, or over all of them where it is -1."""
    axes = [k for k in range(v.ndim) if dim == -1 or k != dim]
    return v * (g / torch.linalg.vector_norm(v, dim=axes, keepdim=True))


def _cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str | None = None) -> Tensor:
    """Return the distances of all rows of ``x1`` from all rows of ``x2``; a distance of 0 has derivatives of 0."""
    difference = x1.unsqueeze(-2) - x2.unsqueeze(-3)
    apart = (difference != 0).any(dim=-1)
    distance = torch.linalg.vector_norm(torch.where(apart[..., None], difference, 1.0), ord=p, dim=-1)
    return torch.where(apart, distance, 0.0)


def _layer_norm(
    x: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    axes = tuple(range(x.ndim - len(normalized_shape), x.ndim))
    y = (x - x.mean(axes, keepdim=True)) * (x.var(axes, correction=0, keepdim=True) + eps).rsqrt()
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def _group_norm(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    grouped = x.reshape(len(x), num_groups, -1)
    y = _layer_norm(grouped, grouped.shape[2:], eps=eps).reshape(x.shape)
    shape = (1, -1, *[1] * (x.ndim - 2))
    y = y if weight is None else y * weight.view(shape)
    return y if bias is None else y + bias.view(shape)


def _embedding(*args: Any, **kwargs: Any) -> Tensor:
    """Return embeddings with dense gradients: sparse ones have none themselves."""
    return torch.nn.functional.embedding(*args[:6], **(kwargs | {"sparse": False}))


_PLAIN: dict[Any, Any] = {
    torch._weight_norm: _weight_norm,  # which both weight normalisations of torch call
    torch.cdist: _cdist,
    torch.nn.functional.embedding: _embedding,
    torch.nn.functional.layer_norm: _layer_norm,
    torch.nn.functional.group_norm: _group_norm,
}
"""Fused functions, and the same in plain operations."""


class Undisturbed(TorchFunctionMode):
    """A mode in which what a loss does with gradients of its own leaves those of the loss as they are.

    Derivatives that the loss takes retain its graph, and parameters that it freezes, as an adversarial loss does with
    the other network, still count.
    """

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Let ``autograd.grad`` and ``backward`` retain the graph, and nothing change ``requires_grad`` to False."""
        kwargs = dict(kwargs or {})
        if function in (torch.autograd.grad, torch.autograd.backward, Tensor.backward):
            kwargs["retain_graph"] = True
        if function is Tensor.requires_grad_ and (args[1:] == (False,) or kwargs.get("requires_grad") is False):
            return args[0]
        if function == _SET_REQUIRES_GRAD and not args[1]:
            return None
        return function(*args, **kwargs)
