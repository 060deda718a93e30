"""The precision in which points are computed: the meaning of ``evaluation.dtype`` for torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Precision:
    """One choice of ``evaluation.dtype``.

    Parameters
    ----------
    dtype
        The dtype of parameters, data and results.
    tolerance
        The relative difference that is allowed between strategies, which round differently.
    tf32
        Whether a GPU may round the factors of float32 products to 10 bits.
    autocast
        The dtype to which products are rounded where it is not ``dtype``; sums and parameters are not rounded to it.
    """

    dtype: torch.dtype
    tolerance: float
    tf32: bool = False
    autocast: torch.dtype | None = None

    @property
    def exact(self) -> bool:
        """Whether no factors are rounded, so that parameters may be summed in the precision of the loss."""
        return not self.tf32 and self.autocast is None

    @contextmanager
    def active(self, device: torch.device, deterministic: bool = False) -> Iterator[None]:
        """Compute in this precision inside the block, and as before after it.

        With ``deterministic``, operations whose result depends on the order of threads raise RuntimeError.
        """
        matmul, cudnn = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
        strict, warns = (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        )
        with ExitStack() as stack:
            stack.callback(torch.set_float32_matmul_precision, matmul)
            stack.callback(setattr, torch.backends.cudnn, "allow_tf32", cudnn)
            torch.set_float32_matmul_precision("high" if self.tf32 else "highest")
            torch.backends.cudnn.allow_tf32 = self.tf32  # torch's own default rounds convolutions, but no products
            if deterministic != strict or warns:  # a call alone makes torch import its compiler, for seconds
                stack.callback(torch.use_deterministic_algorithms, strict, warn_only=warns)
                torch.use_deterministic_algorithms(deterministic)
            if self.autocast is not None:
                stack.enter_context(torch.autocast(device.type, self.autocast))
            yield


PRECISIONS = {
    "float64": Precision(torch.float64, 1e-10),
    "float32": Precision(torch.float32, 1e-4),
    "tf32": Precision(torch.float32, 1e-2, tf32=True),
    "bf16": Precision(torch.float32, 5e-2, autocast=torch.bfloat16),
}
"""The keys are the values that ``evaluation.dtype`` can have."""
