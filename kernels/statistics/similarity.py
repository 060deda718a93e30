"""How alike the hidden activations of two networks are: centred kernel alignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BLOCK = 64
"""Of so many networks the Gram matrices are in memory at once, twice."""


def factor(activations: np.ndarray) -> np.ndarray:
    """Return a factor F of the centred, normalised Gram matrix of activations: F F^T = K / ||K||_F.

    K = X X^T for activations X ``(n, p)`` of n samples, each column centred. What two networks have in common follows
    from such factors alone (:func:`linear_cka`), which are small also for wide layers.

    Returns
    -------
    numpy.ndarray
        ``(n, min(n, p))`` float64; zeros where the activations do not vary over the samples.

    Examples
    --------
    >>> import numpy as np
    >>> f = factor(np.array([[1.0, 0.0], [3.0, 0.0]]))
    >>> np.round(f @ f.T, 9).tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    values = np.asarray(activations, dtype=np.float64).reshape(len(activations), -1)
    n, p = values.shape
    scale = np.abs(values).max(initial=0.0)
    centred = values / scale if scale else values
    centred = centred - centred.mean(axis=0)
    if np.abs(centred).max(initial=0.0) <= 4 * np.finfo(np.float64).eps:  # a dead layer, up to the mean's rounding
        return np.zeros((n, min(n, p)))
    if p > n:
        squares, vectors = np.linalg.eigh(centred @ centred.T)
        centred = vectors * np.sqrt(np.maximum(squares, 0.0))
    return centred / np.sqrt(np.linalg.norm(centred.T @ centred))


def linear_cka(one: np.ndarray, other: np.ndarray) -> float:
    """Return linear centred kernel alignment (Kornblith, Norouzi, Lee and Hinton 2019), from 0 to 1.

    CKA = ||Y^T X||_F^2 / (||X^T X||_F ||Y^T Y||_F) for centred activations X and Y of the same n samples: the inner
    product of their normalised Gram matrices. It does not change with rotations and scalings of the activations, nor
    with their constant parts. NaN where one of them does not vary over the samples.

    Parameters
    ----------
    one, other
        ``(n, r)`` and ``(n, s)``, what :func:`factor` returns of each network.

    Raises
    ------
    ValueError
        Where they are of different numbers of samples.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(20, 3))
    >>> round(linear_cka(factor(x), factor(5 * x[:, ::-1] + 1)), 12)
    1.0
    """
    if len(one) != len(other):
        raise ValueError(f"activations are of {len(one)} and {len(other)} samples, expected the same samples.")
    if not one.any() or not other.any():
        return float("nan")
    return float(np.clip(np.square(one.T @ other).sum(), 0.0, 1.0))


def cka_matrix(factors: Sequence[np.ndarray]) -> np.ndarray:
    """Return :func:`linear_cka` of each pair of networks, ``(m, m)`` float64; their factors are of the same n samples.

    It is computed as the product of normalised Gram matrices, whose time does not depend on the widths of layers.

    Raises
    ------
    ValueError
        Where they are of different numbers of samples.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(20, 3))
    >>> np.round(cka_matrix([factor(x), factor(-x)]), 12).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    for k, other in enumerate(factors):
        if len(other) != len(factors[0]):
            raise ValueError(
                f"activations 0 and {k} are of {len(factors[0])} and {len(other)} samples, expected the same samples."
            )
    found = np.empty((len(factors), len(factors)))
    for i in range(0, len(factors), BLOCK):
        rows = _grams(factors[i : i + BLOCK])
        for j in range(i, len(factors), BLOCK):
            columns = rows if j == i else _grams(factors[j : j + BLOCK])
            block = rows @ columns.T
            found[i : i + BLOCK, j : j + BLOCK] = block
            found[j : j + BLOCK, i : i + BLOCK] = block.T
    found = np.clip(found, 0.0, 1.0)
    varies = np.array([factor.any() for factor in factors])
    found[~varies] = np.nan
    found[:, ~varies] = np.nan
    np.fill_diagonal(found, np.where(varies, 1.0, np.nan))
    return found


def _grams(factors: Sequence[np.ndarray]) -> np.ndarray:
    return np.stack([(values @ values.T).reshape(-1) for values in factors])
