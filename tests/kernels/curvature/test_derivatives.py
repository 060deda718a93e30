"""Second derivatives of every kind of network are those of differences of gradients, or are refused."""

import re

import numpy as np
import pytest
import torch
from contracts import CPU, KINDS, Contract, Plain, error
from landsweep.kernels.curvature.checks import NoSecondDerivativeError
from landsweep.kernels.curvature.extremes import Extremes
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.theta import flatten
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

OTHERS = dict.fromkeys(["attention", "heads", "encoder"], "math") | dict.fromkeys(
    ["weight norm", "parametrised", "distances", "normalised slope"], "plain"
)
"""The default kernels of these networks have no second derivatives, or wrong ones."""


def product(problem, dtype=torch.float64, **options):
    batches = [b.to(CPU, dtype) for b in problem.batches()]
    return CurvatureProduct(problem, problem.build(0).eval(), batches, CPU, dtype, **options)


def matrix(multiply):
    return torch.stack([multiply(row) for row in torch.eye(multiply.size, dtype=torch.float64)]).numpy()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "traced"])
def test_hessians_are_differences_of_plain_gradients(kind):
    found, single, plain = product(Contract(kind)), product(Contract(kind), torch.float32), Plain(Contract(kind))
    np.testing.assert_allclose(found.gradient, plain.loss(plain.theta(), gradient=True), rtol=1e-8, atol=1e-12)
    for vector in np.random.default_rng(0).standard_normal((2, found.size)):
        expected = plain.product(vector)
        for h, precision in ((found, 1e-6), (single, 1e-3)):
            row = h(torch.from_numpy(vector)).numpy()
            assert np.linalg.norm(row - expected) <= precision * np.linalg.norm(expected)
    assert found.kernels == single.kernels == OTHERS.get(kind, "default")


@pytest.mark.filterwarnings("ignore:There is a performance drop because")
@pytest.mark.parametrize("strategy", ["inplace", "batched"])
@pytest.mark.parametrize("kind", ["complex", "train mode", "weight norm", "heads"])
def test_extreme_eigenvalues_at_points(kind, strategy):
    problem, h = Contract(kind), product(Contract(kind))
    model = problem.build(0).eval()
    at = torch.stack([flatten(model, torch.float64), 0.9 * flatten(model, torch.float64)])
    extremes = Extremes(strategy, problem, model, ("hessian_max", "hessian_min"), CPU, torch.float64, 1e-6)
    found = extremes(at, Data.of(problem, CPU, torch.float64))
    for k, theta in enumerate(at):
        h.move(theta)
        values = np.linalg.eigvalsh(matrix(h))
        assert float(found["hessian_max"][k]) == pytest.approx(values[-1], rel=1e-4)
        assert float(found["hessian_min"][k]) == pytest.approx(values[0], rel=1e-4)
    assert extremes.kernels == OTHERS.get(kind, "default")


@pytest.mark.parametrize("kind", ["listed", "checkpoint"])
def test_many_points_at_once_need_parameters_that_can_be_replaced(kind):
    problem = Contract(kind)
    extremes = Extremes("batched", problem, problem.build(0).eval(), ("hessian_max",), CPU, torch.float64, 1e-6)
    with pytest.raises(
        ValueError, match="the network is differentiated by its own parameters, as one with checkpoints"
    ):
        extremes(flatten(problem.build(0), torch.float64)[None], Data.of(problem, CPU, torch.float64))


@pytest.mark.parametrize("kind", ["complex", "weight norm", "heads", "train mode", "listed"])
def test_pyhessian_differentiates_the_same_loss(kind):
    pytest.importorskip("pyhessian")
    from landsweep.kernels.curvature.pyhessian import PyHessian, row

    problem = Contract(kind)
    batches = [b.to(CPU, torch.float32) for b in problem.batches()]
    theirs, ours = PyHessian(problem, problem.build(0).eval(), batches, CPU), product(problem)
    vectors = [torch.randn(p.shape) for p in theirs.parameters]
    expected = ours(torch.from_numpy(row(vectors))).numpy()
    np.testing.assert_allclose(row(theirs.product(vectors)), expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.filterwarnings("ignore:There is a performance drop because")
def test_gauss_newton_of_attention_and_of_a_loss_with_a_penalty():
    """Of a mean square it is twice the mean of the squared Jacobian; a penalty of the loss is its own Hessian."""

    class Penalised(Contract):
        def loss(self, model, batch):
            return {"loss": error(model, batch.data) + 0.5 * sum(p.square().sum() for p in model.parameters())}

    problem = Penalised("encoder")
    found = product(problem, kind="gauss-newton")
    model, expected = problem.build(0).double().eval(), np.eye(found.size)
    named, total = dict(model.named_parameters()), 0.0
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        for batch in problem.batches():
            x = batch.data.double()
            rows = torch.func.jacrev(lambda own, x=x: torch.func.functional_call(model, own, (x,)).ravel())(named)
            jacobian = torch.cat([j.flatten(1) for j in rows.values()], dim=1).detach().numpy()
            total = total + batch.weight / 9 * 2 * jacobian.T @ jacobian / x.numel()
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    vector = np.random.default_rng(0).standard_normal(found.size)
    np.testing.assert_allclose(found(torch.from_numpy(vector)), (expected + total) @ vector, atol=1e-9)
    assert found.kernels == "math"


class Branches(nn.Module):
    """A network with a fused weight normalisation, whose second derivatives are wrong, for some inputs alone."""

    def __init__(self):
        super().__init__()
        self.near, self.out = nn.Linear(2, 1), nn.Linear(3, 1)
        self.far = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))

    def forward(self, x):
        return self.out(torch.tanh(self.far(x))) if x.mean() > 2 else self.near(x)


