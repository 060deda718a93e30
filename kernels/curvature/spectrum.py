"""Eigenpairs, trace and spectral density of a symmetric matrix that is given only by its products with vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol

import numpy as np
import torch
from landsweep.kernels.curvature.stopping import Stopping
from scipy.linalg import eigh_tridiagonal
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh
from scipy.special import ndtr, stdtrit
from torch import Tensor

Which = Literal["largest", "smallest", "magnitude"]
"""Eigenvalues are asked for as the algebraically largest, the smallest, or those of the greatest magnitude."""
_ARPACK: dict[Which, Literal["LA", "SA", "LM"]] = {"largest": "LA", "smallest": "SA", "magnitude": "LM"}
"""ARPACK calls the eigenvalues that are asked for by these names."""
BASIS_BYTES = 1 << 30
"""Lanczos' method keeps at most this many bytes of vectors; beyond, the implicitly restarted method takes over."""
OFTEN = 40
"""Residuals are looked at after each of the first products, up to this many, and then after every fourth product."""
PATIENCE = 20
"""Eigenvalues whose residuals are small only beside the eigenvalue of the greatest magnitude have to stay where they
are for this many products."""
LEAST = 50
"""An estimate of the trace takes at least this many random vectors: with fewer, three standard errors miss the mean in
more than one case of two hundred."""


class Product(Protocol):
    """A function ``v -> A v`` for a symmetric matrix A."""

    size: int
    products: int

    def __call__(self, vector: Tensor) -> Tensor:
        """Return ``A v`` ``(P,)`` of ``v`` ``(P,)``."""


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
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    products: int


