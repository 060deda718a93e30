"""Layers that see only data are given as their outputs: the same losses at every point, for less."""

import numpy as np
import pytest
import torch
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.lift import lift
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import make_strategy
from landsweep.kernels.problem import Batch, trainable_parameters
from networks import points
from torch import nn

CPU, N = torch.device("cpu"), 64
X = torch.randn(11, N, generator=torch.Generator().manual_seed(3))


class Wide:
    """Regression on 64 inputs; ``network`` builds the model, ``of`` the loss."""

    def __init__(self, network, of=None, batches=1):
        self.network, self.of, self.count = network, of, batches

    def build(self, seed):
        torch.manual_seed(seed)
        return self.network()

    def batches(self, split="train", draw=0):
        for i in range(self.count):
            yield Batch({"x": X + i + draw}, weight=i + 1.0)

    def loss(self, model, batch):
        if self.of is not None:
            return {"loss": self.of(model, batch.data["x"])}
        return {"loss": (model(batch.data["x"]) - 1).square().mean()}


def mlp(bias=True):
    return nn.Sequential(nn.Linear(N, 7, bias=bias), nn.Tanh(), nn.Linear(7, 1))


class Flat(nn.Module):
    """Reshapes its input first, and adds what the first layer gave at the end."""

    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(N, 6), nn.BatchNorm1d(6), nn.Linear(6, 6)

    def forward(self, x):
        z = self.first(x.reshape(-1, 8, 8).flatten(1) * 2)
        return self.last(torch.relu(self.norm(z))) + z


def frozen_bias():
    model = mlp()
    model[0].bias.requires_grad_(False)
    return model


def frozen_body():
    model = nn.Sequential(nn.Linear(N, N), nn.Tanh(), nn.Linear(N, 3))
    model[0].requires_grad_(False)
    return model


def lifted(problem, dtype="float64", **options):
    model, precision = problem.build(0), PRECISIONS[dtype]
    data = Data.of(problem, CPU, precision.dtype)
    return model, lift(problem, model, data, ("loss",), CPU, precision, **options)


def values(problem, model, delta, network, strategy, width, dtype="float64"):
    precision = PRECISIONS[dtype]
    made = make_strategy(strategy, problem, network, ("loss",), CPU, precision.dtype, width=width)
    data = Data.of(problem, CPU, precision.dtype, channels_last=made.channels_last)
    evaluate = Evaluator(made, network, delta, data, device=CPU, precision=precision, width=width)
    return evaluate(points(9))["loss"]


@pytest.mark.parametrize(
    ("network", "layers"),
    [
        (mlp, ("0",)),
        (lambda: mlp(bias=False), ("0",)),
        (Flat, ("first",)),
        (frozen_bias, ("0",)),
        (frozen_body, ("2",)),
        (lambda: nn.Sequential(nn.Linear(N, 3)), ("0",)),
    ],
)
@pytest.mark.parametrize(("strategy", "width"), [("inplace", 1), ("batched", 4)])
def test_losses_are_those_of_the_network_as_it_is(network, layers, strategy, width):
    problem = Wide(network)
    model, found = lifted(problem)
    before = flatten(model)
    assert found.layers == layers
    size = sum(p.numel() for _, p in trainable_parameters(model))
    delta = torch.randn(2, size, generator=torch.Generator().manual_seed(1))
    expected = values(problem, model, delta, model, strategy, width)
    given = values(problem, model, found.vectors(delta), found.model, strategy, width)
    np.testing.assert_allclose(given, expected, rtol=1e-12)
    assert torch.equal(flatten(model), before)


def tied():
    model = nn.Sequential(nn.Linear(N, N), nn.Tanh(), nn.Linear(N, N))
    model[2].weight = model[0].weight
    return model


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(N, N)

    def forward(self, x):
        return self.layer(torch.tanh(self.layer(x)))


def gradient(model, x):
    x = x.detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
    return slope.square().mean() + model(x).square().mean()


def forward_gradient(model, x):
    value, slope = torch.func.jvp(model, (x,), (torch.ones_like(x),))
    return value.square().mean() + slope.square().mean()


