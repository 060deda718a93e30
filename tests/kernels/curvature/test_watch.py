"""Solvers that are stopped after any product go on from their state, with the bits of one that was never stopped."""

import io

import numpy as np
import pytest
import torch
from landsweep.kernels.curvature import lanczos as module
from landsweep.kernels.curvature.spectrum import eigenpairs, spectrum, trace
from landsweep.kernels.curvature.watch import Watch

MATRIX = np.random.default_rng(0).standard_normal((30, 30)) + np.eye(30)
SPLIT = np.diag(np.repeat([3.0, -2.0, 1.0], 10))  # Lanczos' vectors end after three products


class Ended(Exception):
    """The last product of a session."""


class Matrix:
    def __init__(self, matrix, left=10**9):
        self.matrix, self.size, self.products, self.left = torch.as_tensor(matrix + matrix.T), len(matrix), 0, left
        self.computed = 0

    def __call__(self, vector):
        if self.computed == self.left:
            raise Ended
        self.products += 1
        self.computed += 1
        return self.matrix @ vector


class Keeping(Watch):
    """Writes every state to a file in memory, as whoever keeps it does; also what was said."""

    def __init__(self, past=None):
        super().__init__(past)
        self.last, self.said = dict(self.past), []

    def __call__(self, said, state):
        self.said.append(said())
        file = io.BytesIO()
        np.savez(file, **state())
        file.seek(0)
        with np.load(file, allow_pickle=False) as found:
            self.last = dict(found) or self.last


def bits(found):
    return {k: np.asarray(v).tobytes() for k, v in vars(found).items()}


SOLVERS = {
    "eigenpairs": lambda m, w: eigenpairs(m, 2, tolerance=1e-6, watch=w),
    "smallest": lambda m, w: eigenpairs(m, 2, "smallest", tolerance=1e-3, floor=1e-2, watch=w),
    "hutchinson": lambda m, w: trace(m, 0.01, least=10, most=40, sizes=(10, 20), watch=w),
    "hutch++": lambda m, w: trace(m, 0.01, sketch=6, least=10, most=40, sizes=(10, 20), watch=w),
    "density": lambda m, w: spectrum(m, vectors=3, steps=8, watch=w),
}


@pytest.mark.parametrize("matrix", [MATRIX, SPLIT], ids=["full", "split"])
@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("each", [2, 5, 11])
def test_stopped_after_any_number_of_products_it_has_the_same_bits(name, matrix, each):
    computed, whole, sessions = in_sessions(SOLVERS[name], matrix, each)
    residuals = 2 * name.startswith(("eigen", "small"))  # have no state: they come after the last one
    assert whole <= computed <= whole + residuals * sessions


@pytest.mark.parametrize("matrix", [MATRIX, SPLIT], ids=["full", "split"])
@pytest.mark.parametrize("name", ["hutch++", "density"])
def test_vectors_that_are_too_many_for_a_state_are_computed_again(name, matrix, monkeypatch):
    monkeypatch.setattr(module, "BASIS_BYTES", 4 * 30 * 8)
    in_sessions(SOLVERS[name], matrix, 9)


def in_sessions(solver, matrix, each):
    """Solve in sessions of so many products; return the products of all, those of one alone, and the sessions."""
    whole = Matrix(matrix)
    expected = solver(whole, None)
    past, sessions, computed = {}, 0, 0
    while True:
        product, watch = Matrix(matrix, left=each), Keeping(past)
        sessions += 1
        try:
            found = solver(product, watch)
            break
        except Ended:
            past = watch.last
        finally:
            computed += product.computed
        assert sessions < 200
    assert bits(found) == bits(expected)
    assert product.products == whole.products
    assert sessions > 1 or whole.products <= each
    return computed, whole.products, sessions


def test_a_watch_hears_how_far_a_solver_is():
    heard = {}
    for name, solver in SOLVERS.items():
        solver(Matrix(MATRIX), watch := Keeping())
        heard[name] = watch.said
    assert heard["eigenpairs"][0] == "product 1 of at most 10,000"
    assert heard["eigenpairs"][9].startswith("product 10 of at most 10,000, eigenvalue ")
    assert heard["hutch++"][5] == "product 6 of at most 52"
    assert heard["hutch++"][-1].startswith("product 52 of at most 52, trace ")
    assert " with a standard error of " in heard["hutch++"][-1]
    assert heard["density"][-1] == "product 24 of 24, random vector 3 of 3"
