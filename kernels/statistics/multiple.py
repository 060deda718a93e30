"""Many tests at once."""

from __future__ import annotations

import numpy as np


def holm(p: np.ndarray) -> np.ndarray:
    """Return p values adjusted for their number, so that any false one below 0.05 is as rare as 5 %.

    The k-th least of m becomes (m - k + 1) times itself, at least that of the one before it and at most 1 (S. Holm,
    Scandinavian Journal of Statistics 6, 65-70, 1979). The tests may depend on one another. NaN is no test.

    Parameters
    ----------
    p
        ``(m,)`` p values, NaN where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> holm(np.array([0.01, 0.04, 0.03, np.nan])).round(12).tolist()
    [0.03, 0.06, 0.06, nan]
    """
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted
