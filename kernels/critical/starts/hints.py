"""Minima that a grid does not show but hints at: those of the quadratic models that its differences make."""

from __future__ import annotations

import numpy as np

REACH = 0.75
"""The minimum of a model counts where it is at most this far from the model's vertex along every axis, in steps."""


def differences(field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the central differences at the inner vertices of a field, first ``(..., d)`` and second ``(..., d, d)``.

    They are those by x, in steps of the grid; there are none where an axis has fewer than 3 points.
    """
    d = field.ndim
    inner = tuple(slice(1, -1) for _ in range(d))
    gradient, hessian = np.empty((*field[inner].shape, d)), np.empty((*field[inner].shape, d, d))
    values = np.asarray(field, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        for i in range(d):
            gradient[..., i] = (_moved(values, {i: 1}) - _moved(values, {i: -1})) / 2
            hessian[..., i, i] = _moved(values, {i: 1}) + _moved(values, {i: -1}) - 2 * values[inner]
            for j in range(i):
                mixed = sum(a * b * _moved(values, {i: a, j: b}) for a in (1, -1) for b in (1, -1)) / 4
                hessian[..., i, j] = hessian[..., j, i] = mixed
    return gradient, hessian


def bends(field: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the second differences of a field at the inner vertices closest to points ``(n, d)``, ``(n, d, d)``.

    They are NaN where the field has none.
    """
    _, hessian = differences(field)
    if not hessian.size:
        return np.full((*x.shape, field.ndim), np.nan)
    at = np.clip(np.rint(x).astype(np.int64) - 1, 0, np.array(hessian.shape[: field.ndim]) - 1)
    return hessian[tuple(at.T)]


def guessed(field: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return :func:`bends` at points from which descents begin, NaN where they are a bad guess of the Hessian.

    On a face they are those of a vertex inside, and where they are not positive definite the first step would be long.
    """
    found = bends(field, x)
    inside = ((x > 0) & (x < np.array(field.shape) - 1)).all(axis=1) & np.isfinite(found).all(axis=(1, 2))
    found[~inside] = np.nan
    found[inside] = np.where(np.linalg.eigvalsh(found[inside])[:, :1, None] > 0, found[inside], np.nan)
    return found


def hinted(field: np.ndarray) -> np.ndarray:
    """Return the minima of quadratic models of a field, ``(n, d)`` in steps of the grid.

    The model of an inner vertex has the central differences of the field as gradient and second differences as Hessian.
    Where it has a minimum close to the vertex, so may have the function, though no vertex is lower than its neighbours.
    """
    gradient, hessian = differences(field)
    at = np.argwhere(np.isfinite(gradient).all(axis=-1) & np.isfinite(hessian).all(axis=(-2, -1)))
    gradient, hessian = gradient[tuple(at.T)], hessian[tuple(at.T)]
    curvature, vectors = np.linalg.eigh(hessian)
    bowl = curvature[:, 0] > 1e-6 * curvature[:, -1]
    slope = np.einsum("nji,nj->ni", vectors[bowl], gradient[bowl])
    step = -np.einsum("nij,nj->ni", vectors[bowl], slope / curvature[bowl])
    close = (np.abs(step) <= REACH).all(axis=1)
    return at[bowl][close] + 1 + step[close]


def _moved(values: np.ndarray, by: dict[int, int]) -> np.ndarray:
    """Return the inner points of a field, moved along some axes by one step."""
    return values[tuple(slice(1 + by.get(k, 0), n - 1 + by.get(k, 0)) for k, n in enumerate(values.shape))]


def apart(points: np.ndarray, known: np.ndarray, least: float = 1.0) -> np.ndarray:
    """Return the points ``(n, d)`` that are further than ``least`` from all known ones and from one another."""
    kept = [*known]
    found = []
    for x in points:
        if not kept or np.linalg.norm(np.array(kept) - x, axis=1).min() > least:
            kept.append(x)
            found.append(x)
    return np.array(found).reshape(-1, points.shape[1])
