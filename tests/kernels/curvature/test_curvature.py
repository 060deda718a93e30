"""Hessian products and what is found from them, against dense Hessians and known matrices."""

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.pinn import Convection
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.curvature.spectrum import eigenpairs, spectrum, trace
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.problem import trainable_parameters
from networks import CPU, Small, Tied, dense, generator, product
from torch import nn

PROBLEMS = {
    "mse": Small(),
    "cross-entropy": Small("cross-entropy"),
    "gradient": Small("gradient"),
    "forward": Small("forward"),
    "tied": Small(network=Tied),
    "relu": Small("cross-entropy", lambda: nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 4))),
}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("options", [{}, {"method": "forward"}, {"micro_batches": 4}], ids=str)
def test_products_are_those_of_the_dense_hessian(name, options):
    problem = PROBLEMS[name]
    hessian, h = dense(problem), product(problem, **options)
    assert h.size == len(hessian)
    for seed in range(3):
        v = torch.randn(h.size, generator=generator(seed), dtype=torch.float64)
        expected = hessian @ v.numpy()
        assert np.linalg.norm(h(v).numpy() - expected) <= 1e-10 * np.linalg.norm(expected)
    assert h.products == 3
    assert h.method == ("forward" if options.get("method") == "forward" and name != "gradient" else "reverse")


def test_parts_of_a_batch_that_was_cast():
    problem = Small("cross-entropy")
    model, batches = problem.build(0).float(), [b.to(CPU, torch.float32) for b in problem.batches()]
    v = torch.ones(sum(p.numel() for p in model.parameters()))
    whole, parts = (
        CurvatureProduct(problem, model, batches, CPU, torch.float32, micro_batches=n)(v).numpy() for n in (1, 3)
    )
    np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-6)


def test_one_batch_keeps_the_graph_of_its_gradient():
    class One(Small):
        def batches(self, split="train", draw=0):
            yield from list(super().batches())[:1]

    calls = []

    class Counting(One):
        def loss(self, model, batch):
            calls.append(1)
            return super().loss(model, batch)

    h, hessian = product(Counting("cross-entropy")), dense(One("cross-entropy"))
    before = len(calls)
    for row in np.eye(h.size)[:5]:
        np.testing.assert_allclose(h(torch.from_numpy(row)).numpy(), hessian @ row, rtol=1e-10, atol=1e-14)
    assert len(calls) == before
    with torch.no_grad():
        expected = One("cross-entropy").loss(One().build(0), next(One().batches()))["loss"]
    np.testing.assert_allclose(h.loss, float(expected))


def test_other_fields():
    problem = Small("cross-entropy")
    h = product(problem, field="norm")
    v = torch.ones(h.size, dtype=torch.float64)
    np.testing.assert_allclose(h(v).numpy(), dense(problem, "norm") @ v.numpy(), rtol=1e-10)


@pytest.mark.parametrize("method", ["reverse", "forward"])
@pytest.mark.parametrize("kind", ["mse", "cross-entropy"])
def test_gauss_newton_is_the_jacobian_around_the_losss_own_hessian(kind, method):
    problem = Small(kind)
    model = problem.build(0)
    named = dict(trainable_parameters(model))
    total, weight = 0.0, 0.0
    for b in problem.batches():
        x, y = b.data["x"], b.data["y"]
        output = model(x)

        def network(own, x=x):
            return torch.func.functional_call(model, own, (x,))

        jacobian = torch.func.jacrev(network)(named)
        jacobian = torch.cat([j.flatten(2) for j in jacobian.values()], dim=2).reshape(output.numel(), -1)

        def outer(z, y=y):
            if kind == "mse":
                return (z - y[:, None]).square().mean()
            return nn.functional.cross_entropy(z, y)

        inner = torch.func.hessian(outer)(output.detach()).reshape(output.numel(), output.numel())
        total, weight = total + b.weight * (jacobian.T @ inner @ jacobian), weight + b.weight
    expected = (total / weight).detach().numpy()
    g = product(problem, kind="gauss-newton", method=method)
    v = torch.randn(g.size, generator=generator(5), dtype=torch.float64)
    np.testing.assert_allclose(g(v).numpy(), expected @ v.numpy(), rtol=1e-9, atol=1e-12)
    assert np.linalg.eigvalsh(expected).min() > -1e-12


