"""How numbers become colours and heights: linear, logarithmic or clipped, alike in all panels that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

Scale = Literal["linear", "log", "clipped"]
SCALES: tuple[Scale, ...] = ("linear", "log", "clipped")
DECADE = 10
"""A logarithmic scale is drawn where the greatest value is at least this many times the least: below, it says no more
than a linear one."""
LEAST = 1e-280
"""matplotlib takes numbers below about this one for 0."""
GREATEST = 8e307
"""matplotlib adds two neighbouring levels, and the sum of greater ones overflows."""
LEVELS = 24
"""Filled contours have so many bands."""


def finite(arrays: Sequence[ArrayLike]) -> np.ndarray:
    """Return the finite values of all arrays, float64 ``(n,)``."""
    flat = [np.asarray(array, dtype=np.float64).ravel() for array in arrays]
    return np.concatenate([part[np.isfinite(part)] for part in flat] or [np.empty(0)])


def best_scale(arrays: Sequence[ArrayLike]) -> Scale:
    """Return ``log`` where all finite values are positive and span a decade, else ``linear``.

    Examples
    --------
    >>> best_scale([[1.0, 20.0]]), best_scale([[1.0, 2.0]]), best_scale([[-1.0, 20.0]])
    ('log', 'linear', 'linear')
    """
    values = finite(arrays)
    return "log" if len(values) and 0 < values.min() <= values.max() / DECADE else "linear"


def limits(arrays: Sequence[ArrayLike], scale: Scale, clip: float | None = None) -> tuple[float, float]:
    """Return the least and the greatest value that is told apart from others; (0, 1) where none is finite.

    Parameters
    ----------
    arrays
        The values of all panels that share the scale.
    scale
        Of ``clipped``, values above ``clip`` all look like ``clip``; by default that is the median of the values, so
        that the lower half of them is told apart.
    clip
        The greatest value that is told apart.

    Raises
    ------
    ValueError
        For a logarithmic scale of values that are not positive, a scale of another name, a clip below all values, a
        clip of another scale, and values that are too large or too small for numbers of double precision.
    """
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}, expected {', '.join(SCALES[:-1])} or {SCALES[-1]}")
    if clip is not None and scale != "clipped":
        raise ValueError(f"clip is {clip:g} with scale {scale}, expected scale clipped, or no clip")
    values = finite(arrays)
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    top = high
    if 0 < max(abs(low), abs(high)) < LEAST:
        raise ValueError(f"values from {low:.4g} to {high:.4g} are too small to draw, expected some above {LEAST:g}")
    if scale == "log" and low <= 0:
        raise ValueError(f"scale is log and the least value is {low:.4g}, expected values above 0, or scale linear")
    if scale == "clipped":
        if clip is not None and not clip > low:
            raise ValueError(f"clip is {clip:g} and the least value is {low:.4g}, expected a clip above it")
        middle = float(np.median(values))
        top = min(clip, high) if clip is not None else middle if middle > low else high
    if max(abs(low), abs(top)) > GREATEST:
        raise ValueError(
            f"values from {low:.4g} to {high:.4g} are too large to draw, expected numbers up to {GREATEST:g}, or a clip"
        )
    return low, top


def norm_of(arrays: Sequence[ArrayLike], scale: Scale = "linear", clip: float | None = None) -> Any:
    """Return the norm of matplotlib that all arrays share; of a constant it is wide enough to have colours.

    Raises
    ------
    ValueError
        As :func:`limits`.
    """
    from matplotlib.colors import LogNorm, Normalize

    low, high = limits(arrays, scale, clip)
    if scale == "log":
        return LogNorm(*((low, high) if _told_apart(np.log(low), np.log(high)) else (low / 1.1, high * 1.1)))
    margin = 0.0 if _told_apart(low, high) else max(0.05 * abs(low), 1e-6 * bool(low)) or 0.5
    return Normalize(low - margin, high + margin)


def _told_apart(low: float, high: float) -> bool:
    """Return whether rounding leaves room for as many levels between two values as contours may have."""
    return bool((np.diff(np.linspace(low, high, 4 * LEVELS)) > 0).all())


def levels_of(norm: Any, levels: int | Sequence[float] = LEVELS) -> np.ndarray:
    """Return the borders of the bands of a filled contour, float64: ``levels`` equal steps of the norm, or as given."""
    if not isinstance(levels, int):
        return np.asarray(levels, dtype=np.float64)
    found = np.asarray(norm.inverse(np.linspace(0, 1, levels + 1)), dtype=np.float64)
    found[[0, -1]] = norm.vmin, norm.vmax  # but for rounding
    return found


def extension(arrays: Sequence[ArrayLike], norm: Any) -> str:
    """Return at which ends of a colour bar there are values beyond it: ``neither``, ``min``, ``max`` or ``both``."""
    values = finite(arrays)
    if not len(values):
        return "neither"
    return {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[
        bool(values.min() < norm.vmin), bool(values.max() > norm.vmax)
    ]
