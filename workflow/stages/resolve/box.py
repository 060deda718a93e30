"""A member's loss as a function of the coordinates of its grid, in the box that the grid spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from landsweep.base.errors import users_code
from landsweep.disk.directions import Geometry
from landsweep.kernels.critical.resolved import Resolved
from landsweep.kernels.critical.surface import Local, Surface


class Box:
    """The loss over the axes of the grid that have more than one point; along the others there is nowhere to go.

    It is a :class:`landsweep.kernels.critical.surface.Surface`. What the user's loss raises, for any reason but the
    numbers at one point, is a ``ProblemError``.

    Parameters
    ----------
    loss
        The loss as a function of the multiples of the stored vectors.
    geometry
        What the multiples are at the coordinates of the grid.
    axes
        The coordinates along every axis of the grid.
    """

    def __init__(self, loss: Surface, geometry: Geometry, axes: Sequence[np.ndarray]) -> None:
        self._loss, self._geometry = loss, geometry
        self._free = [k for k, axis in enumerate(axes) if len(axis) > 1]
        self._shape = tuple(len(axis) for axis in axes)
        self._first = np.array([axis[0] for axis in axes], np.float64)
        self.axes = [axes[k] for k in self._free]

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of points along each axis of the box."""
        return tuple(len(axis) for axis in self.axes)

    def values(self, alpha: np.ndarray) -> np.ndarray:
        """Return the loss ``(n,)`` at points of the box, ``(n, d)``."""
        with users_code():
            return self._loss.values(self._geometry.multiples(self.whole(alpha)))

    def gradients(self, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the loss with its gradient by the coordinates of the box."""
        at = self.whole(alpha)
        with users_code():
            value, gradient = self._loss.gradients(self._geometry.multiples(at))
        return value, self._geometry.gradient_by_coordinates(at, gradient)[:, self._free]

    def derivatives(self, alpha: np.ndarray) -> Local:
        """Return the loss with its first and second derivatives by the coordinates of the box."""
        at = self.whole(alpha)
        with users_code():
            value, *others = self._loss.derivatives(self._geometry.multiples(at))
        gradient, hessian = self._geometry.by_coordinates(at, *others)
        return Local(value, gradient[:, self._free], hessian[:, self._free][:, :, self._free])

    def on_grid(self, found: Resolved) -> Resolved:
        """Return what was found in the box with the coordinates, faces and shape of the whole grid."""
        return replace(
            found,
            shape=self._shape,
            alpha=self.whole(found.alpha),
            faces=self._faces(found.faces),
            saddle_alpha=self.whole(found.saddle_alpha),
            saddle_faces=self._faces(found.saddle_faces),
        )

    def whole(self, alpha: np.ndarray) -> np.ndarray:
        """Return the coordinates on the grid of points of the box."""
        whole = np.tile(self._first, (len(alpha), 1))
        whole[:, self._free] = alpha
        return whole

    def _faces(self, faces: np.ndarray) -> np.ndarray:
        whole = np.zeros((len(faces), len(self._first)), faces.dtype)
        whole[:, self._free] = faces
        return whole
