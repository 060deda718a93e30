"""Eigenpairs, trace and spectral density of a symmetric matrix that is given only by its products with vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Literal

import numpy as np
from landsweep.kernels.curvature import lanczos as method
from landsweep.kernels.curvature.lanczos import Product, Step, apply, lanczos
from landsweep.kernels.curvature.stopping import Stopping
from landsweep.kernels.curvature.watch import State, Watch, random_state, set_random_state
from scipy.linalg import eigh_tridiagonal
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh
from scipy.special import ndtr, stdtrit

Which = Literal["largest", "smallest", "magnitude"]
"""Eigenvalues are asked for as the algebraically largest, the smallest, or those of the greatest magnitude."""
_ARPACK: dict[Which, Literal["LA", "SA", "LM"]] = {"largest": "LA", "smallest": "SA", "magnitude": "LM"}
"""ARPACK calls the eigenvalues that are asked for by these names."""
OFTEN = 40
"""Residuals are looked at after each of the first products, up to this many, and then after every fourth product."""
PATIENCE = 20
"""Eigenvalues whose residuals are small only beside the eigenvalue of the greatest magnitude have to stay where they
are for this many products."""
LEAST = 50
"""An estimate of the trace takes at least this many random vectors: with fewer, three standard errors miss the mean in
more than one case of two hundred."""


@dataclass(frozen=True)
class Eigenpairs:
    """Some eigenvalues with their eigenvectors.

    Parameters
    ----------
    values, vectors
        ``(k,)`` and ``(k, P)`` float64, in the order that was asked for. The vectors are orthonormal, and the component
        of the greatest magnitude of each vector is positive.
    residuals
        ``(k,)`` the residuals ``|A v - lambda v|``.
    products
        The number of products that were needed, without those for the residuals.
    allowed
        ``(k,)`` the residuals that were asked for: measured ones are larger where products are less precise than they
        are taken to be.
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    products: int
    allowed: np.ndarray


def eigenpairs(
    product: Product,
    k: int,
    which: Which = "largest",
    tolerance: float = 1e-3,
    seed: int = 0,
    most: int = 10_000,
    floor: float = 0.0,
    watch: Watch | None = None,
) -> Eigenpairs:
    """Return k eigenpairs by Lanczos' method.

    As long as the Lanczos vectors fit into memory, all are kept and made orthogonal to one another, and the residuals
    are looked at as products come in: no method needs fewer products from one starting vector. Where the Lanczos
    vectors end before all eigenvalues are found (for example because some are equal), the method continues with another
    random vector. Where memory ends, the implicitly restarted method takes over (ARPACK, through SciPy's ``eigsh``).

    Parameters
    ----------
    product
        The matrix.
    k
        The number of eigenpairs.
    which
        Which eigenvalues: the algebraically largest, the smallest, or those of the greatest magnitude.
    tolerance
        The allowed residual relative to the eigenvalue, ``|A v - lambda v| / |lambda|``.
    seed
        The seed of the starting vector.
    most
        The greatest number of products.
    floor
        The precision of the products: no residual needs to be smaller than this, relative to the eigenvalue of the
        greatest magnitude met. Eigenvalues that are accepted by this rule have to stay where they are for some further
        products.
    watch
        What follows the method, and has the state from which it goes on. ARPACK has no state: it begins again.

    Raises
    ------
    ValueError
        Where k is not between 1 and P, or ``most`` products do not suffice.
    """
    size = product.size
    if not 1 <= k <= size:
        raise ValueError(f"{k} eigenpairs were asked for, expected 1 to {size}, the number of parameters")
    watch, before = watch or Watch(), product.products
    start = _start(size, seed)
    found, last = _by_lanczos(product, start, k, which, tolerance, floor, most, watch)
    if found is None:
        others = _by_arpack(product, start, k, which, tolerance, most, watch, last)
        found = None if others is None else (*others, float(np.abs(others[0]).max()))
    if found is None:
        raise ValueError(
            f"{k} eigenpairs did not reach residuals of {tolerance:g} after {product.products - before} products, "
            "expected that they do: allow a larger tolerance"
        )
    values, vectors, greatest = found
    count = product.products - before
    vectors = signed(vectors)
    residuals = [np.linalg.norm(apply(product, v) - x * v) for x, v in zip(values, vectors, strict=True)]
    allowed = np.maximum(tolerance * np.abs(values), max(floor, 1e-10) * greatest)
    return Eigenpairs(values, vectors, np.array(residuals), count, allowed)


@dataclass(frozen=True)
class Trace:
    """An estimate of a trace.

    Parameters
    ----------
    value, error
        The estimate and its standard error, enlarged by Student's correction so that three of it cover 99.7 % even for
        few samples.
    parts, part_errors
        ``(n,)`` the same two numbers for each part of the diagonal.
    samples
        The number of random vectors that were needed.
    converged
        Whether the error reached the tolerance.
    """

    value: float
    error: float
    parts: np.ndarray
    part_errors: np.ndarray
    samples: int
    converged: bool


