"""Points at which a loss raises an error: they are NaN, and the other points keep their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from landsweep.kernels.loss.data import DataError
from landsweep.kernels.loss.evaluation import Evaluator

TRIED = 256
"""A landscape counts as one where the loss raises everywhere once so many points, spread over it, were tried."""
_OF_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "CUDA error",
    "CUBLAS_STATUS",
    "cuDNN error",
)
_NOT_OF_POINTS = (MemoryError, OSError, DataError, NotImplementedError, ImportError)


def is_of_a_point(error: Exception) -> bool:
    """Return whether an error may come from the numbers at one point; those of memory, files and devices do not."""
    if isinstance(error, _NOT_OF_POINTS):
        return False
    return not (isinstance(error, RuntimeError) and any(text in str(error) for text in _OF_MEMORY))


def evaluate(
    evaluator: Evaluator, alpha: np.ndarray, on_error: Callable[[Exception], None] = lambda error: None
) -> tuple[dict[str, np.ndarray], dict[int, Exception]]:
    """Return every field at the points ``alpha``, NaN where the loss raises an error, and these errors by index.

    Where nothing is raised this is the call of the evaluator. Otherwise each batch that fails is halved until the
    points are alone, and every part is filled up to the evaluator's width, so that the others have the values that they
    would have without them.

    Parameters
    ----------
    evaluator, alpha
        The evaluator, and ``(n, d)`` points.
    on_error
        A function that is called with the first error, and may raise one, before the points are looked at one by one.

    Raises
    ------
    Exception
        Whatever is no error of a point, such as one of memory (:func:`is_of_a_point`).
    """
    try:
        return evaluator(alpha), {}
    except Exception as error:
        if not is_of_a_point(error):
            raise
        on_error(error)
        if len(alpha) == 1:
            return _nan(evaluator, 1), {0: error}
    parts = _cuts(len(alpha), evaluator.width)
    values: list[dict[str, np.ndarray]] = []
    raised: dict[int, Exception] = {}
    for low, high in parts:
        found, errors = evaluate(evaluator, alpha[low:high])
        values.append(found)
        # Only the first keeps its traceback, whose frames hold tensors.
        raised |= {low + i: e.with_traceback(None) if raised else e for i, e in errors.items()}
    return {name: np.concatenate([found[name] for found in values]) for name in values[0]}, raised


def is_alive(evaluator: Evaluator, points: Iterator[np.ndarray]) -> bool:
    """Return whether the loss raises no error at one of ``points`` ``(d,)``, of which at most 256 are tried.

    The order of the points decides how long this takes: those where it should work belong first.
    """
    return any(not evaluate(evaluator, point[None])[1] for _, point in zip(range(TRIED), points, strict=False))


def spread(coordinates: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the points of a grid ``(d,)`` in an order that covers it evenly: the one nearest to the centre comes first.

    Parameters
    ----------
    coordinates
        The coordinates along each axis.
    """
    shape = tuple(map(len, coordinates))
    nearest = [int(np.argmin(np.abs(axis))) for axis in coordinates]
    order = np.random.default_rng(0).permutation(int(np.prod(shape)))
    for flat in (int(np.ravel_multi_index(nearest, shape)), *order):
        yield np.array([axis[i] for axis, i in zip(coordinates, np.unravel_index(flat, shape), strict=True)])


def _cuts(count: int, width: int) -> list[tuple[int, int]]:
    """Return the parts in which points are tried again: their batches, or the halves of one batch."""
    step = width if count > width else (count + 1) // 2
    return [(low, min(low + step, count)) for low in range(0, count, step)]


def _nan(evaluator: Evaluator, count: int) -> dict[str, np.ndarray]:
    dtype = str(evaluator.precision.dtype).removeprefix("torch.")
    return {name: np.full(count, np.nan, dtype) for name in evaluator.strategy.fields}
