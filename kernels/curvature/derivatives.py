"""Kernels that have second derivatives, for networks whose usual kernels have none.

Fused attention, the fast path of torch's transformer layers, cuDNN's recurrent networks and compiled modules are
differentiated once, but not twice. The same functions in plain operations are, more slowly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

Kernels = Literal["default", "math"]
"""A loss is differentiated twice through the kernels that torch takes by itself, or through those of plain operations.
"""


@contextmanager
def kernels(name: Kernels) -> Iterator[None]:
    """Compute with these kernels inside the block, and as before after it."""
    with ExitStack() as stack:
        if name == "math":
            stack.callback(torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled())
            torch.backends.mha.set_fastpath_enabled(False)
            stack.enter_context(sdpa_kernel(SDPBackend.MATH))
            stack.enter_context(torch.compiler.set_stance("force_eager"))
            if torch.cuda.is_available():
                stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        yield


class Retained(TorchFunctionMode):
    """A mode in which derivatives that a loss takes leave its graph whole, for the derivatives of the loss itself."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Let ``autograd.grad`` and ``backward`` retain the graph."""
        kwargs = dict(kwargs or {})
        if function in (torch.autograd.grad, torch.autograd.backward, Tensor.backward):
            kwargs["retain_graph"] = True
        return function(*args, **kwargs)