def test_the_pinn():
    problem = Convection(5, 20)
    model = problem.build(0).double().eval()
    batches = [b.to(CPU, torch.float64) for b in problem.batches()]
    found = [
        CurvatureProduct(problem, model, batches, CPU, torch.float64, method=method)(torch.ones(7851))
        for method in ("reverse", "forward")
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9, atol=1e-12)
    h = CurvatureProduct(problem, model, batches, CPU, torch.float64)
    step, theta = 1e-5, flatten(model)

    def gradient(at):
        nn.utils.vector_to_parameters(at, model.parameters())
        value = problem.loss(model, batches[0])["loss"]
        return torch.cat([g.flatten() for g in torch.autograd.grad(value, list(model.parameters()))])

    v = torch.randn(7851, generator=generator(0), dtype=torch.float64)
    difference = (gradient(theta + step * v) - gradient(theta - step * v)) / (2 * step)
    np.testing.assert_allclose(h(v), difference, rtol=1e-4, atol=1e-6 * float(difference.abs().max()))


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (Small(network=lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))), "is in training mode"),
        (Small(network=lambda: nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5))), "call model.eval"),
    ],
)
def test_training_mode_is_refused(problem, message):
    with pytest.raises(ValueError, match=message):
        CurvatureProduct(problem, problem.build(0).train(), list(problem.batches()), CPU, torch.float64)


def test_losses_without_curvature_are_refused():
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.square()

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, slope):
            return 2 * slope * ctx.saved_tensors[0]

    class Detached(Small):
        def loss(self, model, batch):
            output = model(batch.data["x"])
            return {"loss": Once.apply(output).mean() if self.kind == "once" else output.detach().square().mean()}

    class Infinite(Small):
        def loss(self, model, batch):
            return {"loss": model(batch.data["x"]).square().mean() / 0}

    with pytest.raises(ValueError, match="loss does not depend on the weights by derivatives, expected one that does"):
        product(Detached())
    with pytest.raises(ValueError, match="loss is inf at the weights, or its gradient is not finite"):
        product(Infinite())
    with pytest.raises(ValueError, match="the loss uses Once, whose backward is once_differentiable, expected second"):
        product(Detached(kind="once"))
    with pytest.raises(ValueError, match="loss returned loss, norm, expected also accuracy"):
        product(Small("cross-entropy"), field="accuracy")
    with pytest.raises(ValueError, match="there are no batches, expected at least one"):
        CurvatureProduct(Small(), Small().build(0), [], CPU, torch.float64)


class Matrix:
    """Products with a known matrix."""

    def __init__(self, matrix):
        self.matrix, self.size, self.products = torch.as_tensor(matrix), len(matrix), 0

    def __call__(self, vector):
        self.products += 1
        return self.matrix @ vector


def rotated(values, seed=0):
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(values), len(values))))
    return q @ np.diag(values) @ q.T


