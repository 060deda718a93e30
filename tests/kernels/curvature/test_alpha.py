"""Derivatives in alpha, against dense derivatives of plain functions and differences of plain gradients."""

import numpy as np
import pytest
import torch
from contracts import KINDS, Contract, Plain
from landsweep.jobs.problems.pinn import Convection
from landsweep.kernels.curvature import alpha as module
from landsweep.kernels.curvature.alpha import AlphaDerivatives
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.problem import trainable_parameters
from networks import CPU, Small, Tied
from torch import nn

pytestmark = pytest.mark.filterwarnings("ignore:There is a performance drop because")


def directions(model, d, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return 0.3 * torch.randn(d, len(flatten(model)), generator=rng, dtype=torch.float64)


def made(problem, d=2, dtype=torch.float64, delta=None, **options):
    model = problem.build(0).eval()
    delta = directions(model, d) if delta is None else delta
    data = Data.of(problem, CPU, dtype)
    return AlphaDerivatives(problem, model, delta, data, device=CPU, dtype=dtype, **options)


def dense(problem, delta, alpha, field="loss"):
    """Value, gradient and Hessian at a point by autograd on a plain function of alpha."""
    model, batches = problem.build(0).double().eval(), [b.to(CPU, torch.float64) for b in problem.batches()]
    named, theta = dict(trainable_parameters(model)), flatten(model).double()

    def f(a):
        parts = torch.split(theta + a @ delta.double(), [p.numel() for p in named.values()])
        own = {name: part.view(p.shape) for (name, p), part in zip(named.items(), parts, strict=True)}

        def call(*args, **kwargs):
            return torch.func.functional_call(model, own, args, kwargs)

        return sum(problem.loss(call, b)[field] * b.weight for b in batches) / sum(b.weight for b in batches)

    a = torch.tensor(alpha)
    gradient, hessian = (getattr(torch.autograd.functional, name)(f, a) for name in ("jacobian", "hessian"))
    return float(f(a).detach()), gradient.numpy(), hessian.numpy()


def same(found, k, expected, rtol=1e-9):
    for part, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(part[k], other, rtol=rtol, atol=rtol * max(1e-3, np.abs(other).max()))


def points(d, n=3, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, d))


class Normalised(Small):
    """Batch normalisation with statistics that are those of no batch."""

    def build(self, seed):
        torch.manual_seed(seed)
        norm = nn.BatchNorm1d(6)
        norm.running_mean.uniform_(-0.3, 0.3), norm.running_var.uniform_(0.5, 2)
        return nn.Sequential(nn.Linear(3, 6), norm, nn.Tanh(), nn.Linear(6, 4)).double()


def relu():
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 4))


CASES = {
    "MLP, 1": (Small(), 1),
    "MLP, 5": (Small("cross-entropy"), 5),
    "tied and frozen": (Small(network=Tied), 2),
    "normalised": (Normalised(), 2),
    "piecewise": (Small("cross-entropy", relu), 3),
    "physics by torch.func": (Small("forward"), 2),
    "physics by autograd": (Small("gradient"), 2),
    "the shipped PINN": (Convection(beta=3, n_f=10), 2),
}


@pytest.mark.parametrize("case", CASES)
def test_they_are_those_of_a_plain_function(case):
    problem, d = CASES[case]
    f, alpha = made(problem, d), points(d)
    found = f.derivatives(alpha)
    for k, point in enumerate(alpha):
        same(found, k, dense(problem, directions(problem.build(0), d), point))
    np.testing.assert_allclose(f.values(alpha), found[0], rtol=1e-12)
    for a, b in zip(f.gradients(alpha), found, strict=False):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)
    assert (not f.together) == (case == "physics by autograd") == bool(f.reason)
    assert np.array_equal(found[2], found[2].swapaxes(1, 2))
    again = f.derivatives(alpha)
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "traced"])
def test_networks_and_losses_of_every_kind(kind):
    plain = Plain(Contract(kind))
    delta = directions(Contract(kind).build(0), 2)
    f, theta, alpha = made(Contract(kind), delta=delta), plain.theta(), 0.1 * points(2, 2)
    found, rows = f.derivatives(alpha), delta.numpy()
    for k, point in enumerate(alpha):
        here = theta + point @ rows
        ends = [[plain.loss(here + s * 1e-5 * row, gradient=True) for s in (1, -1)] for row in rows]
        hessian = np.array([rows @ (up - down) / 2e-5 for up, down in ends])
        same([found[0], found[1]], k, [plain.loss(here), rows @ plain.loss(here, gradient=True)])
        np.testing.assert_allclose(found[2][k], hessian, atol=1e-6 * np.abs(hessian).max())
    np.testing.assert_allclose(f.values(alpha), found[0], rtol=1e-10)


def level():
    network = nn.Linear(3, 1)
    nn.init.zeros_(network.weight), nn.init.constant_(network.bias, 0.25)
    return network


class Odd(Small):
    """It raises an error on one side, is infinite far away and has no derivative at a point."""

    def loss(self, model, batch):
        value = model(batch.data["x"]).mean()
        if not torch._C._functorch.is_functorch_wrapped_tensor(value) and float(value) < -0.5:
            raise ArithmeticError("negative")
        return {"loss": torch.sqrt(value.square()) + torch.where(value > 2, torch.inf, value.square())}


