"""What a GPU computes is what a CPU does; each test runs on a CPU too, so that the tests themselves are tested."""

import numpy as np
import pytest
import torch
from landsweep.kernels.curvature.extremes import HESSIAN_FIELDS, Extremes
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.curvature.spectrum import eigenpairs
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten, random_directions
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.lift import lift
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import make_strategy
from landsweep.kernels.problem import Batch
from networks import Regression, evaluator, points
from support import assert_same_run
from torch import nn

CPU = torch.device("cpu")
DEVICES = [pytest.param(CPU, id="cpu"), pytest.param(torch.device("cuda", 0), id="cuda", marks=pytest.mark.gpu)]


class Attention(nn.Module):
    """Fused attention of tokens, and an output layer without a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.out = nn.Embedding(7, 8), nn.Linear(8, 7, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens)[:, None]
        return self.out(nn.functional.scaled_dot_product_attention(x, x, x, is_causal=True)[:, 0])


class Tokens:
    def build(self, seed):
        torch.manual_seed(seed)
        return Attention()

    def batches(self, split="train", draw=0):
        yield Batch(torch.randint(7, (3, 6), generator=torch.Generator().manual_seed(draw)))

    def loss(self, model, batch):
        logits = model(batch.data[:, :-1])
        return {"loss": nn.functional.cross_entropy(logits.flatten(0, 1), batch.data[:, 1:].flatten())}


def product(problem, device, dtype=torch.float64, **options):
    model = problem.build(0).eval()
    return CurvatureProduct(problem, model, Data.of(problem, device, dtype), device, dtype, **options)


@pytest.mark.parametrize("method", ["reverse", "forward"])
@pytest.mark.parametrize("problem", [Regression(), Tokens()], ids=["regression", "attention"])
@pytest.mark.parametrize("device", DEVICES)
def test_hessian_products(device, problem, method):
    there = product(problem, device, method=method)
    vector = torch.randn(there.size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    step = 1e-5 * vector
    theta = flatten(problem.build(0)).double()
    ahead, behind = (product(problem, CPU, theta=theta + s).gradient for s in (step, -step))
    np.testing.assert_allclose(there(vector).cpu(), (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-8)
    assert there.method == method
    expected = eigenpairs(product(problem, CPU), 2, "magnitude", 1e-6).values
    np.testing.assert_allclose(eigenpairs(there, 2, "magnitude", 1e-6).values, expected, rtol=1e-8)


@pytest.mark.parametrize("name", ["inplace", "batched"])
@pytest.mark.parametrize("device", DEVICES)
def test_extreme_eigenvalues(device, name):
    problem = Tokens()
    model = problem.build(0).eval()
    theta = flatten(model).double()
    rows = theta + 0.1 * torch.randn(3, len(theta), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    made = Extremes(name, problem, model, HESSIAN_FIELDS, device, torch.float64, 1e-4)
    found = made(rows.to(device), Data.of(problem, device, torch.float64))
    for k, row in enumerate(rows):
        dense = product(problem, CPU, theta=row)
        values = np.linalg.eigvalsh(np.stack([dense(unit).numpy() for unit in torch.eye(dense.size).double()]))
        assert float(found["hessian_max"][k]) == pytest.approx(values[-1], rel=1e-3)
        assert float(found["hessian_min"][k]) == pytest.approx(values[0], rel=1e-3)


@pytest.mark.parametrize("name", ["inplace", "batched"])
@pytest.mark.parametrize("device", DEVICES)
def test_statistics_at_each_point(device, name):
    problem = Regression(buffers=True)
    model = problem.build(0)
    expected = evaluator(problem, model, "inplace", batchnorm="recomputed")(points(5))["loss"]
    found = evaluator(problem, model, name, batchnorm="recomputed", device=device)(points(5))["loss"]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("device", DEVICES)
def test_vectors_that_stay_on_the_host_give_the_same_bits(device):
    problem, found = Regression(), []
    model = problem.build(0)
    data, delta = Data.of(problem, device, torch.float32), random_directions(model, 2, 0).delta
    for budget in (0, float("inf")):
        strategy = make_strategy("batched", problem, model, ("loss",), device, torch.float32, width=4)
        evaluate = Evaluator(
            strategy, model, delta, data, device=device, precision=PRECISIONS["float32"], width=4, budget=budget
        )
        found.append(evaluate(points(9))["loss"].tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("device", DEVICES)
def test_layers_that_see_only_data(device):
    class Flat(Regression):
        def build(self, seed):
            torch.manual_seed(seed)
            return nn.Sequential(nn.Linear(64, 8), nn.Tanh(), nn.Linear(8, 1))

        def batches(self, split="train", draw=0):
            x = torch.randn(10, 64, generator=torch.Generator().manual_seed(draw))
            yield Batch({"x": x, "labels": torch.arange(10)})

    problem, precision = Flat(), PRECISIONS["float64"]
    model = problem.build(0)
    data, delta = Data.of(problem, device, precision.dtype), random_directions(model, 2, 0).delta
    lifted = lift(problem, model, data, ("loss",), device, precision)
    assert lifted is not None
    assert lifted.layers == ("0",)
    strategy = make_strategy("batched", problem, lifted.model, ("loss",), device, precision.dtype, width=4)
    evaluate = Evaluator(
        strategy, lifted.model, lifted.vectors(delta), data, device=device, precision=precision, width=4
    )
    expected = evaluator(problem, model, "inplace")(points(5))["loss"]
    np.testing.assert_allclose(evaluate(points(5))["loss"], expected, rtol=1e-6)  # weights are stored in float32


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning")  # of attention on CPUs under vmap
def test_losses_are_not_rounded_as_products_are(device):
    problem = Tokens()
    model = problem.build(0)
    found = evaluator(problem, model, "batched", dtype="bf16", device=device)(points(9))["loss"]
    assert (torch.from_numpy(found).bfloat16().float().numpy() != found).any()
    expected = evaluator(problem, model, "inplace")(points(9))["loss"]
    np.testing.assert_allclose(found, expected, rtol=5e-2)


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("device", DEVICES)
def test_a_whole_run_repeats_its_bits(run, tmp_path, device, deterministic):
    options = {"evaluation__device": device.type, "evaluation__deterministic": deterministic}
    for out in ("one", "other"):
        done = run(out, **options)
        assert (done.dataset.status == 1).all()
    assert_same_run(tmp_path / "one", tmp_path / "other")
