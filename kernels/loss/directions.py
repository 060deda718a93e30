"""Directions Delta around trained weights theta: drawn from a Gaussian, masked, orthonormalised, then normalised.

Vectors are flat, in the order of theta (:mod:`landsweep.kernels.loss.theta`): complex parameters are pairs of reals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from landsweep.kernels.loss.theta import as_reals, size
from landsweep.kernels.loss.theta import flatten as flatten
from landsweep.kernels.parameters.finite import not_finite
from landsweep.kernels.parameters.roles import ignored
from landsweep.kernels.problem import reals, trainable_parameters
from torch import Tensor, nn

Normalisation = Literal["filter", "layer", "model", "none"]
"""Directions are scaled to the weights filter by filter, layer by layer or as a whole, or left as they are; see
:func:`normalise`."""


DEPENDENT = 1e-9
"""Directions are dependent where the matrix of their cosines has an eigenvalue below this."""


@dataclass(frozen=True)
class Directions:
    """The vectors that span a landscape.

    Parameters
    ----------
    delta
        ``(d, P)`` the direction vectors, in the dtype of the parameters.
    gram
        ``(d, d)`` float64, the inner products of the vectors, which are not orthogonal after filter normalisation.
    theta_norm
        The Euclidean norm of theta, the trainable parameters, float64.
    """

    delta: Tensor
    gram: np.ndarray
    theta_norm: float

    @property
    def norms(self) -> np.ndarray:
        """The Euclidean norm of each vector, ``(d,)`` float64."""
        return np.sqrt(np.diag(self.gram))


def kept(model: nn.Module, ignore: Sequence[str]) -> list[bool]:
    """Return for each trainable parameter whether directions may move it.

    The rule ``"bias"`` ignores what is added in a layer, the rule ``"norm"`` gains and shifts of normalisations
    (:func:`landsweep.kernels.parameters.roles.roles`); any other rule is a pattern of parameter names (``"head.*"``).
    """
    without = ignored(model, ignore)
    return [not without[name] for name, _ in trainable_parameters(model)]


def gaussian(count: int, size: int, seed: int) -> Tensor:
    """Return ``count`` vectors of ``size`` standard normal numbers, float64 on the CPU.

    Direction k has its own Philox stream ``(seed, k)``, so a third direction does not change the first two, and the
    numbers depend neither on the device nor on the number of ranks or threads.
    """
    streams = [np.random.SeedSequence(seed, spawn_key=(k,)) for k in range(count)]
    return torch.from_numpy(np.stack([np.random.Generator(np.random.Philox(s)).standard_normal(size) for s in streams]))


def orthonormalise(vectors: Tensor) -> Tensor:
    """Return orthonormal vectors by modified Gram-Schmidt, with each pass done twice.

    The first k of them span the same space as the first k given vectors, for every k.

    Raises
    ------
    ValueError
        Where the vectors are linearly dependent to working precision, for example because there are more directions
        than parameters that may move.
    """
    result = vectors.clone()
    for k in range(len(result)):
        length = torch.linalg.vector_norm(result[k])
        for _ in range(2):  # twice is enough (Giraud, Langou, Rozloznik 2005)
            for j in range(k):
                result[k] -= (result[j] @ result[k]) * result[j]
        remaining = torch.linalg.vector_norm(result[k])
        if not remaining > 1e-10 * length:
            raise ValueError(
                f"direction {k} depends on the {k} before it, expected independent directions: fewer dims, or fewer "
                "ignored parameters."
            )
        result[k] /= remaining
    return result


def normalise(vectors: Tensor, theta: Sequence[Tensor], how: Normalisation) -> Tensor:
    """Return directions scaled to the weights, after Li et al. 2018 (arXiv:1712.09913, section 4).

    Parameters
    ----------
    vectors
        ``(d, P)`` float64.
    theta
        The trainable parameters, whose norms are taken in float64.
    how
        ``filter``: each filter (a slice along a parameter's first axis; a vector is one filter) gets the norm of
        theta's filter; ``layer``: each parameter tensor gets the norm of theta's tensor; ``model``: the whole vector
        gets the norm of theta over the parameters that may move; ``none``: directions stay as they are. Zero entries of
        a direction stay zero.
    """
    if how == "none":
        return vectors.clone()
    flat = torch.cat([as_reals(t.detach().cpu()).double() for t in theta])
    if how == "model":
        moved = (vectors != 0).any(dim=0)
        scaled: Tensor = vectors * (
            torch.linalg.vector_norm(flat[moved]) / torch.linalg.vector_norm(vectors, dim=1, keepdim=True)
        )
        return scaled
    result = torch.empty_like(vectors)
    offset = 0
    for tensor in theta:
        n = reals(tensor)
        groups = len(tensor) if how == "filter" and tensor.ndim > 1 else 1
        part = vectors[:, offset : offset + n].reshape(len(vectors), groups, -1)
        target = torch.linalg.vector_norm(flat[offset : offset + n].reshape(groups, -1), dim=1)
        length = torch.linalg.vector_norm(part, dim=2)
        scale = torch.where(length > 0, target / torch.where(length > 0, length, 1.0), 0.0)
        result[:, offset : offset + n] = (part * scale[..., None]).reshape(len(vectors), n)
        offset += n
    return result


def random_directions(
    model: nn.Module,
    dims: int,
    seed: int,
    normalisation: Normalisation = "filter",
    ignore: Sequence[str] = ("bias", "norm"),
) -> Directions:
    """Return random directions: drawn from a Gaussian, masked, orthonormalised, then normalised.

    Raises
    ------
    ValueError
        Where ``dims`` is greater than the number of parameters that may move, a weight is not finite, all weights that
        may move are zero, so that normalised directions are, or normalised directions are linearly dependent.
    """
    _check_finite(model)
    parameters = [p for _, p in trainable_parameters(model)]
    mask = torch.cat(
        [torch.full((reals(p),), float(keep)) for p, keep in zip(parameters, kept(model, ignore), strict=True)]
    ).double()
    if int(mask.sum()) < dims:
        raise ValueError(
            f"{int(mask.sum())} parameters may move but {dims} directions are asked for, expected at least as many "
            "parameters: ignore less."
        )
    vectors = orthonormalise(gaussian(dims, len(mask), seed) * mask)
    made = _finish(normalise(vectors, parameters, normalisation), model, normalisation)
    cosine = made.gram / np.outer(made.norms, made.norms)
    if np.linalg.eigvalsh(cosine)[0] < DEPENDENT:
        raise ValueError(
            f"{dims} directions are linearly dependent after normalisation {normalisation}, as too few of the weights "
            "that may move are not zero, expected independent ones: ignore less, take fewer dims, or say "
            "normalisation: none."
        )
    return made


def given_directions(model: nn.Module, vectors: np.ndarray, normalisation: Normalisation = "none") -> Directions:
    """Return the ``(d, P)`` vectors as directions, changed only by the given normalisation.

    Raises
    ------
    ValueError
        Where the shape does not fit the model's P trainable parameters, a value or a weight is not finite, or a vector
        is zero, or becomes zero as it moves only weights that are zero.
    """
    _check_finite(model)
    if vectors.ndim != 2 or vectors.shape[1] != size(model):
        raise ValueError(
            f"directions have shape {vectors.shape}, expected (d, {size(model)}): one row per direction, one column "
            "per number of the parameters that require gradients."
        )
    if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
        raise ValueError("a direction is zero or holds NaN or infinity, expected finite vectors that are not zero.")
    parameters = [p for _, p in trainable_parameters(model)]
    scaled = normalise(torch.from_numpy(vectors.astype(np.float64)), parameters, normalisation)
    return _finish(scaled, model, normalisation)


def cosines(vectors: np.ndarray, directions: Directions) -> np.ndarray:
    """Return ``(d,)``, the cosine of each vector ``(d, P)`` with the direction that was made from it."""
    dots = np.einsum("dp,dp->d", vectors, directions.delta.double().numpy())
    result: np.ndarray = dots / (np.linalg.norm(vectors, axis=1) * directions.norms)
    return result


def _finish(vectors: Tensor, model: nn.Module, normalisation: Normalisation) -> Directions:
    theta = flatten(model, torch.float64)
    stored = vectors.to(flatten(model).dtype)
    exact = stored.double()
    gram = (exact @ exact.T).numpy()
    if len(zero := np.flatnonzero(np.diag(gram) == 0)):
        raise ValueError(
            f"direction {zero[0]} has norm zero, as all weights that it moves are zero and normalisation "
            f"{normalisation} gives it their norm, expected weights that are not zero: ignore less, train them first, "
            "or say normalisation: none."
        )
    return Directions(stored, gram, float(torch.linalg.vector_norm(theta)))


def _check_finite(model: nn.Module) -> None:
    if found := not_finite(model):
        raise ValueError(f"weights are not finite: {found}, expected finite ones: begin with other weights.")
