"""The layout of theta: the trainable parameters of a network as one vector of real numbers.

Theta holds the parameters in module order, each in C order: frozen ones are left out, tied ones come once. A complex
parameter stands there as its pairs (real part, imaginary part), so that directions, norms, gradients and Hessians are
those of real numbers; its absolute values are the Euclidean norms of the pairs. A parameter of shape () is one number.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

import torch
from landsweep.kernels.problem import reals, trainable_parameters
from torch import Tensor, nn


def as_reals(tensor: Tensor) -> Tensor:
    """Return the entries of a tensor as a vector of real numbers, a complex entry as its pair.

    Examples
    --------
    >>> as_reals(torch.tensor([[1 + 2j, 3 - 1j]]))
    tensor([ 1.,  2.,  3., -1.])
    """
    return (torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor).reshape(-1)


def size(model: nn.Module) -> int:
    """Return P, the length of theta."""
    return sum(reals(p) for _, p in trainable_parameters(model))


def real_dtype(model: nn.Module) -> torch.dtype:
    """Return the real dtype in which a network computes: that of its first real parameter, or of a complex one's parts.

    Parameters of whole numbers, such as quantised weights, say nothing.
    """
    own = [p.dtype for p in model.parameters() if p.is_floating_point() or p.is_complex()]
    return min(own, key=attrgetter("is_complex"), default=torch.get_default_dtype()).to_real()


def flatten(model: nn.Module, dtype: torch.dtype | None = None) -> Tensor:
    """Return theta ``(P,)`` on the CPU, in the given real dtype or in that of the parameters."""
    parts = (as_reals(p.detach().cpu()) for _, p in trainable_parameters(model))
    return torch.cat([x.to(dtype or x.dtype) for x in parts])


class ThetaLayout:
    """How rows of theta are cut into the trainable parameters of a network.

    Attributes
    ----------
    names, sizes
        The names of the parameters, and how many numbers of theta each takes.
    """

    def __init__(self, model: nn.Module) -> None:
        named = list(trainable_parameters(model))
        self.names, self.sizes = [name for name, _ in named], [reals(p) for _, p in named]
        self._shapes = [(p.shape, p.is_complex()) for _, p in named]

    def split(self, flat: Tensor) -> dict[str, Tensor]:
        """Return the parameters by name, ``(..., *shape)`` each, of rows ``(..., P)``."""
        return self.shaped(torch.split(flat, self.sizes, dim=-1))

    def shaped(self, pieces: Iterable[Tensor]) -> dict[str, Tensor]:
        """Return the parameters by name, ``(..., *shape)`` each, of the pieces of theta, ``(..., size)`` each."""
        return {
            name: _complex(part, shape) if pairs else part.reshape(part.shape[:-1] + shape)
            for name, part, (shape, pairs) in zip(self.names, pieces, self._shapes, strict=True)
        }

    def assign(self, model: nn.Module, flat: Tensor) -> None:
        """Copy a row ``(P,)`` into the parameters of a network of this layout, whose memory stays where it is."""
        self.write([p for _, p in trainable_parameters(model)], flat)

    def write(self, parameters: Iterable[Tensor], flat: Tensor) -> None:
        """Copy a row ``(P,)`` into parameters, in their order."""
        pieces = torch.split(flat, self.sizes)
        with torch.no_grad():
            for p, part, (shape, pairs) in zip(parameters, pieces, self._shapes, strict=True):
                p.copy_(_complex(part, shape) if pairs else part.view(shape))


def _complex(part: Tensor, shape: torch.Size) -> Tensor:
    part = part.reshape((*part.shape[:-1], *shape, 2))
    return torch.complex(part[..., 0], part[..., 1])  # a copy: a view would need an even offset in memory