SPECTRA = {
    "spread": np.geomspace(1e-3, 10, 60),
    "indefinite": np.linspace(-5, 3, 60),
    "repeated": np.repeat([4.0, 1.0, -2.0], 20),
    "identity": np.ones(60),
    "low rank": np.concatenate([[7.0, 5.0, -6.0], np.zeros(57)]),
    "zero": np.zeros(60),
    "few": np.array([3.0, -1.0, 2.0]),
}


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("which", ["largest", "smallest", "magnitude"])
def test_eigenpairs_of_known_matrices(name, which):
    values = SPECTRA[name]
    k = min(3, len(values))
    pairs = eigenpairs(Matrix(rotated(values)), k, which, tolerance=1e-10)
    keys = {"largest": -values, "smallest": values, "magnitude": -np.abs(values)}
    expected = values[np.argsort(keys[which], kind="stable")][:k]
    if which == "magnitude":
        np.testing.assert_allclose(np.abs(pairs.values), np.abs(expected), atol=1e-8)
    else:
        np.testing.assert_allclose(pairs.values, expected, atol=1e-8)
    np.testing.assert_allclose(pairs.vectors @ pairs.vectors.T, np.eye(k), atol=1e-8)
    assert (pairs.residuals <= 1e-8).all()
    assert (np.take_along_axis(pairs.vectors, np.abs(pairs.vectors).argmax(1)[:, None], axis=1) > 0).all()


@pytest.mark.parametrize("name", ["mse", "cross-entropy", "gradient"])
def test_eigenpairs_of_networks(name):
    hessian = dense(PROBLEMS[name])
    values, columns = np.linalg.eigh(hessian)
    pairs = eigenpairs(product(PROBLEMS[name]), 10, tolerance=1e-12)
    np.testing.assert_allclose(pairs.values, values[::-1][:10], rtol=1e-6, atol=1e-12)
    for value, vector in zip(pairs.values, pairs.vectors, strict=True):
        same = columns[:, np.abs(values - value) < 1e-7 * np.abs(values).max()]
        assert np.linalg.norm(vector - same @ (same.T @ vector)) < 1e-4  # the angle to its eigenspace


def test_how_many_eigenpairs():
    with pytest.raises(ValueError, match="4 eigenpairs were asked for, expected 1 to 3, the number of parameters"):
        eigenpairs(Matrix(rotated(SPECTRA["few"])), 4)
    message = r"2 eigenpairs did not reach residuals of 1e-14 after \d+ products, expected that they do: allow a larger"
    with pytest.raises(ValueError, match=message):
        eigenpairs(Matrix(rotated(np.linspace(0, 1, 500))), 2, tolerance=1e-14, most=25)


class Diagonal:
    def __init__(self, values):
        self.values, self.size, self.products = torch.as_tensor(values), len(values), 0

    def __call__(self, vector):
        self.products += 1
        return self.values * vector


@pytest.mark.parametrize("size", [500, 20_000])
@pytest.mark.parametrize("tops", [1, 10, 50])
def test_a_small_negative_eigenvalue_is_found_among_many_zeros(size, tops):
    """As networks have it that are overparameterised; a mixture of the others has a small residual as well."""
    values = np.zeros(size)
    values[:tops], values[-1] = np.geomspace(1e3, 1e-6, tops), -1e-3
    for floor in (1e-8, 1e-12):
        one = eigenpairs(Diagonal(values), 1, "smallest", floor=floor)
        two = eigenpairs(Diagonal(values), 2, "smallest", floor=floor)
        assert one.values == pytest.approx([-1e-3], rel=1e-3)
        assert two.values == pytest.approx([-1e-3, 0], rel=1e-3, abs=1e-5)
        assert two.products < 120


def test_vectors_that_do_not_fit_are_left_to_arpack(monkeypatch):
    from landsweep.kernels.curvature import lanczos as module

    values = np.geomspace(1e-2, 10, 200)
    fits = eigenpairs(Matrix(rotated(values)), 2, tolerance=1e-9)
    monkeypatch.setattr(module, "BASIS_BYTES", 5 * 200 * 8)
    found = eigenpairs(Matrix(rotated(values)), 2, tolerance=1e-9)
    np.testing.assert_allclose(found.values, values[::-1][:2], rtol=1e-8)
    assert fits.products < found.products