def eigenpairs(
    product: Product,
    k: int,
    which: Which = "largest",
    tolerance: float = 1e-3,
    seed: int = 0,
    most: int = 10_000,
    floor: float = 0.0,
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

    Raises
    ------
    ValueError
        Where k is not between 1 and P, or ``most`` products do not suffice.
    """
    size = product.size
    if not 1 <= k <= size:
        raise ValueError(f"{k} eigenpairs were asked for, expected 1 to {size}, the number of parameters")
    before = product.products
    start = _start(size, seed)
    found = _by_lanczos(product, start, k, which, tolerance, floor, most) or _by_arpack(
        product, start, k, which, tolerance, most
    )
    if found is None:
        raise ValueError(
            f"{k} eigenpairs did not reach residuals of {tolerance:g} after {product.products - before} products, "
            "expected that they do: allow a larger tolerance"
        )
    values, vectors = found
    count = product.products - before
    vectors = signed(vectors)
    residuals = [np.linalg.norm(_apply(product, v) - x * v) for x, v in zip(values, vectors, strict=True)]
    return Eigenpairs(values, vectors, np.array(residuals), count)


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
) -> Trace:
    """Return an unbiased estimate of the trace: Hutchinson's, or Hutch++ with a sketch.

    ``tr A = tr Q^T A Q + E[g^T (I - Q Q^T) A (I - Q Q^T) g]`` for random signs g, where Q spans ``A S`` for ``sketch``
    random vectors S; without a sketch, ``E[g^T A g]`` (Hutchinson 1990, Comm. Stat. 19:433; Meyer et al. 2021,
    arXiv:2010.09649). Vectors are drawn until the standard error of their mean is at most ``tolerance`` of the trace.

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
    """
    rng = np.random.default_rng(seed)
    cuts = np.cumsum([0, *sizes])[:-1] if sizes else np.array([0])
    basis = np.zeros((product.size, 0))
    exact = np.zeros(len(cuts))
    if sketch:
        columns = [_apply(product, _signs(rng, product.size)) for _ in range(min(sketch, product.size))]
        basis, r = np.linalg.qr(np.stack(columns, axis=1))
        basis = basis[:, np.abs(np.diag(r)) > 1e-12 * np.abs(r).max(initial=1e-300)]
        for column in basis.T:
            exact += np.add.reduceat(column * _apply(product, column), cuts)
    samples: list[np.ndarray] = []
    for n in _looks(least, most):
        while len(samples) < n:
            g = _signs(rng, product.size)
            g -= basis @ (basis.T @ g)
            samples.append(np.add.reduceat(g * _apply(product, g), cuts))
        value = float(exact.sum() + np.sum(samples) / n)
        error = float(standard_error(np.sum(samples, axis=1)))
        if error <= tolerance * abs(value):
            break
    return Trace(
        value=value,
        error=error,
        parts=exact + np.mean(samples, axis=0),
        part_errors=standard_error(np.stack(samples)),
        samples=n,
        converged=error <= tolerance * abs(value),
    )


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


def spectrum(product: Product, vectors: int = 10, steps: int = 80, seed: int = 0) -> Spectrum:
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
    """
    rng = np.random.default_rng(seed)
    steps = min(steps, product.size)
    nodes, weights = np.zeros((vectors, steps)), np.zeros((vectors, steps))
    for i in range(vectors):
        *_, (_, alphas, betas, _) = islice(_lanczos(product, rng.standard_normal(product.size)), steps)
        values, vectors_of_t = eigh_tridiagonal(alphas, betas)
        m = len(values)
        nodes[i, :m], weights[i, :m] = values, vectors_of_t[0] ** 2
        nodes[i, m:] = values[-1]
    return Spectrum(nodes, weights)


def _lanczos(
    product: Product, start: np.ndarray, rng: np.random.Generator | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    """Yield Lanczos vectors ``(m, P)``, T's diagonal, its off-diagonal and what is left, until no direction is.

    With ``rng`` it then goes on from another random vector, orthogonal to all, until there are P.
    """
    room = np.empty((8, product.size))
    room[0] = start / np.linalg.norm(start)
    alphas, betas = np.zeros(0), np.zeros(0)
    while True:
        m = len(alphas) + 1
        basis = room[:m]
        image = _apply(product, basis[-1])
        alphas = np.append(alphas, basis[-1] @ image)
        for _ in range(2):
            image -= basis.T @ (basis @ image)
        left = float(np.linalg.norm(image))
        if m == product.size or left <= 1e-10 * max(np.abs(alphas).max(), np.abs(betas).max(initial=0.0)):
            left = 0.0
        yield basis, alphas, betas, left
        if m == product.size or (not left and rng is None):
            return
        betas = np.append(betas, left)
        if m == len(room):
            room = np.concatenate([room, np.empty_like(room)])
        if not left and rng is not None:
            image = rng.standard_normal(product.size)
            for _ in range(2):
                image -= room[:m].T @ (room[:m] @ image)
        room[m] = image / np.linalg.norm(image)


def _by_lanczos(
    product: Product, start: np.ndarray, k: int, which: Which, tolerance: float, floor: float, most: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the eigenpairs, or None where memory or the number of products do not suffice."""
    may_stop, ended = Stopping((1, k), tolerance, floor, max(floor, 1e-10), patience=PATIENCE, often=OFTEN), False
    for basis, alphas, betas, left in _lanczos(product, start, np.random.default_rng(1)):
        m = len(basis)
        ended |= not left
        if m >= k and (may_stop.looks(m) or not left):
            values, columns = eigh_tridiagonal(alphas, betas)
            order = _order(values, which)[:k]
            residuals = left * np.abs(columns[-1, order])
            greatest = np.array([np.abs(values).max()])
            if may_stop(m, values[None, order], residuals[None], greatest, np.array([ended])) or m == product.size:
                return values[order], columns.T[order] @ basis
        if m >= most or (m + 1) * basis[0].nbytes > BASIS_BYTES:
            return None
    return None


def _by_arpack(
    product: Product, start: np.ndarray, k: int, which: Which, tolerance: float, most: int
) -> tuple[np.ndarray, np.ndarray] | None:
    size, basis = product.size, min(product.size, max(2 * k + 1, 20))
    if not _apply(product, start).any():
        return np.zeros(k), np.eye(k, size)
    if size <= basis:
        return _dense(np.stack([_apply(product, row) for row in np.eye(size)]), k, which)
    operator = LinearOperator((size, size), lambda v: _apply(product, v), dtype=np.float64)
    rounds = max(1, most // basis)
    try:
        values, columns = eigsh(operator, k, which=_ARPACK[which], v0=start, ncv=basis, tol=tolerance, maxiter=rounds)
    except ArpackNoConvergence:
        return None
    order = _order(values, which)
    return values[order], columns.T[order]


def _apply(product: Product, vector: np.ndarray) -> np.ndarray:
    image: np.ndarray = product(torch.from_numpy(np.ascontiguousarray(vector))).cpu().numpy().astype(np.float64)
    return image


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
