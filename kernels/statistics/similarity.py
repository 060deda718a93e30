"""How alike the hidden activations of two networks are: centred kernel alignment."""

from __future__ import annotations

import numpy as np


def centred_gram(activations: np.ndarray) -> np.ndarray:
    """Return the centred Gram matrix of activations, divided by its Frobenius norm.

    K = X X^T for activations X ``(n, p)`` of n samples, each column centred; ``(n, n)`` float64. Its size does not
    depend on p, so that layers of any width can be compared. All activations equal give zeros.

    Examples
    --------
    >>> import numpy as np
    >>> gram = centred_gram(np.array([[1.0, 0.0], [3.0, 0.0]]))
    >>> gram.tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    values = np.asarray(activations, dtype=np.float64).reshape(len(activations), -1)
    scale = np.abs(values).max(initial=0.0)
    values = values / scale if scale else values
    values = values - values.mean(axis=0)
    noise = np.finfo(np.float64).eps * np.sqrt(len(values))
    if not len(values) or np.abs(values).max(initial=0.0) <= noise:  # a dead layer, up to the rounding of the mean
        return np.zeros((len(values), len(values)))
    gram = values @ values.T
    return gram / np.linalg.norm(gram)


def linear_cka(one: np.ndarray, other: np.ndarray) -> float:
    """Return linear centred kernel alignment (Kornblith, Norouzi, Lee and Hinton 2019), from 0 to 1.

    CKA = ||Y^T X||_F^2 / (||X^T X||_F ||Y^T Y||_F) for centred activations X and Y of the same n samples, which is the
    inner product of what :func:`centred_gram` returns. It does not change with rotations and scalings of the
    activations, nor with their constant parts. NaN where one of them does not vary over the samples.

    Parameters
    ----------
    one, other
        ``(n, n)``, what :func:`centred_gram` returns of each network.

    Raises
    ------
    ValueError
        Where they are of different numbers of samples.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(20, 3))
    >>> round(linear_cka(centred_gram(x), centred_gram(5 * x[:, ::-1] + 1)), 12)
    1.0
    """
    if one.shape != other.shape:
        raise ValueError(f"activations are of {len(one)} and {len(other)} samples, expected the same samples.")
    if not one.any() or not other.any():
        return float("nan")
    return float(np.clip(np.vdot(one, other), 0.0, 1.0))
