"""The rule by which eigenvalues of Lanczos' method are taken for those of the matrix."""

from __future__ import annotations

import numpy as np


class Stopping:
    """A rule that looks at k eigenvalues of each of w matrices repeatedly, and says for which matrices to stop.

    The method may stop where every residual ``|A v - lambda v|`` is at most ``tolerance * |lambda|``, except in two
    cases. Near 0, a mixture of many eigenvectors has a small residual too, whatever their eigenvalues, so that a
    residual below ``floor * |lambda|_max`` says little. And once the Lanczos vectors from one starting vector have
    ended, an eigenvalue may have more eigenvectors than the one that this start shows. In these cases the eigenvalues
    have to stay where they are, to within ``drift * |lambda|_max``, for ``patience`` products.

    Parameters
    ----------
    shape
        ``(w, k)``.
    tolerance, floor, drift, patience
        As above, at least 0.
    often
        The number of products up to which the eigenvalues are looked at after each product; later after every fourth.
    """

    def __init__(
        self, shape: tuple[int, int], tolerance: float, floor: float, drift: float, *, patience: int, often: int
    ) -> None:
        self._tolerance, self._floor, self._drift = tolerance, floor, drift
        self._patience, self._often = patience, often
        self._since, self._were = np.zeros(shape[0], np.int64), np.full(shape, np.nan)

    def looks(self, m: int) -> bool:
        """Return whether the eigenvalues are looked at after ``m`` products."""
        return m <= self._often or m % 4 == 0

    def __call__(
        self, m: int, values: np.ndarray, residuals: np.ndarray, greatest: np.ndarray, ended: np.ndarray
    ) -> np.ndarray:
        """Return for which matrices the method may stop, bool ``(w,)``.

        Parameters
        ----------
        m
            Products so far.
        values, residuals
            ``(w, k)`` float64.
        greatest
            ``(w,)`` the greatest magnitude of the eigenvalues met so far.
        ended
            ``(w,)`` whether the Lanczos vectors from one starting vector have ended.
        """
        scale = greatest[:, None]
        enough = self._tolerance * np.abs(values)
        stays = (np.abs(values - self._were) <= self._drift * scale) & (
            residuals <= np.maximum(enough, self._floor * scale)
        )
        fresh = ~stays.all(axis=1)  # also at the first look
        self._since[fresh], self._were[fresh] = m, values[fresh]
        close: np.ndarray = (residuals <= enough).all(axis=1) & ~ended
        return close | (m - self._since >= self._patience)