def trace(
    product: Product,
    tolerance: float = 0.05,
    *,
    sketch: int = 0,
    sizes: Sequence[int] = (),
    least: int = LEAST,
    most: int = 1000,
    seed: int = 0,
    watch: Watch | None = None,
) -> Trace:
    """Return an unbiased estimate of the trace: Hutchinson's, or Hutch++ with a sketch.

    ``tr A = tr Q^T A Q + E[g^T (I - Q Q^T) A (I - Q Q^T) g]`` for random signs g, where Q spans ``A S`` for ``sketch``
    random vectors S; without a sketch, ``E[g^T A g]`` (Hutchinson 1990, Comm. Stat. 19:433; Meyer et al. 2021,
    arXiv:2010.09649). Vectors are drawn until the standard error of their mean is at most ``tolerance`` of the trace,
    or until it shows that ``most`` vectors will not even tell the trace from 0 (:func:`out_of_reach`).

    Parameters
    ----------
    product
        The matrix.
    tolerance
        The standard error to reach, relative to the estimate.
    sketch
        The number of vectors in the sketch, each of which costs two products.
    sizes
        The lengths of the parts of the diagonal that are also summed separately.
    least, most
        The least and the greatest number of random vectors, at least 2; the error is looked at after ``least`` vectors,
        after twice as many, and so on.
    seed
        The seed of the random vectors.
    watch
        What follows the method, and has the state from which it goes on.
    """
    watch, rng = watch or Watch(), np.random.default_rng(seed)
    cuts = np.cumsum([0, *sizes])[:-1] if sizes else np.array([0])
    sketch = min(sketch, product.size)
    state = _Sampling.begin(len(cuts), watch.past)
    text = partial(state.text, 2 * sketch + most)
    if "columns" in watch.past:
        _go_on(rng, product, watch.past)
    while len(state.columns) < sketch:
        state.columns.append(apply(product, _signs(rng, product.size)))
        watch(text, state.snapshot(rng, product))
    if watch.past and "columns" not in watch.past:  # of vectors that are too many to be kept: they were computed again
        _go_on(rng, product, watch.past)
    basis = np.zeros((product.size, 0))
    if sketch:
        basis, r = np.linalg.qr(np.stack(state.columns, axis=1))
        basis = basis[:, np.abs(np.diag(r)) > 1e-12 * np.abs(r).max(initial=1e-300)]
        for column in basis.T[state.counted :]:
            state.exact = state.exact + np.add.reduceat(column * apply(product, column), cuts)
            state.counted += 1
            watch(text, state.snapshot(rng, product))
    samples = state.samples
    for n in _looks(least, most):
        while len(samples) < n:
            g = _signs(rng, product.size)
            g -= basis @ (basis.T @ g)
            samples.append(np.add.reduceat(g * apply(product, g), cuts))
            watch(text, state.snapshot(rng, product))
        value = float(state.exact.sum() + np.sum(samples[:n]) / n)
        error = float(standard_error(np.sum(samples[:n], axis=1)))
        if error <= tolerance * abs(value) or out_of_reach(value, error, n, tolerance, most):
            break
    return Trace(
        value=value,
        error=error,
        parts=state.exact + np.mean(samples, axis=0),
        part_errors=standard_error(np.stack(samples)),
        samples=n,
        converged=error <= tolerance * abs(value),
    )


def vectors_needed(value: float, error: float, samples: int, tolerance: float) -> float:
    """Return how many random vectors a trace takes at least until its standard error is ``tolerance`` of it.

    The error falls with the square root of the number of vectors, and the trace lies within three standard errors of
    its estimate (99.7 %), so that it is at most ``m = |value| + 3 error``. An error of ``tolerance * m`` takes
    ``samples * (error / (tolerance * m)) ** 2`` vectors; one that is relative to a smaller trace takes more.
    """
    most = abs(value) + 3 * error
    return samples * (error / (tolerance * most)) ** 2 if most else 0.0


def out_of_reach(value: float, error: float, samples: int, tolerance: float, most: int) -> bool:
    """Return whether ``most`` vectors will neither reach the tolerance nor tell the trace from 0, as it looks.

    Traces near 0 are sums of eigenvalues of both signs, whose errors are relative to the eigenvalues and not to their
    sum. To tell a trace from 0 its standard error must fall below a third of it.
    """
    told = abs(value) > 3 * error * np.sqrt(samples / most)
    return not told and vectors_needed(value, error, samples, tolerance) > most