@pytest.mark.parametrize("strategy", ["batched", "inplace"])
def test_points_that_raise_or_are_not_finite_are_nan_and_others_as_without_them(strategy):
    problem = Odd(network=level)
    f = made(problem, delta=torch.tensor([[0.0, 0, 0, 1]]), strategy=strategy)  # it moves the bias
    alpha = np.array([[0.25], [2.75], [0.75]])
    for found in (f.values(alpha), *f.derivatives(alpha)):
        assert np.isnan(found.reshape(3)).tolist() == [False, True, False]
    np.testing.assert_allclose(f.derivatives(alpha[::2])[1].ravel(), [2.0, 3.0], rtol=1e-12)
    if strategy == "inplace":
        raising = np.concatenate([alpha, [[-2.0]]])
        assert np.isnan(f.values(raising)).tolist() == [False, True, False, True]
        assert str(f.error) == "negative"
        found, raised = f.at_width(raising)
        assert list(raised) == [3]
        assert np.isfinite(found["alpha_hessian"].ravel()).tolist() == [
            True,
            False,
            True,
            False,
        ]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_differences_of_gradients(dtype):
    problem, alpha = Small("cross-entropy"), points(3)
    f, exact = made(problem, 3, dtype, second="differences"), made(problem, 3)
    found, expected = f.derivatives(alpha), exact.derivatives(alpha)
    tolerance = {torch.float64: 1e-8, torch.float32: 1e-2}[dtype]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance * np.abs(b).max())
    assert f.together


def test_chunks_of_any_width_and_single_precision():
    problem, alpha = Small(), points(2, 7)
    f, single = made(problem), made(problem, dtype=torch.float32)
    expected = f.derivatives(alpha)
    f.width = f._width_of_values = 2
    for a, b, c in zip(f.derivatives(alpha), single.derivatives(alpha), expected, strict=True):
        np.testing.assert_allclose(a, c, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(b, c, rtol=1e-3, atol=1e-4 * np.abs(c).max())
    whole = f.at_width(alpha)[0]
    for k in range(len(alpha)):  # a point sees no others
        assert np.array_equal(f.at_width(alpha[k : k + 1])[0]["alpha_hessian"][0], whole["alpha_hessian"][k])
    np.testing.assert_allclose(f.values(alpha), expected[0], rtol=1e-12)


def test_points_are_cut_into_parts_alike():
    """A last part of one point would take as long as one of many."""
    f, sizes = made(Small()), []
    own, f.width = f._derivatives, 4
    f._derivatives = lambda rows, order: sizes.append(len(rows)) or own(rows, order)
    f.gradients(points(2, 9))
    assert sizes == [3, 3, 3]


class Members(nn.Module):
    """Small networks computed together, whose products' last bits depend on their place in a batch."""

    def __init__(self):
        super().__init__()
        self.members = nn.ModuleList(nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 1)) for _ in range(3))

    def forward(self, x):
        named = [dict(member.named_parameters()) for member in self.members]
        stacked = {name: torch.stack([own[name] for own in named]) for name in named[0]}
        return torch.func.vmap(lambda own: torch.func.functional_call(self.members[0], own, (x,)))(stacked)


def test_the_place_of_a_point_does_not_show():
    problem, alpha = Of(lambda model, x: model(x).square().mean(), Members), 0.1 * points(2, 16)
    f, turned = made(problem), np.roll(np.arange(16), 1)
    here, there = f.at_width(alpha)[0], f.at_width(alpha[turned])[0]
    for name in here:
        assert np.array_equal(here[name][turned], there[name])


def test_micro_batches_and_another_field():
    problem, alpha = Small("cross-entropy"), points(2)
    f = made(problem, field="norm", micro_batches=3)
    found = f.derivatives(alpha)
    for k, point in enumerate(alpha):
        same(found, k, dense(problem, directions(problem.build(0), 2), point, "norm"))
    np.testing.assert_allclose(f.values(alpha), found[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("case", "second"), [(Small(), "exact"), (Small("gradient"), "exact"), (Small(), "differences")]
)
def test_other_directions_are_taken_in_the_same_way(case, second):
    f, alpha = made(case, second=second), points(2)
    delta = directions(case.build(0), 2, seed=5)
    for a, b in zip(
        f.along(delta).derivatives(alpha), made(case, delta=delta, second=second).derivatives(alpha), strict=True
    ):
        assert np.array_equal(a, b)
    with pytest.raises(ValueError, match="directions have the shape"):
        f.along(delta[:, 1:])


class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0].cos()


class Of(Small):
    """A loss of the network's outputs that a function gives."""

    def __init__(self, function, network=None):
        super().__init__(network=network)
        self.function = function

    def loss(self, model, batch):
        return {"loss": self.function(model, batch.data["x"])}