class Gate(nn.Module):
    """Its last layer's inputs are the same at all weights nearby, as the gate is closed there, but not farther away."""

    def __init__(self):
        super().__init__()
        self.gate, self.first, self.head = nn.Parameter(torch.full((N,), -0.3)), nn.Linear(3, N), nn.Linear(N, 1)

    def forward(self, x):
        return self.head(torch.relu(self.gate) * torch.tanh(self.first(x[:, :3]))) + x[:, :1]


class Decayed(nn.Module):
    """Adds a function of its layers' weights to what it gives."""

    def __init__(self, share=0.01):
        super().__init__()
        self.first, self.share = nn.Linear(N, 3), share

    def forward(self, x):
        decay = sum((m.weight.square().sum() for m in self.modules() if isinstance(m, nn.Linear)), torch.zeros(()))
        return self.first(x) + self.share * decay


def hooked():
    model = mlp()
    model[0].register_forward_hook(lambda layer, inputs, output: output * 1.0005)
    return model


def small_gradient(model, x):
    value, slope = torch.func.jvp(model, (x,), (torch.ones_like(x),))
    return 1e-9 * (value.square() + slope.square()).mean()


@pytest.mark.parametrize(
    "problem",
    [
        Wide(Gate),
        Wide(Decayed),
        Wide(lambda: Decayed(1e-13)),
        Wide(
            mlp, lambda model, x: model(x).square().mean() + 1e-14 * sum(p.square().sum() for p in model.parameters())
        ),
        Wide(hooked),
        Wide(mlp, small_gradient),
        Wide(lambda: nn.Sequential(nn.Linear(N, 3)), lambda model, x: torch.log(model(x).mean() - 100)),
        Wide(tied),
        Wide(Twice),
        Wide(lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(N, 2)))),
        Wide(mlp, gradient),
        Wide(mlp, forward_gradient),
        Wide(lambda: nn.Sequential(nn.Linear(N - 1, 3)), lambda model, x: model(x[:, 1:]).mean()),
        Wide(lambda: nn.Sequential(nn.Linear(N, 3)), lambda model, x: model(x[None]).mean()),
        Wide(mlp, batches=2),
    ],
    ids=[
        "gate",
        "decay",
        "least decay",
        "penalty",
        "hook",
        "tiny",
        "undefined",
        "tied",
        "twice",
        "computed",
        "gradient",
        "forward",
        "small",
        "not 2-d",
        "batches",
    ],
)
def test_layers_that_must_stay(problem):
    assert lifted(problem, "float32")[1] is None


def test_outputs_that_take_too_much_memory():
    assert lifted(Wide(mlp), budget=11 * 7 * 8)[1] is not None
    assert lifted(Wide(mlp), budget=11 * 7 * 8 - 1)[1] is None


def test_a_loss_that_fails_is_left_to_those_who_report_it():
    def fails(model, x):
        model(x)
        raise RuntimeError("broken")

    assert lifted(Wide(mlp, fails))[1] is None


def test_a_run_says_so_and_gives_the_same_losses(tmp_path):
    from landsweep.disk.store import Landscape
    from landsweep.jobs.problems.digits import Digits
    from safetensors.torch import load_file
    from support import inside, make_study

    study = make_study(
        tmp_path,
        problem={"path": "landsweep.jobs.problems.digits:Digits", "params": {"epochs": 2}},
        sweep={"draw": [0, 1]},
        grid={"dims": 1, "points": 9},
    )
    done = inside("run", study, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Outputs are added up instead of weights in layers that see only data: 0." in done.stderr
    landscape = Landscape(tmp_path / "run" / "landscape.zarr")
    assert landscape.choices["lifted"] == ["0"]
    problem, folder = Digits(epochs=2), tmp_path / "run"
    model = problem.build(0)
    model.load_state_dict(load_file(folder / "weights/model-00000/theta.safetensors"))
    for draw in (0, 1):
        delta = load_file(folder / f"directions/member-0000{draw}.safetensors")["delta"]
        data = Data.of(problem, CPU, torch.float32, draw=draw)
        made = make_strategy("inplace", problem, model, ("loss",), CPU, torch.float32)
        evaluate = Evaluator(made, model, delta, data, device=CPU, precision=PRECISIONS["float32"], width=1)
        expected = evaluate(np.linspace(-1, 1, 9)[:, None])["loss"]
        np.testing.assert_allclose(landscape.read_member("loss", (0, 0, 0, draw)).ravel(), expected, rtol=1e-5)