def test_kernels_are_those_that_all_batches_need():
    class Problem:
        def build(self, seed):
            torch.manual_seed(seed)
            return Branches()

        def loss(self, model, batch):
            penalty = sum(p.square().sum() for p in model.parameters())
            return {"loss": (model(batch.data) - 1).square().mean() + 0.1 * penalty}

    problem, x = Problem(), torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    batches, model = [Batch(x[0]), Batch(x[1] + 4)], problem.build(0).eval()

    def shares(n):
        return [CurvatureProduct(problem, model, batches, CPU, torch.float64, share=(k, n)) for k in range(n)]

    (alone,), both = shares(1), shares(2)
    assert [h.kernels for h in (alone, *both)] == ["plain"] * 3
    nodes = [node for h in both for node in h.nodes()]
    both[0].settle(nodes)
    assert torch.equal(both[0].gradient, alone.gradient)
    vector, step = torch.ones(alone.size, dtype=torch.float64), 1e-5
    found, gradients = alone(vector), []
    assert torch.equal(both[0].total([node for h in both for node in h.nodes(vector)]), found)
    here = alone.theta
    for sign in (1, -1):
        alone.move(here + sign * step * vector)
        gradients.append(alone.gradient)
    np.testing.assert_allclose(found, (gradients[0] - gradients[1]) / (2 * step), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("methods", "the loss calls encoder of the network, expected one that computes with model"),
        ("parts", "the loss calls generator of the network, expected"),
    ],
)
def test_a_loss_that_calls_parts_of_the_network_has_no_gauss_newton_matrix(kind, text):
    with pytest.raises(ValueError, match=text):
        product(Contract(kind), kind="gauss-newton")


