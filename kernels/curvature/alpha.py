"""Derivatives in alpha: a landscape ``f(alpha) = L(theta + alpha @ Delta)`` with its gradient and its Hessian.

They are exact, as automatic differentiation is. Vectorised ones are compared once with products of the Hessian of all
parameters, which :class:`landsweep.kernels.curvature.hessian.CurvatureProduct` checks, and gradients with differences
of values: a loss that detaches a part of itself, or has surrogate gradients, has none along alpha.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import partial
from itertools import pairwise
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from landsweep.kernels.curvature.along import Expansion, Gradients, Order, Products, Together, Way
from landsweep.kernels.curvature.checks import check_mode
from landsweep.kernels.curvature.derivatives import NAMES
from landsweep.kernels.curvature.hessian import DOUBT, CurvatureProduct, NotFiniteError
from landsweep.kernels.curvature.jets import DIRECTIONS, Taylor
from landsweep.kernels.loss.batchnorm import normalisation_layers
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.memory import PeakMemory
from landsweep.kernels.loss.points import Points
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.raising import is_of_a_point
from landsweep.kernels.loss.strategies import BatchNorm, Strategy, StrategyName, make_strategy
from landsweep.kernels.loss.theta import flatten
from landsweep.kernels.problem import Problem
from torch import Tensor, nn

ALPHA_FIELDS = ("alpha_gradient", "alpha_hessian")
"""Derivatives have these names where they are fields of a landscape."""
CHUNK = 256 << 20
"""Points are evaluated together as far as their tensors take no more than this many bytes; how much memory is free must
not show in the last bits."""
WIDEST = 16
"""No more points than this are evaluated together: more gain nothing, as they do not fit the caches of a CPU."""
NEAR = 0.01
"""Ways to compute are compared at a point so far from the weights, relative to the norm of these."""
AGREE = {torch.float64: 1e-8, torch.float32: 1e-3}
"""Derivatives of two ways are the same where they differ by no more than this share of the greatest."""
OWN = "the network is differentiated by its own parameters, as one with checkpoints is"
"""What is said of a network of which many points at once have no derivatives."""
STEPS = (1.0, 10.0, 100.0)
"""Differences are taken over these multiples of the step at which rounding and truncation are alike."""

AWay = TypeVar("AWay")


class AlphaDerivatives:
    """A landscape as a function of alpha, with its derivatives.

    It is a :class:`landsweep.kernels.critical.surface.Surface`. Points at which the loss raises an error or is not
    finite are NaN, and so are derivatives that are not finite. The same call gives the same bits, whatever else the
    process does; points that are evaluated together may change each other's last bits.

    ``AlphaDerivatives(problem, model, delta, data, device=device, dtype=torch.float64)``, with
    ``data = Data.of(problem, device, torch.float64, split, draw)``, is all that most callers need.

    Parameters
    ----------
    problem, model
        The loss and the trained network, in evaluation mode; neither is changed.
    delta
        ``(d, P)`` stored directions.
    data
        The batches over which the loss is averaged, on the device and in the dtype.
    device, dtype
        The device, and the dtype in which points are computed; sums over batches are float64.
    field
        The field of the loss.
    batchnorm
        As in :func:`landsweep.kernels.loss.strategies.make_strategy`.
    strategy
        ``inplace`` computes one point after another, as where that was found to be faster; other names try to compute
        many at once.
    micro_batches
        The number of parts into which batches are split, where they can be, to save memory.
    second
        ``exact``; or ``differences``: the Hessian is that of central differences of exact gradients, whose steps are
        ``eps^(1/3) |theta|`` long. Its error is about ``eps^(2/3)``, 4e-11 in float64 and 2e-5 in float32, of the third
        derivative over the length of theta, and near a kink the kink is in it. It costs 2d + 1 gradients.

    deterministic
        Whether to refuse operations whose result depends on the order of threads.

    Attributes
    ----------
    together
        Whether the derivatives of many points are computed at once, or of one point after another.
    reason
        Why they are computed point by point, a sentence; empty where they are not.
    kernels
        The kernels through which the loss is differentiated.
    polynomials
        The way by Taylor polynomials through the loss, by which :meth:`derivatives` takes second derivatives where all
        its operations have rules, in few directions; else None.
    width
        The number of points whose derivatives are computed together.
    error
        The first error of a point, which is NaN for it, or None.

    Raises
    ------
    ValueError
        Where the loss has no derivatives of the order that is asked for, or none that are those of its values: the
        network is in training mode, statistics are recomputed at each point, the loss differs when it is called again,
        is not finite at and near the weights, does not depend on them by derivatives, or detaches a part of itself. The
        directions have another length than theta.
    Exception
        What the loss raises at the weights and near them.
    """

    def __init__(
        self,
        problem: Problem,
        model: nn.Module,
        delta: Tensor,
        data: Data,
        *,
        device: torch.device,
        dtype: torch.dtype = torch.float64,
        field: str = "loss",
        batchnorm: BatchNorm = "frozen",
        strategy: StrategyName = "batched",
        micro_batches: int = 1,
        second: Literal["exact", "differences"] = "exact",
        deterministic: bool = False,
    ) -> None:
        check_mode(model)
        if batchnorm == "recomputed" and normalisation_layers(model):
            raise ValueError(
                "the statistics of normalisation are recomputed at each point, and torch differentiates none of them, "
                "expected evaluation.batchnorm: frozen for derivatives"
            )
        self._problem, self._model, self._data = problem, model, data
        self._device, self._dtype, self._field, self._parts = device, dtype, field, micro_batches
        self._precision, self._deterministic = next(p for p in PRECISIONS.values() if p.dtype == dtype), deterministic
        self._span(delta)
        self._second = second
        self.together = False
        self.reason = "the strategy is inplace" if strategy == "inplace" else ""
        self.kernels, self.width, self._width_of_values = "default", 1, 1
        self._even = 0  # the width where the place of a point must not show; 0 while it is not known
        self.error: Exception | None = None
        self._values = self._choose_values()
        self.polynomials: Taylor | None = None
        self._derivatives: Way = self._choose_derivatives()
        self._check_slopes()

    def along(self, delta: Tensor) -> AlphaDerivatives:
        """Return the same loss along other directions ``(d, P)``, computed in the same way: nothing is compared again.

        To make one takes as long as about ten derivatives, so that landscapes around one network share it.
        """
        made = copy(self)
        made._span(delta)
        made._derivatives, made.error, made._even = self._derivatives.along(delta), None, 0
        made.polynomials = (
            self.polynomials.along(delta) if self.polynomials is not None and len(delta) <= DIRECTIONS else None
        )
        return made

    def _span(self, delta: Tensor) -> None:
        theta = flatten(self._model)
        if delta.ndim != 2 or delta.shape[1] != len(theta):
            raise ValueError(f"directions have the shape {tuple(delta.shape)}, expected (d, {len(theta)})")
        self._delta, self._points = delta, Points(theta, delta, self._device, self._dtype)
        length = float(theta.double().norm()) or 1.0
        norms = np.array([float(torch.linalg.vector_norm(row.double())) for row in delta])
        self._scale = length / np.where(norms > 0, norms, 1.0)  # in alpha, the length of theta

    def values(self, alpha: np.ndarray) -> np.ndarray:
        """Return f ``(n,)`` float64 at the points ``alpha``, ``(n, d)`` float64."""
        return self._each(self._values, alpha, 0)[0]

    def derivatives(self, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return f ``(n,)``, its gradient ``(n, d)`` and its Hessian ``(n, d, d)`` at the points ``alpha``, float64."""
        n, d = alpha.shape
        if self._second == "exact":
            work = self._second_order if self.polynomials is None else self.polynomials
            value, gradient, hessian = self._each(work, alpha, 2)
        else:
            step = torch.finfo(self._dtype).eps ** (1 / 3) * self._scale
            ends = np.concatenate([alpha[:, None], alpha[:, None] + _crosses(step)[None]], axis=1)
            value, gradient = self.gradients(ends.reshape(-1, d))
            value, gradient = value.reshape(n, 2 * d + 1)[:, 0], gradient.reshape(n, 2 * d + 1, d)
            gradient, ends = gradient[:, 0], gradient[:, 1:].reshape(n, d, 2, d)
            hessian = (ends[:, :, 0] - ends[:, :, 1]) / (2 * step[:, None])
        return value, gradient, (hessian + hessian.swapaxes(1, 2)) / 2

    def gradients(self, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return f ``(n,)`` and its gradient ``(n, d)``, which costs a fraction of :meth:`derivatives`."""
        value, gradient = self._each(self._first_order, alpha, 1)
        return value, gradient

    def at_width(self, alpha: np.ndarray) -> tuple[dict[str, np.ndarray], dict[int, Exception]]:
        """Return :data:`ALPHA_FIELDS` at the points ``alpha``, ``(n, d)`` float64, and the errors of points that raise.

        As with :func:`landsweep.kernels.loss.raising.evaluate`, always as many points are computed together, so that
        the value at a point depends on no others, nor on how many processes share them. These are ``width``, or one
        where the last bits of a point are seen to depend on its place, as with some products of tiny matrices.
        """
        raised: dict[int, Exception] = {}
        if not self._even:
            some = self._tests()[0] * np.linspace(0.5, 1.0, self.width)[:, None]
            there, back = (self._each(self._second_order, points, 2) for points in (some, some[::-1]))
            same = all(np.array_equal(a, b[::-1], equal_nan=True) for a, b in zip(there, back, strict=True))
            self._even = self.width if same else 1
        _, gradient, hessian = self._each(self._second_order, alpha, 2, raised)
        return dict(zip(ALPHA_FIELDS, (gradient, (hessian + hessian.swapaxes(1, 2)) / 2), strict=True)), raised

    def _first_order(self, rows: Tensor) -> Expansion:
        return self._derivatives(rows, 1)

    def _second_order(self, rows: Tensor) -> Expansion:
        return self._derivatives(rows, 2)

    def _rows(self, alpha: np.ndarray) -> Tensor:
        return self._points.rows(torch.from_numpy(np.ascontiguousarray(alpha)).to(self._device, self._dtype))

    def _each(
        self,
        work: Callable[[Tensor], Expansion],
        alpha: np.ndarray,
        order: int,
        raised: dict[int, Exception] | None = None,
    ) -> list[np.ndarray]:
        """Return what ``work`` gives for the rows at ``alpha``, in chunks; NaN for what is not finite or raises.

        With ``raised``, which takes in the errors by point, all chunks are filled up to the same width.
        """
        shapes = [(len(alpha),) + (alpha.shape[1],) * k for k in range(order + 1)]
        found = [np.full(shape, np.nan) for shape in shapes]
        width = (self.width if raised is None else self._even) if order else self._width_of_values
        if raised is None:  # parts alike: the last one, of few points, would take as long as a whole one
            cuts = np.linspace(0, len(alpha), -(-len(alpha) // width) + 1).astype(int).tolist()
        else:
            cuts = [*range(0, len(alpha), width), len(alpha)]
        parts = list(pairwise(cuts))
        while parts:
            low, high = parts.pop()
            try:
                with self._precision.active(self._device, self._deterministic):
                    part = alpha[low:high]
                    fill = 0 if raised is None else width - len(part)
                    made = work(self._rows(np.concatenate([part, np.repeat(part[-1:], fill, axis=0)])))
            except Exception as error:
                if not is_of_a_point(error):
                    raise
                self.error = self.error or error.with_traceback(None)
                if high - low > 1:
                    parts += [(low, (low + high) // 2), ((low + high) // 2, high)]
                elif raised is not None:
                    raised[low] = error.with_traceback(None)
                continue
            for array, column in zip(found, made, strict=True):
                array[low:high] = column[: high - low].cpu().numpy()
        for array in found:
            array[~np.isfinite(array)] = np.nan
            array[np.isnan(found[0])] = np.nan
        return found

    def _tests(self) -> list[np.ndarray]:
        """Return the points, ``(1, d)`` each, at which ways are compared: near the weights, where nothing vanishes."""
        signs = np.cos(np.arange(1.0, len(self._scale) + 1))  # of no symmetry
        return [NEAR * self._scale * signs[None] / np.linalg.norm(signs), np.zeros((1, len(self._scale)))]

    def _choose_values(self) -> Callable[[Tensor], Expansion]:
        def by(strategy: Strategy) -> Callable[[Tensor], Expansion]:
            return lambda rows: (strategy(rows, self._data)[self._field],)

        def make(name: StrategyName) -> Callable[[Tensor], Expansion]:
            made = make_strategy(name, self._problem, self._model, (self._field,), self._device, self._dtype)
            return by(made)

        alone, usable, errors = make("inplace"), [], []
        for test in self._tests():
            with self._precision.active(self._device, self._deterministic):
                try:
                    usable.append((test, float(alone(self._rows(test))[0])))
                except Exception as error:
                    errors.append(error)
        if not usable:
            raise errors[0]
        self._usable = [test for test, _ in usable]
        if self.reason:
            return alone
        expected = np.array([value for _, value in usable])
        with suppress(Exception), self._precision.active(self._device, self._deterministic):  # what vmap cannot follow
            many = make("batched")
            rows = self._rows(np.concatenate([*self._usable, self._usable[0]]))  # at least two
            made, width = self._counted(partial(many, rows), len(rows))
            found = made[0].cpu().numpy()[: len(expected)]
            if np.allclose(found, expected, rtol=self._precision.tolerance, atol=0, equal_nan=True):
                self._width_of_values = width
                return many
        return alone

    def _choose_derivatives(self) -> Way:
        """Return the first way for many points at once that agrees with the derivatives of a single one, or these."""
        order: Order = 2 if self._second == "exact" else 1
        alone, test, expected = self._by_points(order)
        if order == 2 and self._points.resident and self.reason != OWN and len(self._delta) <= DIRECTIONS:
            self.polynomials = self._by_polynomials(test, expected)
        if not self._points.resident:
            self.reason = "the directions do not fit into memory"
        if self.reason:
            return alone
        others = [other for other in self._usable if other is not test] or [test]
        rows = self._rows(np.concatenate([test, *others]))
        for kernel in NAMES[NAMES.index(self.kernels) :]:
            try:
                made = self._way(Together, kernel=kernel)
                parts, width = self._counted(partial(made, rows, order), len(rows))
                found = [part[:1].numpy() for part in parts]
            except Exception as error:  # what vmap or these derivatives cannot follow
                self.reason = self.reason or f"many at once: {_first_line(error)}"
                continue
            if self._agree(found, expected):
                self.together, self.kernels, self.reason, self.width = True, kernel, "", width
                return made
            self.reason = self.reason or "many at once they differ from those of a single point"
        return alone

    def _by_polynomials(self, test: np.ndarray, expected: list[np.ndarray]) -> Taylor | None:
        """Return the derivatives by Taylor polynomials, where every operation has a rule and they are those expected.

        They are no fields of a landscape: those keep the bits of the way that the stored ones were computed in.
        """
        with suppress(Exception), self._precision.active(self._device, self._deterministic):
            made = self._way(Taylor)
            if self._agree([part.numpy() for part in made(self._rows(test))], expected):
                return made
        return None

    def _counted(self, work: Callable[[], Expansion], points: int) -> tuple[Expansion, int]:
        """Return what ``work`` gives for some points, and how many may be computed together, a power of 2."""
        with self._precision.active(self._device, self._deterministic):
            try:
                with PeakMemory() as memory:
                    found = work()
            except Exception:  # tensors without storage, as sparse ones, cannot be counted
                return work(), 1
        most = int(np.clip(CHUNK * points // max(memory.peak, 1), 1, WIDEST))
        return found, 1 << (most.bit_length() - 1)  # others have kernels of their own for the last points

    def _by_points(self, order: Order) -> tuple[Way, np.ndarray, list[np.ndarray]]:
        """Return the derivatives of one point after another, a point at which there are some, and these."""
        failures: list[Exception] = []
        for test in self._usable:
            try:
                with self._precision.active(self._device, self._deterministic):
                    made = self._products(test) if order == 2 else self._gradients(test)
                    found = made(self._rows(test), order)
                if _finite(found):
                    return made, test, [part.numpy() for part in found]
                failures.append(NotFiniteError("they are not finite, as of a norm that is 0"))
            except (NotFiniteError, NotImplementedError) as error:
                failures.append(error)
            except Exception as error:  # the loss alone raises none here
                if isinstance(error, ValueError) or not is_of_a_point(error):
                    raise
                failures.append(error)
        what = "second derivatives" if order == 2 else "gradient"
        raise ValueError(f"{self._field} has no {what} near the weights: {_first_line(failures[0])}") from failures[0]

    def _way(self, kind: Callable[..., AWay], **options: Any) -> AWay:
        """Return a way to compute derivatives of this loss along these directions."""
        place = (self._problem, self._model, self._delta, self._data, self._device, self._dtype)
        return kind(*place, field=self._field, micro_batches=self._parts, **options)

    def _products(self, test: np.ndarray) -> Products:
        made = CurvatureProduct(
            self._problem,
            self._model,
            self._data,
            self._device,
            self._dtype,
            field=self._field,
            micro_batches=self._parts,
            theta=self._rows(test)[0],
        )
        if made.doubt:
            raise ValueError(f"{made.doubt}, expected those of the loss")
        self.kernels = made.kernels
        if made.leaves:
            self.reason = OWN
        return Products(made, self._delta)

    def _gradients(self, test: np.ndarray) -> Gradients:
        made = self._way(Gradients)
        try:
            finite = _finite(made(self._rows(test)))
        except Exception as error:
            if isinstance(error, ValueError) or not (isinstance(error, NotImplementedError) or is_of_a_point(error)):
                raise
            finite = False
        if not finite:  # as where the network reads its own parameters, which are hidden
            made.by_own_parameters()
            if not _finite(made(self._rows(test))):
                raise NotFiniteError(f"{self._field} or its gradient is not finite")
            self.reason = OWN
        return made

    def _agree(self, found: list[np.ndarray], expected: list[np.ndarray]) -> bool:
        """Return whether two expansions at a point are the same within rounding, in units of the length of theta."""
        scales = [1.0, self._scale, np.multiply.outer(self._scale, self._scale)]
        scaled = [(a[0] * s, b[0] * s) for a, b, s in zip(found, expected, scales[: len(found)], strict=True)]
        greatest = max(np.abs(b).max() for _, b in scaled[1:])
        rounding = 1e3 * float(torch.finfo(self._dtype).eps) * abs(float(expected[0][0]))
        allowed = AGREE[self._dtype] * greatest + rounding
        return all(bool(np.all(np.abs(a - b) <= allowed)) for a, b in scaled)

    def _check_slopes(self) -> None:
        """Refuse gradients that are not the differences of values.

        Of several steps one has to agree: kinks show in long ones, and rounding in short ones.
        """
        eps = float(torch.finfo(self._dtype).eps)
        for test in self._usable:
            gradient = self.gradients(test)[1][0] * self._scale
            steps = eps ** (1 / 3) * np.array(STEPS)
            ends = np.concatenate([test + _crosses(step * self._scale) for step in steps])
            found = self._each(self._values, ends, 0)[0].reshape(len(steps), -1, 2)
            slopes = (found[..., 0] - found[..., 1]) / (2 * steps[:, None])
            rounding = 1e3 * eps * np.abs(found).max(axis=(1, 2)) / steps
            apart, greatest = np.linalg.norm(slopes - gradient, axis=1), np.linalg.norm(slopes, axis=1)
            if not np.isfinite(apart).all():
                continue
            if (apart > DOUBT * np.maximum(greatest, np.linalg.norm(gradient)) + rounding).all():
                share = 100 * float((apart / np.maximum(greatest, np.linalg.norm(gradient))).min())
                raise ValueError(
                    f"the gradient of {self._field} is not the difference of its values (by {share:.0f} % near the "
                    "weights), expected a loss that can be differentiated: it detaches a part that depends on the "
                    "weights, or has surrogate gradients"
                )
            return


def _crosses(steps: np.ndarray) -> np.ndarray:
    """Return the points at ``+step`` and ``-step`` along each axis, ``(2d, d)``, axis after axis."""
    return np.stack([np.diag(steps), -np.diag(steps)], axis=1).reshape(-1, len(steps))


def _finite(parts: Expansion) -> bool:
    return all(bool(part.isfinite().all()) for part in parts)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
