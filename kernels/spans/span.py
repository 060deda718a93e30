"""What spans a landscape: stored vectors, and how their multiples follow from the coordinates.

At the coordinates alpha, stored vector k is multiplied by the monomial ``prod_j alpha_j ** terms[k, j]``. A subspace
around the trained weights has one vector for each coordinate, so that ``terms`` is the identity. A surface through four
checkpoints has a fourth vector, which is multiplied by ``alpha_0 * alpha_1``, and a subspace whose first checkpoint is
not the trained network has one more, which is always added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from landsweep.kernels.loss.directions import Directions
from torch import Tensor


@dataclass(frozen=True)
class Span:
    """The vectors of one landscape.

    Parameters
    ----------
    directions
        The d directions, one for each coordinate.
    more
        ``(m - d, P)`` further vectors, in the dtype of the directions; None for none.
    terms
        ``(m, d)`` the exponents of the coordinates in the multiple of each vector, 0 or 1, the directions first; None
        where there are only directions.
    shares
        ``(d,)`` the share of the checkpoints' variance that each direction explains; None where they are no principal
        components.
    """

    directions: Directions
    more: Tensor | None = None
    terms: np.ndarray | None = None
    shares: np.ndarray | None = None


def multiples(alpha: np.ndarray, terms: np.ndarray | None) -> np.ndarray:
    """Return ``(n, m)``, the multiples of the stored vectors at the coordinates ``alpha`` ``(n, d)``.

    Examples
    --------
    >>> import numpy as np
    >>> multiples(np.array([[2.0, 5.0]]), np.array([[1, 0], [0, 1], [1, 1], [0, 0]])).tolist()
    [[2.0, 5.0, 10.0, 1.0]]
    """
    if terms is None:
        return alpha
    return np.stack([np.prod(np.where(row == 1, alpha, 1.0), axis=-1) for row in terms], axis=-1)


def derivatives_of_multiples(alpha: np.ndarray, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and second derivatives of :func:`multiples` at ``alpha`` ``(n, d)``.

    Their shapes are ``(n, m, d)`` and ``(n, m, d, d)``.

    Examples
    --------
    >>> import numpy as np
    >>> first, second = derivatives_of_multiples(np.array([[2.0, 5.0]]), np.array([[1, 0], [0, 1], [1, 1], [0, 0]]))
    >>> first[0].tolist(), second[0, 2].tolist()
    ([[1.0, 0.0], [0.0, 1.0], [5.0, 2.0], [0.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]])
    """
    n, d = alpha.shape
    first, second = np.zeros((n, len(terms), d)), np.zeros((n, len(terms), d, d))
    for k, row in enumerate(terms):
        for i in np.flatnonzero(row):
            others = np.where(np.arange(d) == i, 0, row)
            first[:, k, i] = multiples(alpha, others[None])[:, 0]
            for j in np.flatnonzero(others):
                second[:, k, i, j] = multiples(alpha, np.where(np.arange(d) == j, 0, others)[None])[:, 0]
    return first, second