SEEDS = [100, pytest.param(1000, marks=pytest.mark.soak)]
"""How many traces are drawn where the share of those within three standard errors is counted."""


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("sketch", [0, 6])
@pytest.mark.parametrize("name", ["spread", "indefinite", "low rank"])
def test_traces_are_within_three_standard_errors(name, sketch, seeds):
    values = SPECTRA[name] + (2.0 if name == "indefinite" else 0.0)
    matrix, tolerance = rotated(values), 0.2 if name == "low rank" else 0.05
    inside = []
    for seed in range(seeds):
        found = trace(Matrix(matrix), tolerance, sketch=sketch, seed=seed, sizes=(20, 40))
        assert found.converged == (found.error <= tolerance * abs(found.value))
        assert found.parts.sum() == pytest.approx(found.value)
        rounding = 1e-9 * np.abs(values).sum()
        inside.append(abs(found.value - values.sum()) <= 3 * found.error + rounding)
        assert np.abs(found.parts - [np.trace(matrix[:20, :20]), np.trace(matrix[20:, 20:])]).max() <= (
            6 * found.part_errors.max() + rounding
        )
    assert np.mean(inside) >= 0.99


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("sketch", [0, 6])
@pytest.mark.parametrize("name", ["mse", "cross-entropy", "gradient"])
def test_traces_of_networks_are_within_three_standard_errors(name, sketch, seeds):
    hessian = dense(PROBLEMS[name])
    found = [trace(Matrix(hessian), 0.1, sketch=sketch, seed=seed) for seed in range(seeds)]
    inside = [abs(t.value - np.trace(hessian)) <= 3 * t.error + 1e-9 * np.abs(hessian).sum() for t in found]
    assert np.mean(inside) >= 0.99
    one, same = (trace(p, 0.1, sketch=sketch, seed=3) for p in (product(PROBLEMS[name]), Matrix(hessian)))
    assert (one.value, one.samples) == (pytest.approx(same.value, rel=1e-8), same.samples)


def test_a_trace_that_does_not_settle_says_so():
    found = trace(Matrix(rotated(np.linspace(-1, 1, 60))), 1e-6, most=50)
    assert not found.converged
    assert found.samples == 50
    assert trace(Matrix(np.zeros((9, 9)))).converged
    sketched = trace(Matrix(rotated(SPECTRA["low rank"])), 1e-6, sketch=10)
    assert sketched.converged
    assert sketched.value == pytest.approx(6.0)


@pytest.mark.long
@pytest.mark.parametrize("name", SPECTRA)
def test_the_density_integrates_to_one_and_is_that_of_the_eigenvalues(name):
    values = SPECTRA[name]
    found = spectrum(Matrix(rotated(values)), vectors=400, steps=60)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, rtol=1e-10)
    sigma = 0.05 * (np.ptp(values) or 1.0)
    grid = np.linspace(values.min() - 8 * sigma, values.max() + 8 * sigma, 2001)
    density = found.density(grid, sigma)
    exact = np.exp(-0.5 * ((grid[:, None] - values) / sigma) ** 2).mean(axis=1) / (sigma * np.sqrt(2 * np.pi))
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=1e-6)
    assert 0.5 * np.trapezoid(np.abs(density - exact), grid) <= 0.02


@pytest.mark.parametrize("name", ["mse", "cross-entropy", "gradient"])
def test_densities_of_networks(name):
    hessian = dense(PROBLEMS[name])
    values = np.linalg.eigvalsh(hessian)
    sigma = 0.05 * np.ptp(values)
    grid = np.linspace(values.min() - 8 * sigma, values.max() + 8 * sigma, 2001)
    exact = np.exp(-0.5 * ((grid[:, None] - values) / sigma) ** 2).mean(axis=1) / (sigma * np.sqrt(2 * np.pi))
    density = spectrum(Matrix(hessian), vectors=300, steps=40).density(grid, sigma)
    assert 0.5 * np.trapezoid(np.abs(density - exact), grid) <= 0.02
    few, same = (spectrum(p, vectors=2, steps=20) for p in (product(PROBLEMS[name]), Matrix(hessian)))
    np.testing.assert_allclose(few.density(grid, sigma), same.density(grid, sigma), rtol=1e-6, atol=1e-9)