@dataclass
class _Sampling:
    """The state of an estimate of a trace: images of the sketch, exact sums with ``counted`` columns, and samples."""

    exact: np.ndarray
    columns: list[np.ndarray] = field(default_factory=list)
    counted: int = 0
    samples: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def begin(cls, parts: int, past: State) -> _Sampling:
        """Return the state to begin with for a diagonal of some parts, or the past one."""
        if not past:
            return cls(np.zeros(parts))
        return cls(past["exact"], list(past.get("columns", ())), int(past["counted"]), list(past["samples"]))

    def snapshot(self, rng: np.random.Generator, product: Product) -> Callable[[], State]:
        """Return a function that returns the state as it is now."""
        columns, samples, drawn = tuple(self.columns), tuple(self.samples), random_state(rng)
        exact, counted, products, parts = self.exact, self.counted, product.products, len(self.exact)
        size = product.size

        def state() -> State:
            kept = {"exact": exact, "counted": np.array(counted), "samples": np.reshape(samples, (-1, parts))}
            kept |= {"random": drawn, "products": np.array(products)}
            if len(columns) * size * 8 <= method.BASIS_BYTES:
                return kept | {"columns": np.reshape(columns, (-1, size))}
            return kept if counted or samples else {}

        return state

    def text(self, most: int) -> str:
        """Return how far the estimate is, with at most this many products."""
        done, n = len(self.columns) + self.counted + len(self.samples), len(self.samples)
        said = f"product {done:,} of at most {most:,}"
        if n < 2:
            return said
        sums = np.sum(self.samples, axis=1)
        return f"{said}, trace {self.exact.sum() + sums.mean():.4g} with a standard error of {standard_error(sums):.2g}"


def _go_on(rng: np.random.Generator, product: Product, past: State) -> None:
    """Let a generator, and the count of products, go on from a past state."""
    set_random_state(rng, past["random"])
    product.products = int(past["products"])


def signed(vectors: np.ndarray) -> np.ndarray:
    """Return rows ``(k, P)`` with reproducible signs: each row's component of the greatest magnitude is positive."""
    return vectors * np.sign(np.take_along_axis(vectors, np.abs(vectors).argmax(1)[:, None], axis=1))


def standard_error(samples: np.ndarray) -> np.ndarray:
    """Return the standard error of the mean of ``(n, ...)`` samples, enlarged so that three of it cover 99.7 %."""
    n = len(samples)
    student = float(stdtrit(n - 1, ndtr(3.0))) / 3.0
    error: np.ndarray = student * samples.std(axis=0, ddof=1) / np.sqrt(n)
    return error


def _looks(least: int, most: int) -> Iterator[int]:
    """Yield the numbers of samples at which to look at the error; more looks would stop at an error small by luck."""
    n = min(max(2, least), most)
    while n < most:
        yield n
        n *= 2
    yield most


@dataclass(frozen=True)
class Spectrum:
    """Gauss quadratures of the spectral density, one for each random vector; their mean estimates it.

    Parameters
    ----------
    nodes, weights
        ``(n, m)`` the Ritz values and their weights, which sum to 1 along m; missing values have weight 0.
    """

    nodes: np.ndarray
    weights: np.ndarray

    def density(self, grid: np.ndarray, sigma: float | np.ndarray) -> np.ndarray:
        """Return the density on a grid, smoothed by Gaussians of width ``sigma``; its integral is 1."""
        z = (grid[:, None, None] - self.nodes) / np.asarray(sigma)[..., None, None]
        bumps = np.exp(-0.5 * z**2) / (np.sqrt(2 * np.pi) * np.asarray(sigma)[..., None, None])
        density: np.ndarray = (bumps * self.weights).sum(axis=2).mean(axis=1)
        return density


def spectrum(
    product: Product, vectors: int = 10, steps: int = 80, seed: int = 0, watch: Watch | None = None
) -> Spectrum:
    """Return quadratures of the spectral density by the stochastic Lanczos method.

    From a random unit vector v, ``steps`` of Lanczos' method give a tridiagonal matrix T; its eigenvalues, weighted by
    the squares of the first components of its eigenvectors, are a Gauss quadrature of the density that v sees, whose
    mean over v is ``sum_i delta(x - lambda_i) / P`` (Golub and Welsch 1969, Math. Comp. 23:221; Ubaru et al. 2017,
    SIAM J. Matrix Anal. Appl. 38:1075). Lanczos vectors are made orthogonal to all before them, twice.

    Parameters
    ----------
    product
        The matrix.
    vectors
        The number of random vectors.
    steps
        The number of products for each of them.
    seed
        The seed of the random vectors.
    watch
        What follows the method, and has the state from which it goes on.
    """
    watch, rng = watch or Watch(), np.random.default_rng(seed)
    steps = min(steps, product.size)
    nodes, weights = np.zeros((vectors, steps)), np.zeros((vectors, steps))
    first, past = 0, watch.past
    if past:
        first = len(past["nodes"])
        nodes[:first], weights[:first] = past["nodes"], past["weights"]
        _go_on(rng, product, past)
    for i in range(first, vectors):
        begun = {
            "nodes": nodes[:i].copy(),
            "weights": weights[:i].copy(),
            "random": random_state(rng),
            "products": np.array(product.products),
        }
        within = past if i == first else {}
        known = len(within.get("lefts", ()))
        for step in islice(lanczos(product, rng.standard_normal(product.size), past=within), steps):
            m = len(step.lefts)
            if m > known:
                text = f"product {i * steps + m:,} of {vectors * steps:,}, random vector {i + 1} of {vectors}"
                watch(partial(str, text), partial(_within, begun, step, product.products))
        values, vectors_of_t = eigh_tridiagonal(step.alphas, step.betas)
        m = len(values)
        nodes[i, :m], weights[i, :m] = values, vectors_of_t[0] ** 2
        nodes[i, m:] = values[-1]
    return Spectrum(nodes, weights)