def test_a_loss_with_first_derivatives_alone():
    problem, alpha = Of(lambda model, x: Once.apply(model(x)).square().mean()), points(2)
    with pytest.raises(ValueError, match="the loss uses Once, whose backward is once_differentiable"):
        made(problem)
    f = made(problem, second="differences")
    exact = made(Of(lambda model, x: model(x).sin().square().mean())).derivatives(alpha)
    for a, b in zip(f.derivatives(alpha), exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9)
    assert not f.together
    assert f.reason.startswith("many at once: ")


def kernel(model, x):
    """Each output is at a distance of 0 from itself, where the square root in a norm has no second derivative."""
    y = model(x)
    return torch.exp(-torch.linalg.vector_norm(y[:, None] - y[None], dim=-1).square()).mean()


def test_a_loss_whose_second_derivatives_are_not_finite_although_it_is_smooth():
    with pytest.raises(ValueError, match="loss has no second derivatives near the weights: they are not finite, as of"):
        made(Of(kernel))
    f, alpha, step = made(Of(kernel), second="differences"), points(2), 1e-4
    _, gradient, hessian = f.derivatives(alpha)
    for k in range(2):
        low, here, high = (f.values(alpha + sign * step * np.eye(2)[k]) for sign in (-1, 0, 1))
        np.testing.assert_allclose(gradient[:, k], (high - low) / (2 * step), rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(hessian[:, k, k], (high - 2 * here + low) / step**2, rtol=1e-4, atol=1e-5)


def noted(model, x):
    """A loss that calls ``backward`` for a norm beside it, of the network's own parameters."""
    value = model(x).square().mean()
    value.backward(retain_graph=True)
    assert all(p.grad.isfinite().all() for p in model.parameters())
    return value


def test_a_loss_with_gradients_of_the_networks_own_parameters_alone():
    problem, alpha = Of(noted), points(2)
    with pytest.raises(ValueError, match="loss has no second derivatives near the weights: "):
        made(problem)
    exact = made(Of(lambda model, x: model(x).square().mean())).derivatives(alpha)
    f = made(problem, second="differences")
    for a, b in zip(f.derivatives(alpha), exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-8)
    assert f.reason == "the network is differentiated by its own parameters, as one with checkpoints is"


def sharpness(model, x):
    slopes = torch.autograd.grad(model(x).square().mean(), list(model.parameters()), create_graph=True)
    return model(x).square().mean() + sum(g.square().sum() for g in slopes).sqrt()


def test_a_loss_that_differentiates_by_the_weights_goes_one_by_one():
    f, alpha, step = made(Of(sharpness)), points(2), 1e-5
    found = f.derivatives(alpha)
    assert f.reason == "many at once: the loss differentiates by torch.autograd, which many points at once cannot"
    for k in range(2):
        ends = [f.gradients(alpha + sign * step * np.eye(2)[k])[1] for sign in (1, -1)]
        np.testing.assert_allclose(found[2][:, k], (ends[0] - ends[1]) / (2 * step), rtol=1e-6, atol=1e-7)


def rounded(x):
    return x + (x.round() - x).detach()


REFUSED = {
    "a loss without derivatives": (
        Of(lambda model, x: model(x).detach().square().mean()),
        {},
        "loss does not depend on the weights by derivatives, expected one that does",
    ),
    "a part that is detached": (
        Of(lambda model, x: (model(x) - model(2 * x).detach()).square().mean()),
        {},
        r"the gradient of loss is not the difference of its values \(by \d+ % near the weights\), expected a loss that "
        "can be differentiated: it detaches a part that depends on the weights, or has surrogate gradients",
    ),
    "a surrogate gradient": (
        Of(lambda model, x: rounded(model(x)).square().mean()),
        {},
        "the gradient of loss is not the difference of its values",
    ),
    "random numbers": (
        Of(lambda model, x: (model(x) * torch.rand(())).square().mean()),
        {},
        "a second call at the same weights differs by",
    ),
    "recomputed statistics": (
        Normalised(),
        {"batchnorm": "recomputed"},
        "the statistics of normalisation are recomputed at each point, and torch differentiates none of them",
    ),
    "directions of another network": (
        Small(),
        {"delta": torch.zeros(2, 5)},
        r"directions have the shape \(2, 5\), expected \(d, 52\)",
    ),
}


@pytest.mark.parametrize("second", ["exact", "differences"])
@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_derivatives_is_refused(case, second):
    problem, options, text = REFUSED[case]
    if (case, second) == ("random numbers", "differences"):
        text = "is not the difference of its values"
    with pytest.raises(ValueError, match=text):
        made(problem, second=second, **options)


def test_many_at_once_that_differ_are_given_up(monkeypatch):
    """As where a kernel's derivatives are wrong under vmap alone."""

    class Wrong(module.Together):
        def __call__(self, rows, order):
            value, gradient, hessian = super().__call__(rows, order)
            return value, gradient, 1.001 * hessian

    monkeypatch.setattr(module, "Together", Wrong)
    problem, alpha = Small(), points(2)
    f = made(problem)
    assert not f.together
    assert f.reason == "many at once they differ from those of a single point"
    same(f.derivatives(alpha), 0, dense(problem, directions(problem.build(0), 2), alpha[0]))
