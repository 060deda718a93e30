"""Subspaces through given networks: a line, a plane, a bilinear surface, a simplex.

Each function takes ``(n, P)`` float64 differences of the networks' parameters to the trained ones, which lie at zero.
The first network has coordinates 0.
"""

from __future__ import annotations

import numpy as np
import torch
from landsweep.kernels.loss.directions import given_directions
from landsweep.kernels.spans.span import Span
from torch import nn

PARALLEL = 1e-6
"""Three networks lie on a line where the third is less than this share of its distance away from it."""


def line(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the vector from the first network to the second one, which has coordinate 1."""
    return corners[1:] - corners[0], np.eye(1, dtype=np.uint8)


def plane(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return orthogonal vectors of the plane through three networks, as Garipov et al. 2018 (arXiv:1802.10026) do.

    They are ``u = w1 - w0``, and ``v = (w2 - w0) - <w2 - w0, u> u / <u, u>``. The networks have the coordinates
    ``(0, 0)``, ``(1, 0)`` and ``(<w2 - w0, u> / <u, u>, 1)``; in units of length, those of Garipov et al.

    Raises
    ------
    ValueError
        Where the networks lie on a line.
    """
    u, w = corners[1:] - corners[0]
    v = w - (w @ u) / (u @ u) * u if u.any() else w
    v -= (v @ u) / (u @ u) * u if u.any() else 0.0  # again: rounding of the first time
    if not np.linalg.norm(v) > PARALLEL * np.linalg.norm(w):
        raise ValueError(
            "the three checkpoints lie on a line, expected three that span a plane: use kind: line, or another "
            "checkpoint."
        )
    return np.stack([u, v]), np.eye(2, dtype=np.uint8)


def bilinear(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of the surface through four networks at (0, 0), (1, 0), (0, 1) and (1, 1).

    ``w(a, b) = (1 - a)(1 - b) w0 + a (1 - b) w1 + (1 - a) b w2 + a b w3``: the third vector is multiplied by ``a b``.
    """
    w0, w1, w2, w3 = corners
    return np.stack([w1 - w0, w2 - w0, w3 - w2 - w1 + w0]), np.array([[1, 0], [0, 1], [1, 1]], dtype=np.uint8)


def barycentric(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of the affine space through d + 1 networks, whose coordinates are the last d weights.

    ``w(alpha) = (1 - sum(alpha)) w0 + sum_k alpha_k wk``.
    """
    return corners[1:] - corners[0], np.eye(len(corners) - 1, dtype=np.uint8)


KINDS = {"line": line, "plane": plane, "bilinear": bilinear, "barycentric": barycentric}
"""The keys are the kinds of subspaces through networks."""


def through(model: nn.Module, kind: str, corners: np.ndarray, names: list[str]) -> Span:
    """Return the span of a subspace through networks.

    Parameters
    ----------
    model
        The trained network, from whose parameters the differences are taken.
    kind
        One of :data:`KINDS`.
    corners
        ``(n, P)`` float64 differences, finite.
    names
        What the networks are called in errors.

    Raises
    ------
    ValueError
        Where two networks are equal, or three lie on a line.
    """
    for j in range(len(corners)):
        if not np.isfinite(corners[j]).all():
            raise ValueError(
                f"{names[j]} holds weights that are not finite, expected the weights of a trained network."
            )
        for i in range(j):
            if (corners[i] == corners[j]).all():
                raise ValueError(
                    f"{names[i]} and {names[j]} hold the same trainable weights, expected different ones: a {kind} "
                    "needs different checkpoints."
                )
    vectors, terms = KINDS[kind](corners)
    dims = terms.shape[1]
    directions = given_directions(model, vectors[:dims])
    more = vectors[dims:]
    if corners[0].any():
        more, terms = np.concatenate([more, corners[:1]]), np.concatenate([terms, np.zeros((1, dims), np.uint8)])
    if not len(more):
        return Span(directions)
    return Span(directions, torch.from_numpy(more).to(directions.delta.dtype), terms)
