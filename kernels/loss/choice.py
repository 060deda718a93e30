"""The choice of a strategy and a width (points at once): the fastest by measurement that runs and agrees."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from statistics import median

import numpy as np
import torch
from landsweep.kernels.loss.strategies import StrategyName

REPEATS = 3
"""A choice is timed over at least this many batches."""
SHORT = 0.02
"""A choice is timed for at least this many seconds."""
LONG = 1.0
"""A batch that takes more than this many seconds gains nothing by being wider."""
GAIN = 0.95
"""A wider batch or another strategy is chosen only where it takes at most this share of the time, since clocks are
noisy."""
WIDTHS: dict[StrategyName, tuple[int, ...]] = {
    "inplace": (1,),
    "batched": tuple(2**k for k in range(1, 13)),
    "compiled": (1, 8, 16),
}
"""Each strategy is tried at these widths (points evaluated at once); there are few for ``compiled`` because compiling
one takes seconds."""
COMPILING = 60.0
"""Compiling is tried only where the work around one model takes at least this many seconds."""

Run = Callable[[np.ndarray], dict[str, np.ndarray]]
"""A function of this type maps points ``alpha`` to the values of every field."""
Make = Callable[[StrategyName, int], Run]
"""A function of this type makes the evaluator of a strategy at a width."""


@dataclass
class Choice:
    """A chosen strategy and width, and what they were compared with.

    Parameters
    ----------
    strategy, width
        The chosen strategy, and the chosen number of points at once.
    seconds
        The seconds per point, the median of a few batches.
    dropped
        The reason why each other strategy was not chosen, where this is not its time.
    tried
        The seconds per point, by strategy and width.
    """

    strategy: StrategyName
    width: int
    seconds: float
    dropped: dict[str, str] = field(default_factory=dict)
    tried: dict[str, dict[int, float]] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The reason for this choice, in a sentence."""
        times = {name: 1e3 * min(seconds.values()) for name, seconds in self.tried.items()}
        others = [f"{name} {t:.3g} ms" for name, t in times.items() if name != self.strategy]
        others += [f"{name} {why}" for name, why in self.dropped.items()]
        return "; ".join([f"{1e3 * self.seconds:.3g} ms per point", *others])


def choose(
    make: Make,
    alpha: np.ndarray,
    tolerance: float,
    *,
    candidates: tuple[StrategyName, ...] = ("inplace", "batched", "compiled"),
    width: int | None = None,
    widest: float = np.inf,
    points: float = np.inf,
    together: float = np.inf,
) -> Choice:
    """Return the fastest strategy and width that run and agree with the first strategy that runs.

    Parameters
    ----------
    make
        The function that makes the evaluator of a strategy at a width.
    alpha
        ``(n, d)`` probe points.
    tolerance
        Relative difference allowed between strategies.
    candidates
        The strategies to try, the preferred one first where they are equally fast.
    width
        The number of points at once. If it is None, wider batches are tried as long as they gain time and memory lasts.
    widest
        The greatest number of points at once whose parameters may be held.
    points
        The number of points around one model that this process will evaluate: ``compiled`` has to save the time that
        compiling takes.
    together
        The number of points per call of the evaluator, the last batch of which is padded.

    Raises
    ------
    ValueError
        Where the loss returns another value when it is called again.
    Exception
        The error of the first candidate, where no candidate runs.
    """
    reference: dict[str, np.ndarray] | None = None
    best: Choice | None = None
    dropped: dict[str, str] = {}
    tried: dict[str, dict[int, float]] = {}
    failure: Exception | None = None
    for name in candidates:
        if name == "compiled" and best is not None and best.seconds * points < COMPILING:
            dropped[name] = f"{best.seconds * points:.2g} s for all points without it"
            continue
        widths = (width,) if width else tuple(w for w in WIDTHS[name] if w <= widest) or (1,)
        begin = time.perf_counter()
        try:
            evaluate = make(name, widths[0])
            values = evaluate(alpha)
        except Exception as error:  # a loss may do anything that vmap or a compiler cannot follow
            if best is None:  # what it was raised with holds memory of the device
                failure = failure or error
            dropped[name] = f"cannot run this loss ({type(error).__name__}: {_first_line(error)})"
            continue
        compiling = time.perf_counter() - begin
        if reference is None:
            reference = values
            if differs := difference(evaluate(alpha), reference, tolerance):
                raise ValueError(
                    f"a second call at the same weights {differs}, expected a function of weights and batch alone: "
                    "draw random numbers in batches(draw=...)"
                )
        if differs := difference(values, reference, tolerance):
            dropped[name] = f"{differs} at the probe points"
            continue
        tried[name] = seconds = _timed(
            make, name, alpha, widths, together, partial(difference, reference=reference, tolerance=tolerance)
        )
        # The narrowest that is about as fast as the fastest: it needs the least memory.
        at = min(w for w in seconds if GAIN * seconds[w] <= min(seconds.values()))
        if name == "compiled" and best is not None and (best.seconds - seconds[at]) * points < compiling:
            saved = (best.seconds - seconds[at]) * points
            dropped[name] = f"saves {saved:.2g} s on {points:.0f} points, and takes {compiling:.2g} s to compile"
        elif best is None or seconds[at] <= GAIN * best.seconds:
            best = Choice(name, at, seconds[at])
    if best is None:
        assert failure is not None
        raise failure
    best.dropped, best.tried = dropped, tried
    return best


def difference(values: dict[str, np.ndarray], reference: dict[str, np.ndarray], tolerance: float) -> str:
    """Return a text that says by how much values differ from a reference beyond the tolerance, or an empty string."""
    for name, expected in reference.items():
        scale = np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))
        if not np.allclose(values[name], expected, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
            worst = float(np.nanmax(np.abs(values[name] - expected)))
            return f"differs by {worst:.3g} in {name}"
    return ""


def _timed(
    make: Make,
    name: StrategyName,
    alpha: np.ndarray,
    widths: tuple[int, ...],
    together: float,
    differs: Callable[[dict[str, np.ndarray]], str],
) -> dict[int, float]:
    """Return seconds per point by width; stop where two widths in a row gain nothing, a batch is long, or one fails."""
    seconds: dict[int, float] = {}
    fastest, since = np.inf, 0
    for width in widths:
        try:
            evaluate, points = make(name, width), np.resize(alpha, (width, alpha.shape[1]))
            if differs(evaluate(alpha)) and seconds:  # which also allocates, and compiles
                break
            batches = ceil(together / width) / together if together < np.inf else 1 / width
            found = _seconds(evaluate, points) * batches
        except Exception:  # memory that ends, or what vmap cannot follow; a narrower one ran
            if not seconds:
                raise
            torch.cuda.empty_cache()
            break
        seconds[width] = found
        since = 0 if seconds[width] < GAIN * fastest else since + 1
        fastest = min(fastest, seconds[width])
        if since == 2 or seconds[width] * width > LONG:
            break
    return seconds


def _seconds(evaluate: Run, points: np.ndarray) -> float:
    times: list[float] = []
    while len(times) < REPEATS or sum(times) < SHORT:
        begin = time.perf_counter()
        evaluate(points)
        times.append(time.perf_counter() - begin)
    return median(times)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "")