def _within(begun: State, step: Step, products: int) -> State:
    """Return the state within a vector of the density, or that before it where Lanczos' vectors are too many."""
    inner = step.state()
    return begun | inner | {"products": np.array(products)} if inner else begun


def _by_lanczos(
    product: Product,
    start: np.ndarray,
    k: int,
    which: Which,
    tolerance: float,
    floor: float,
    most: int,
    watch: Watch,
) -> tuple[tuple[np.ndarray, np.ndarray, float] | None, Step]:
    """Return the eigenpairs and the greatest magnitude met, or None where memory or products end, and the last step."""
    may_stop, ended = Stopping((1, k), tolerance, floor, max(floor, 1e-10), patience=PATIENCE, often=OFTEN), False
    known, said = len(watch.past.get("lefts", ())), ""
    if known:
        product.products = int(watch.past["products"])
    for step in lanczos(product, start, np.random.default_rng(1), watch.past):
        basis, left, m = step.basis, step.left, len(step.basis)
        if m > known:
            watch(partial(str, f"product {m:,} of at most {most:,}{said}"), partial(_kept, step, product.products))
        ended |= not left
        if m >= k and (may_stop.looks(m) or not left):
            values, columns = eigh_tridiagonal(step.alphas, step.betas)
            order = _order(values, which)[:k]
            residuals = left * np.abs(columns[-1, order])
            said = f", eigenvalue {values[order[-1]]:.4g} with a residual of {residuals[-1]:.2g}"
            greatest = np.array([np.abs(values).max()])
            if may_stop(m, values[None, order], residuals[None], greatest, np.array([ended])) or m == product.size:
                return (values[order], columns.T[order] @ basis, float(greatest[0])), step
        if m >= most or (m + 1) * basis[0].nbytes > method.BASIS_BYTES:
            break
    return None, step


def _kept(step: Step, products: int) -> State:
    inner = step.state()
    return inner | {"products": np.array(products)} if inner else {}


def _by_arpack(
    product: Product, start: np.ndarray, k: int, which: Which, tolerance: float, most: int, watch: Watch, last: Step
) -> tuple[np.ndarray, np.ndarray] | None:
    state = partial(_kept, last, product.products)  # ARPACK's own lies within it

    def told(vector: np.ndarray) -> np.ndarray:
        image = apply(product, vector)
        watch(partial(str, f"product {product.products - first:,} of ARPACK, at most {most:,}"), state)
        return image

    first, size = product.products, product.size
    basis = min(product.size, max(2 * k + 1, 20))
    if not apply(product, start).any():
        return np.zeros(k), np.eye(k, size)
    if size <= basis:
        return _dense(np.stack([apply(product, row) for row in np.eye(size)]), k, which)
    operator = LinearOperator((size, size), told, dtype=np.float64)
    rounds = max(1, most // basis)
    try:
        values, columns = eigsh(operator, k, which=_ARPACK[which], v0=start, ncv=basis, tol=tolerance, maxiter=rounds)
    except ArpackNoConvergence:
        return None
    order = _order(values, which)
    return values[order], columns.T[order]


def _start(size: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(size)


def _signs(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.integers(0, 2, size).astype(np.float64) * 2 - 1


def _order(values: np.ndarray, which: Which) -> np.ndarray:
    keys = {"largest": -values, "smallest": values, "magnitude": -np.abs(values)}
    return np.argsort(keys[which], kind="stable")


def _dense(matrix: np.ndarray, k: int, which: Which) -> tuple[np.ndarray, np.ndarray]:
    values, columns = np.linalg.eigh((matrix + matrix.T) / 2)
    order = _order(values, which)[:k]
    return values[order], columns.T[order]
