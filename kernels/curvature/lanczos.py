"""Lanczos' method, step by step, with all its vectors kept and orthogonal to one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from landsweep.kernels.curvature.watch import State
from torch import Tensor

BASIS_BYTES = 1 << 30
"""The method keeps at most this many bytes of vectors where it can do with fewer; a state holds at most as many."""


class Product(Protocol):
    """A function ``v -> A v`` for a symmetric matrix A."""

    size: int
    products: int

    def __call__(self, vector: Tensor) -> Tensor:
        """Return ``A v`` ``(P,)`` of ``v`` ``(P,)``."""


@dataclass(frozen=True)
class Step:
    """What the method has after m products.

    Parameters
    ----------
    basis
        ``(m, P)`` the Lanczos vectors.
    alphas
        ``(m,)`` the diagonal of the tridiagonal matrix T.
    lefts
        ``(m,)`` the norm of what each product adds to the vectors before it: all but the last are T's off-diagonal.
    following
        ``(P,)`` the next Lanczos vector; ``(0,)`` where there is none.
    """

    basis: np.ndarray
    alphas: np.ndarray
    lefts: np.ndarray
    following: np.ndarray

    @property
    def betas(self) -> np.ndarray:
        """T's off-diagonal ``(m - 1,)``."""
        return self.lefts[:-1]

    @property
    def left(self) -> float:
        """The norm of what the last product adds; 0 where it adds nothing."""
        return float(self.lefts[-1])

    def state(self) -> State:
        """Return the state from which :func:`lanczos` goes on, empty where it is larger than :data:`BASIS_BYTES`."""
        if (len(self.basis) + 1) * self.basis[0].nbytes > BASIS_BYTES:
            return {}
        return {"basis": self.basis, "alphas": self.alphas, "lefts": self.lefts, "following": self.following}


def lanczos(
    product: Product, start: np.ndarray, rng: np.random.Generator | None = None, past: State | None = None
) -> Iterator[Step]:
    """Yield a step for each product, until the vectors span all that products can reach.

    With ``rng`` the method then goes on from another random vector, orthogonal to all, until there are P. With the
    ``past`` of an earlier step it yields the steps up to that one again, without products.
    """
    past = past or {}
    known = len(past.get("lefts", ()))
    room = np.empty((8 * 2 ** int(np.ceil(np.log2(max(1, (known + 1) / 8)))), product.size))
    room[0] = start / np.linalg.norm(start)
    if known:
        room[:known] = past["basis"]
        room[known : known + 1] = past["following"] if past["following"].size else room[:1]
    alphas, lefts = np.zeros(0), np.zeros(0)
    while True:
        m = len(alphas) + 1
        basis = room[:m]
        image = np.zeros(0)
        if m <= known:
            alphas, lefts = past["alphas"][:m], past["lefts"][:m]
        else:
            image = apply(product, basis[-1])
            alphas = np.append(alphas, basis[-1] @ image)
            for _ in range(2):
                image -= basis.T @ (basis @ image)
            left = float(np.linalg.norm(image))
            if m == product.size or left <= 1e-10 * max(np.abs(alphas).max(), np.abs(lefts).max(initial=0.0)):
                left = 0.0
            lefts = np.append(lefts, left)
        ends = m == product.size or (not lefts[-1] and rng is None)
        if not ends:
            if m == len(room):
                room = np.concatenate([room, np.empty_like(room)])
            if not lefts[-1] and rng is not None:
                image = rng.standard_normal(product.size)
            if m > known:
                if not lefts[-1]:
                    for _ in range(2):
                        image -= room[:m].T @ (room[:m] @ image)
                room[m] = image / np.linalg.norm(image)
        yield Step(basis, alphas, lefts, np.zeros(0) if ends else room[m])
        if ends:
            return


def apply(product: Product, vector: np.ndarray) -> np.ndarray:
    """Return ``A v`` ``(P,)`` as an array, float64."""
    image: np.ndarray = product(torch.from_numpy(np.ascontiguousarray(vector))).cpu().numpy().astype(np.float64)
    return image