class Doubled(torch.autograd.Function):
    """A product whose backward takes for constant what is not."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, slope):
        x, y = ctx.saved_tensors
        return slope * y.detach(), slope * x


def other(change, network=lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 3))):
    class Other(Contract):
        def build(self, seed):
            torch.manual_seed(seed)
            return network()

        def loss(self, model, batch):
            return {"loss": change(model, batch.data)}

    return Other("penalty")


REFUSED = {
    "dropout": (
        other(lambda model, x: nn.functional.dropout(model(x), 0.5).square().mean()),
        r"a second call at the same weights differs by \S+ in loss, expected a function of weights and batch alone: "
        r"draw random numbers in batches\(draw=...\)",
    ),
    "asymmetric": (
        other(
            lambda model, x: Doubled.apply(model[0](x), model[2](model[0](x)).mean(-1, keepdim=True)).square().mean()
        ),
        r"the second derivatives of loss are not symmetric \(u H v and v H u differ by \S+\), expected those of a",
    ),
    "reentrant": (
        other(lambda model, x: checkpoint(model, x.clone().requires_grad_(), use_reentrant=True).square().mean()),
        "the network checkpoints activations with use_reentrant=True, which has no second derivatives, expected use_re",
    ),
    "max_norm": (
        other(lambda model, x: model((x > 0).long()).square().mean(), lambda: nn.Embedding(2, 3, max_norm=0.1)),
        "the loss changes parameters of the network .as max_norm of an embedding does., expected one that leaves them",
    ),
}


@torch.library.custom_op("mine::twice", mutates_args=())
def twice(x: torch.Tensor) -> torch.Tensor:
    return 2 * x


MISSING = {
    "ctc_loss, which torch differentiates once but not twice (_ctc_loss_backward has no": lambda y: functional.ctc_loss(
        y[:, None].log_softmax(-1), torch.tensor([[1]]), [len(y)], [1]
    ),
    "embedding_bag, which torch differentiates once but not twice": lambda y: functional.embedding_bag(
        torch.tensor([[0, 1]]), y
    ),
    "pdist, which torch differentiates once but not twice": functional.pdist,
    "multi_margin_loss, which torch differentiates once": lambda y: functional.multi_margin_loss(
        y, torch.zeros(len(y), dtype=torch.long)
    ),
    "segment_reduce, which torch": lambda y: torch.segment_reduce(y, "sum", lengths=torch.tensor([len(y)])),
    "fake_quantize_learnable_per_tensor_affine, which torch": lambda y: (
        torch._fake_quantize_learnable_per_tensor_affine(y.float(), torch.full((1,), 0.1), torch.zeros(1), 0, 255, 1.0)
    ),
    "standard_gamma, which torch": lambda y: torch._standard_gamma(y.abs() + 1, torch.Generator().manual_seed(0)),
    "igamma, which torch differentiates not at all, or not twice": lambda y: torch.special.gammainc(y.abs() + 1, y + 3),
    "mine.twice, which torch differentiates not at all": twice,
}
"""Operations of a loss that torch has no second derivatives of, by what is said of them."""


@pytest.mark.parametrize("text", MISSING)
@pytest.mark.parametrize("kind", ["hessian", "gauss-newton"])
def test_the_operation_without_a_second_derivative_is_named_behind_attention_too(text, kind):
    """The default kernels of attention fail first, and are not the reason."""

    def loss(model, x):
        h = model(x)[None, None]
        return MISSING[text](functional.scaled_dot_product_attention(h, h, h)[0, 0]).square().mean()

    with pytest.raises(NoSecondDerivativeError, match=rf"\Athe loss uses {re.escape(text)}"):
        product(other(loss), kind=kind)


@pytest.mark.parametrize("strategy", ["inplace", "batched"])
def test_extreme_eigenvalues_name_the_operation_too(strategy):
    problem = other(lambda model, x: functional.pdist(model(x)).square().mean())
    model = problem.build(0).eval()
    extremes = Extremes(strategy, problem, model, ("hessian_max",), CPU, torch.float64, 1e-6)
    with pytest.raises(NoSecondDerivativeError, match="the loss uses pdist, which torch differentiates once"):
        extremes(flatten(model, torch.float64)[None], Data.of(problem, CPU, torch.float64))


@pytest.mark.parametrize("name", REFUSED)
def test_a_loss_without_right_second_derivatives_is_refused(name):
    problem, text = REFUSED[name]
    with pytest.raises((ValueError, RuntimeError), match=text):
        product(problem)


class Sine(torch.autograd.Function):
    """A sine that keeps what its gradient needs: the input, or as ``constant`` the cosine, which depends on it."""

    @staticmethod
    def forward(ctx, x, constant):
        ctx.constant = constant
        ctx.save_for_backward(x.cos() if constant else x)
        return x.sin()

    @staticmethod
    def backward(ctx, slope):
        (kept,) = ctx.saved_tensors
        return slope * (kept if ctx.constant else kept.cos()), None


@pytest.mark.parametrize("constant", [True, False])
def test_a_function_whose_gradient_takes_for_constant_what_is_not_is_in_doubt(constant):
    found = product(other(lambda model, x: Sine.apply(3 * model(x), constant).square().mean()))
    if not constant:
        assert found.doubt == ""
        return
    assert re.fullmatch(
        r"the second derivatives through Sine.* are not the differences of its gradients \(by \d+ % along a random "
        r"direction\): its backward may take for constant what forward computed, or is a surrogate on purpose",
        found.doubt,
    )


@pytest.mark.parametrize("error", [None, ValueError, RuntimeError])
def test_beside_the_weights_a_loss_may_have_no_gradient(error):
    """Such as a logarithm of a small weight; no doubt follows from it, and the products are those at the weights."""

    def change(model, x):
        here = torch.stack([p.norm() for p in model.parameters()])
        beside.append(bool((here.detach() - norms).abs().max() > 1e-9))
        if beside[-1] and error:
            raise error("only at the weights")
        return Sine.apply(3 * model(x), False).square().mean() * (torch.nan if beside[-1] else 1.0)

    beside, problem = [], other(change)
    norms = torch.stack([p.norm() for p in problem.build(0).double().parameters()]).detach()
    found = product(problem)
    assert any(beside)
    assert (found.kernels, found.leaves, found.doubt) == ("default", False, "")
    expected = product(other(lambda model, x: (3 * model(x)).sin().square().mean()))
    np.testing.assert_allclose(matrix(found), matrix(expected), atol=1e-12)


def test_a_loss_that_frees_its_graph_by_derivatives_of_its_own():
    def norms(model, x):
        value = error(model, x)
        torch.autograd.grad(value, list(model.parameters()))
        return value

    np.testing.assert_allclose(matrix(product(other(norms))), matrix(product(other(error))), atol=1e-12)


def test_a_loss_that_freezes_parameters_by_attribute():
    def frozen(model, x):
        for p in model[2].parameters():
            p.requires_grad = False
        return error(model, x)

    np.testing.assert_allclose(matrix(product(other(frozen))), matrix(product(other(error))), atol=1e-12)


def test_a_compiled_network_is_differentiated_uncompiled():
    compiled = other(error, lambda: torch.compile(nn.Sequential(nn.Linear(3, 2), nn.Tanh()), backend="aot_eager"))
    compiled.loss = lambda model, batch: {"loss": model(batch.data).square().mean()}
    found = product(compiled)
    uncompiled = other(lambda model, x: model(x).square().mean(), lambda: nn.Sequential(nn.Linear(3, 2), nn.Tanh()))
    np.testing.assert_allclose(matrix(found), matrix(product(uncompiled)), atol=1e-12)
    assert found.kernels == "math"
