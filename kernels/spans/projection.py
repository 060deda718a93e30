"""The points of a span that are nearest to given networks: coordinates by least squares, and what remains."""

from __future__ import annotations

from itertools import product

import numpy as np
from landsweep.kernels.spans.span import multiples

SWEEPS = 200
"""On a bilinear surface coordinates are improved in turn, at most this often."""


def project(
    points: np.ndarray, vectors: np.ndarray, terms: np.ndarray | None, dims: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates of the nearest point of a span to each network, and the distance from it.

    Parameters
    ----------
    points
        ``(n, P)`` float64, the networks as differences from the trained one.
    vectors, terms
        ``(m, P)`` float64 stored vectors and the terms of their multiples; see :mod:`landsweep.kernels.spans.span`.
    dims
        The number d of coordinates.

    Returns
    -------
    tuple
        ``(n, d)`` coordinates in multiples of the directions, and ``(n,)`` residual norms, in units of weights. On a
        bilinear surface the point is a local minimum of the distance, the best that is found from five starts.
    """
    gram, dots = vectors @ vectors.T, points @ vectors.T
    solve = _linear if terms is None or not (terms.sum(axis=1) > 1).any() else _bilinear
    found = np.stack([solve(gram, dot, terms, dims) for dot in dots]) if len(points) else np.empty((0, dims))
    near = multiples(found, terms) @ vectors
    return found, np.linalg.norm(points - near, axis=1)


def _linear(gram: np.ndarray, dot: np.ndarray, terms: np.ndarray | None, dims: int) -> np.ndarray:
    """Solve the normal equations; vectors that are always added are taken off first."""
    rest = dot[:dims] - gram[:dims, dims:].sum(axis=1)
    lengths = np.sqrt(np.diag(gram)[:dims])
    scaled = gram[:dims, :dims] / np.outer(lengths, lengths)
    return np.linalg.lstsq(scaled, rest / lengths, rcond=None)[0] / lengths


def _bilinear(gram: np.ndarray, dot: np.ndarray, terms: np.ndarray | None, dims: int) -> np.ndarray:
    """Minimise over one coordinate after the other, along which the surface is straight."""
    assert terms is not None

    def distance(alpha: np.ndarray) -> float:
        c = multiples(alpha[None], terms)[0]
        return float(c @ gram @ c - 2 * c @ dot)

    best = None
    for start in (*product((0.0, 1.0), repeat=dims), (0.5,) * dims):
        alpha = np.array(start)
        for _ in range(SWEEPS):
            before = alpha.copy()
            for axis in range(dims):
                at = alpha.copy()
                at[axis] = 0.0
                origin = multiples(at[None], terms)[0]
                at[axis] = 1.0
                slope = multiples(at[None], terms)[0] - origin
                length = slope @ gram @ slope
                if length > 0:
                    alpha[axis] = (slope @ dot - slope @ gram @ origin) / length
            if np.abs(alpha - before).max() <= 1e-14 * max(1.0, float(np.abs(alpha).max())):
                break
        if best is None or distance(alpha) < distance(best):
            best = alpha
    assert best is not None
    return best
