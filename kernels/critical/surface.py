"""The function whose minima and saddles are looked for, in its own coordinates and in steps of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np


class Local(NamedTuple):
    """What is known of a function at n points: its value, gradient and matrix of second derivatives, float64."""

    value: np.ndarray
    """``(n,)``."""
    gradient: np.ndarray
    """``(n, d)``."""
    hessian: np.ndarray
    """``(n, d, d)``, symmetric."""


class Surface(Protocol):
    """A function f of d coordinates that can be differentiated; what is not finite, or raises, is NaN.

    Gradients alone are expected to cost a fraction of all derivatives, and values a fraction of gradients.
    """

    def values(self, alpha: np.ndarray) -> np.ndarray:
        """Return f ``(n,)`` float64 at the points ``alpha``, ``(n, d)`` float64."""

    def gradients(self, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return f and its gradient at the points ``alpha``, ``(n, d)`` float64."""

    def derivatives(self, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return f with its first and second derivatives at the points ``alpha``, ``(n, d)`` float64."""


@dataclass
class Grid:
    """A surface in steps of a grid: the point x has the coordinates ``low + x * step``, the box is ``0 <= x <= top``.

    So lengths are comparable along all axes, and half a step of the grid is 1/2.

    Parameters
    ----------
    surface
        The function in its own coordinates.
    axes
        The coordinates of the points of the grid along each axis, evenly spaced and ascending, at least 2 each.

    Attributes
    ----------
    values, gradients, derivatives
        The number of points at which the function was evaluated alone, with its gradient, and with both derivatives.
    """

    surface: Surface
    axes: Sequence[np.ndarray]
    values: int = field(default=0, init=False)
    gradients: int = field(default=0, init=False)
    derivatives: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.low = np.array([axis[0] for axis in self.axes], np.float64)
        self.shape = tuple(len(axis) for axis in self.axes)
        self.top = np.array(self.shape, np.float64) - 1
        self.step = np.array([axis[-1] - axis[0] for axis in self.axes], np.float64) / self.top

    def alpha(self, x: np.ndarray) -> np.ndarray:
        """Return the coordinates of points ``(n, d)``; the ends of the box are met exactly."""
        last = np.array([axis[-1] for axis in self.axes], np.float64)
        return np.where(x >= self.top, last, self.low + x * self.step)

    def x(self, alpha: np.ndarray) -> np.ndarray:
        """Return points ``(n, d)`` of the box, given by their coordinates, in steps of the grid."""
        return np.clip((alpha - self.low) / self.step, 0.0, self.top)

    def value(self, x: np.ndarray) -> np.ndarray:
        """Return the function ``(n,)`` at points ``(n, d)``."""
        self.values += len(x)
        return self.surface.values(self.alpha(x)) if len(x) else np.empty(0)

    def slope(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the function ``(n,)`` and its gradient by x, ``(n, d)``, at points ``(n, d)``."""
        self.gradients += len(x)
        if not len(x):
            return np.empty(0), np.empty(x.shape)
        value, gradient = self.surface.gradients(self.alpha(x))
        return value, gradient * self.step

    def local(self, x: np.ndarray) -> Local:
        """Return the function and its derivatives by x at points ``(n, d)``."""
        n, d = x.shape
        if not n:
            return Local(np.empty(0), np.empty((0, d)), np.empty((0, d, d)))
        self.derivatives += n
        value, gradient, hessian = self.surface.derivatives(self.alpha(x))
        return Local(value, gradient * self.step, hessian * np.outer(self.step, self.step))
