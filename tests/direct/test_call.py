"""One landscape from Python: the same bits as a run, the network left as it was, mistakes in one sentence."""

import copy
from unittest import mock

import landsweep
import numpy as np
import pytest
import torch
from landsweep import UserError
from landsweep.direct.given import device_of
from landsweep.disk.directions import load_delta
from landsweep.disk.weights import load_trained
from landsweep.kernels.contract import contract
from support import reference_run
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from toy import Toy

HESSIAN = {
    "sweep__subspace": ["random", "hessian"],
    "subspaces__hessian": {"kind": "hessian", "range": [-0.5, 0.5], "unit": "l2"},
}
HOW = {"strategy": "batched", "batch": 4, "progress": False}
X = torch.linspace(-2, 2, 24)[:, None]
Y = X.sin()


def mse(model, batch):
    x, y = batch
    return (model(x) - y).square().mean()


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))


def small(model, batches=((X, Y),), loss=mse, **given):
    return landsweep.landscape(model, batches, loss, **{"points": 5, **HOW, **given})


def refused(*arguments, **given):
    with pytest.raises(UserError) as error:
        small(*arguments, **given)
    return str(error.value)


@pytest.mark.parametrize(
    ("coords", "given"),
    [
        ({"subspace": "random", "direction_seed": 1}, {"seed": 1}),
        ({"subspace": "hessian", "direction_seed": 0}, {"directions": "hessian", "range": (-0.5, 0.5), "unit": "l2"}),
    ],
    ids=["random", "hessian"],
)
def test_the_same_bits_as_a_run(coords, given):
    run = landsweep.open_run(reference_run(**HESSIAN))
    problem = Toy(beta=2.0)
    where = {"beta": 2.0, "seed": 0, **coords}
    model = load_trained(contract(problem), 0, run.directory.theta(1))
    found = landsweep.landscape(
        model,
        list(problem.batches()),
        problem.loss,
        points=(7, 5),
        connectivity="freudenthal",
        strategy="batched",
        batch=8,
        progress=False,
        **given,
    )
    expected = run.dataset.sel(where)
    assert found.data.dtype == expected.loss.dtype
    assert found.data.values.tobytes() == expected.loss.values.tobytes()
    assert found.dataset.status.values.tobytes() == expected.status.values.tobytes()
    for k in range(2):
        assert found.data[f"alpha_{k}"].values.tobytes() == expected[f"coordinate_{k}"].values.tobytes()
    assert np.array(found.data.attrs["direction_scale"]).tobytes() == expected.direction_scale.values.tobytes()
    if coords["subspace"] == "hessian":
        values = np.array(found.data.attrs["direction_eigenvalue"])
        assert values.tobytes() == expected.direction_eigenvalue.values.tobytes()
    delta = load_delta(run.directory.directions(run.member(**where)))
    assert found.directions.numpy().tobytes() == delta.numpy().tobytes()
    tree, other = found.merge_tree().to_arrays(), run.merge_tree(**where).to_arrays()
    assert {name: x.tobytes() for name, x in tree.items()} == {name: x.tobytes() for name, x in other.items()}
    row = run.metrics[run.metrics.member == run.member(**where)].iloc[0]
    assert {name: float(row[name]) for name in found.metrics.index} == pytest.approx(
        found.metrics.to_dict(), rel=0, abs=0, nan_ok=True
    )


def test_given_vectors_are_the_directions(model):
    made = small(model, normalisation="none", ignore=[])
    layout = {name: p.shape for name, p in model.named_parameters()}
    vectors = made.directions
    named = [
        dict(
            zip(layout, (part.reshape(shape) for part, shape in zip(parts, layout.values(), strict=True)), strict=True)
        )
        for parts in (torch.split(v, [shape.numel() for shape in layout.values()]) for v in vectors)
    ]
    for given in (vectors, list(vectors), vectors.numpy(), named, [list(direction.values()) for direction in named]):
        found = small(model, directions=given)
        assert found.data.values.tobytes() == made.data.values.tobytes()
    line = small(model, directions=named[0])
    assert line.data.dims == ("alpha_0",)
    partly = small(model, directions=[{"2.bias": torch.ones(1)}, {"0.weight": torch.ones(4, 1)}])
    assert partly.directions.abs().sum(1).tolist() == [1, 4]
    assert refused(model, directions=vectors, dims=3) == (
        "landscape: dims is 3 but directions holds 2, expected the same number."
    )
    assert refused(model, directions=vectors[:, :5]) == (
        "landscape: direction 0 has shape (5,), expected (13,), one number for each of the parameters that require "
        "gradients, or 4 tensors of their shapes, in their order or by name."
    )
    assert refused(model, directions=[{"2.bais": torch.ones(1)}]).endswith(
        "direction 0 has '2.bais', expected names of parameters such as '0.weight'; did you mean \"2.bias\"?"
    )
    assert refused(model, directions=[{"2.bias": torch.ones(2)}]).endswith(
        "direction 0 has shape (2,) for 2.bias, expected (1,)."
    )
    assert "a direction is zero" in refused(model, directions=torch.zeros(13))
    assert refused(model, directions=vectors, ignore=["bias"]) == (
        "landscape: ignore is ['bias'] but directions are given, expected no ignore: leave out of them what is not to "
        "move."
    )
    assert refused(model, directions=torch.ones(2, 13)) == (
        "landscape: directions depend on one another, expected directions of which none is a sum of multiples of the "
        "others."
    )


def test_what_never_moves_is_left_out_of_directions_and_named():
    model = nn.Sequential(nn.Linear(1, 2), nn.BatchNorm1d(2), nn.Linear(2, 1))
    model[0].bias.requires_grad_(False)
    step = {name: torch.ones_like(x) for name, x in model.state_dict().items()}
    found = small(model, directions=step)
    assert found.directions.shape == (1, 9)
    assert found.notes[0] == (
        "Directions: 0.bias, 1.running_mean, 1.running_var and 1 more never move, so their part is left out."
    )


def state_of(model):
    return {
        "weights": {name: x.clone() for name, x in model.state_dict().items()},
        "training": [m.training for m in model.modules()],
        "requires": [p.requires_grad for p in model.parameters()],
        "grads": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
    }


@pytest.mark.parametrize("directions", ["random", "hessian"])
def test_network_and_random_numbers_are_left_as_they_were(directions):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Tanh(), nn.Linear(4, 1)).train()
    model[0].eval()
    model[4].bias.requires_grad_(False)
    mse(model, (X, Y)).backward()
    before, weights = state_of(model), list(model.parameters())
    numbers, threads = torch.get_rng_state(), torch.get_num_threads()
    small(model, directions=directions, range=0.1)
    after = state_of(model)
    assert all(p is q for p, q in zip(weights, model.parameters(), strict=True))
    assert before["training"] == after["training"]
    assert before["requires"] == after["requires"]
    assert all(torch.equal(x, after["weights"][name]) for name, x in before["weights"].items())
    assert all(a is b if a is None else torch.equal(a, b) for a, b in zip(before["grads"], after["grads"], strict=True))
    assert torch.equal(numbers, torch.get_rng_state())
    assert threads == torch.get_num_threads()


def test_every_form_of_batches_gives_the_same_landscape(model):
    parts = [(X[:16], Y[:16]), (X[16:], Y[16:])]
    expected = small(model, parts).data.values

    def of_dict(model, batch):
        return {"loss": mse(model, (batch["x"], batch["y"])), "more": torch.zeros(3)}

    def of_tensor(model, batch):
        return mse(model, (batch[:, :1], batch[:, 1:]))

    forms = {
        "loader": (DataLoader(TensorDataset(X, Y), batch_size=16), mse),
        "generator": ((part for part in parts), mse),
        "dictionaries": ([{"x": x, "y": y} for x, y in parts], of_dict),
        "tensors": ([torch.cat(part, 1) for part in parts], of_tensor),
        "Batch": ([landsweep.Batch(part, weight=len(part[0])) for part in parts], lambda m, b: mse(m, b.data)),
    }
    for name, (batches, loss) in forms.items():
        np.testing.assert_array_equal(small(model, batches, loss).data.values, expected, err_msg=name)
    weighted = small(model, [landsweep.Batch(part, weight=1) for part in parts], lambda m, b: mse(m, b.data))
    assert not np.array_equal(weighted.data.values, expected)


def test_double_precision_is_kept(model):
    loss = lambda model, batch: mse(model, [x.to(model[0].weight.dtype) for x in batch])
    assert small(copy.deepcopy(model).double(), loss=loss).data.dtype == "float64"
    assert small(model, loss=loss, dtype=torch.float64).data.dtype == "float64"
    assert small(model, loss=loss).data.dtype == "float32"


def test_grid_of_the_call(model):
    found = small(
        model, dims=3, points=(2, 3, 4), range=[(0, 1), (-2, 2), (-1, 3)], seed=7, connectivity=["face", "moore"]
    )
    assert found.data.shape == (2, 3, 4)
    assert found.data.alpha_1.values.tolist() == [-2, 0, 2]
    assert found.merge_tree().connectivity == found.metrics.name == "face"
    assert found.merge_tree("moore").connectivity == "moore"
    assert repr(found) == "Landscape(2 x 3 x 4 points of 3 random directions, float32)"
    assert found.data.attrs["strategy"] == "batched"
    assert found.data.attrs["batch"] == 4
    assert refused_tree(found, "mor").startswith(
        "merge_tree: representation is 'mor', expected face, freudenthal, moore"
    )
    html = found._repr_html_()
    assert "<td>n_saddles</td>" in html
    assert "0.bias" in html


def refused_tree(found, name):
    with pytest.raises(UserError) as error:
        found.merge_tree(name)
    return str(error.value)


def at_infinity(model, batch):
    return mse(model, batch) + torch.where(model[2].bias.sum() > 0, torch.inf, 0.0)


def above_zero(model, batch):
    if model[2].bias.sum() > 0:
        raise ValueError("a bias above zero")
    return mse(model, batch)


@pytest.mark.parametrize(
    ("loss", "note"),
    [
        (at_infinity, "2 of 5 losses are not finite: they are stored as they are with status 2"),
        (
            above_zero,
            "The loss raised an error at 2 of 5 points, first at alpha = (0.5,) (ValueError: a bias above zero)",
        ),
    ],
)
def test_points_without_a_loss_are_said(model, loss, note):
    with torch.no_grad():
        model[2].bias.zero_()
    up = {"2.bias": torch.ones(1)}
    found = small(model, loss=loss, directions=up, strategy="inplace", batch=1)
    assert found.dataset.status.values.tolist() == [1, 1, 1, 2, 2]
    assert any(text.startswith(note) for text in found.notes), found.notes
    assert found.metrics["n_nonfinite"] == 2
    nowhere = small(model, loss=lambda m, b: mse(m, b) * torch.nan, directions=up)
    assert "no point of the landscape has a finite loss" in refused_tree(nowhere, "face")
    assert "no point of the landscape" in nowhere._repr_html_()


def test_where_the_weights_have_no_loss_no_range_is_advised(model):
    nothing = {"loss": lambda m, b: mse(m, b) * torch.nan, "points": 1}
    lone = small(model, **nothing)
    assert lone.notes[-1].endswith("count as +infinity in merge trees; they are so at the weights, too.")
    assert refused_tree(lone, "face").endswith(
        "has a finite loss, expected one: that at the weights is not finite either, so look at them, the data and the "
        "loss."
    )
    beside = small(model, range=(0, 1), **nothing)  # one point that is not the weights
    assert beside.notes[-1].endswith("a smaller range or dtype float64 may avoid them.")
    assert refused_tree(beside, "face").endswith("expected one: a smaller range, or dtype float64.")


def test_a_loss_that_normalises_by_its_batches_is_said():
    network = nn.Sequential(nn.Linear(1, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))

    def training(model, batch):
        model.train()
        return mse(model, batch)

    said = (
        "The loss puts the network into training mode: normalisation (1) goes by the mean and variance of each batch, "
        "so that the loss depends on how the data are cut into batches; without model.train() the running statistics "
        "count."
    )
    assert said in small(network, loss=training).notes
    assert network[1].num_batches_tracked == 0
    assert not any("training mode" in note for note in small(network).notes)
    network[1].eval()
    assert said in small(network.train(), loss=training).notes


class Frozen(nn.Linear):
    def __init__(self):
        super().__init__(1, 1)
        self.requires_grad_(False)


def nan_weights():
    model = nn.Linear(1, 1)
    with torch.no_grad():
        model.weight.fill_(torch.nan)
    return model


MODELS = {
    "landscape: model is function, expected a torch.nn.Module with its trained weights.": lambda: mse,
    "landscape: model is a dict (weight: Tensor (1, 1), bias: Tensor (1,)), expected a torch.nn.Module": lambda: dict(
        nn.Linear(1, 1).state_dict()
    ),
    "landscape: model is the class Linear, expected a network: an object of it.": lambda: nn.Linear,
    "landscape: model has no parameter that requires gradients, expected at least one: call": Frozen,
    "landscape: model has no parameters, expected at least one: weights are what a landscape moves.": nn.Tanh,
    "landscape: model has lazy layers without weights (weight, bias), expected weights: call it once": lambda: (
        nn.LazyLinear(1)
    ),
    "landscape: model lies on the device meta, which holds no numbers": lambda: nn.Linear(1, 1, device="meta"),
    "landscape: weights are not finite: weight": nan_weights,
}


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.parametrize("text", MODELS)
def test_models_that_are_none(text):
    said = refused(MODELS[text]())
    assert said.startswith(text)
    assert said.count(". ") == 0


def exhausted():
    batches = iter([(X, Y)])
    next(batches)
    return batches


BATCHES = {
    "landscape: batches is a list_iterator with nothing left, as it can be read only once, expected batches: give a "
    "list or a DataLoader.": exhausted,
    "landscape: batches gave no batches, expected at least one.": list,
    "landscape: batches() returned a tuple (Tensor (24, 1), Tensor (24, 1)), which is one batch, expected": (
        lambda: (X, Y)
    ),
    "landscape: batches() returned a TensorDataset, whose items are samples": lambda: TensorDataset(X, Y),
    "landscape: batches() returned int, expected an iterable of batches": lambda: 3,
    "landscape: loss(model, batch) failed (RuntimeError: mat1 and mat2 shapes cannot be multiplied (24x2 and 1x4)": (
        lambda: [(torch.zeros(24, 2), Y)]
    ),
    "landscape: batches failed (RuntimeError: no disk at ": lambda: failing(),
}


def failing():
    yield X, Y
    raise RuntimeError("no disk")


@pytest.mark.parametrize("text", BATCHES)
def test_batches_that_are_none(text, model):
    assert refused(model, BATCHES[text](), strategy="inplace", batch=1).startswith(text)


LOSSES = {
    "landscape: loss is CrossEntropyLoss, expected a function loss(model, batch) that returns loss(model(x), y)": (
        nn.CrossEntropyLoss()
    ),
    "landscape: loss is mse_loss, expected a function loss(model, batch)": nn.functional.mse_loss,
    "landscape: loss is None, expected a function loss(model, batch)": None,
    "landscape: loss returned shapes {'loss': (24, 1)}, expected 0-d tensors: batch means": (
        lambda model, batch: (model(batch[0]) - batch[1]).square()
    ),
    "landscape: loss returned None, expected a dictionary": lambda model, batch: None,
    "landscape: the loss does not depend on the weights (": lambda model, batch: OUTSIDE(batch[0]).square().mean(),
    "landscape: a second call of loss at the same weights differs": (
        lambda model, batch: mse(model, batch) * torch.rand(())
    ),
}
OUTSIDE = nn.Linear(1, 1)


@pytest.mark.parametrize("text", LOSSES)
def test_losses_that_are_none(text, model):
    said = refused(model, loss=LOSSES[text], strategy="inplace", batch=1)
    assert said.startswith(text)
    assert "nothing was trained" not in said


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"dims": 0}, 'landscape: "dims" is 0 (int), expected a whole number from 1 to 6.'),
        ({"dims": "two"}, "landscape: \"dims\" is 'two' (str), expected a whole number from 1 to 6."),
        ({"points": 0}, 'landscape: "points" is 0 (int), expected a whole number of at least 1, or one per axis'),
        ({"points": (5, 5, 5)}, "landscape: points has 3 entries, expected one number or 2 (dims)."),
        ({"range": 0}, "landscape: range is 0, expected a finite number above 0, a pair (low, high), or one pair per"),
        ({"range": (1, -1)}, "landscape: range is [1, -1], expected low < high."),
        ({"range": (-np.inf, 1)}, "landscape: range is [-inf, 1], expected finite numbers."),
        ({"range": "wide"}, "landscape: \"range\" is 'wide' (str), expected [low, high] with low < high"),
        ({"rise": 2}, "landscape: rise is 2 but unit is multiple, expected unit loss_rise."),
        ({"rise": -1, "unit": "loss_rise"}, 'landscape: "rise" is -1 (int), expected a loss rise above 0'),
        ({"seed": -1}, "landscape: seed is -1, expected a whole number of at least 0."),
        ({"directions": "hesian"}, "landscape: directions is 'hesian', expected random, hessian, or tensors."),
        (
            {"directions": 3},
            "landscape: directions is int, expected random, hessian, or tensors: (d, numbers that move)",
        ),
        (
            {"directions": "hessian", "ignore": ["bias"]},
            "landscape: ignore is ['bias'] but directions is hessian, expected []",
        ),
        (
            {"normalisation": "filters"},
            "landscape: \"normalisation\" is 'filters' (str), expected filter, layer, model or",
        ),
        ({"connectivity": "six"}, 'landscape: "connectivity" is'),
        ({"dtype": "float16"}, "landscape: \"dtype\" is 'float16' (str), expected float64, float32, or tf32 or bf16"),
        ({"dtype": "tf32"}, "landscape: dtype is tf32, which only GPUs compute with, and the device is a CPU"),
        ({"device": "tpu9"}, "landscape: device is 'tpu9' (RuntimeError: "),
        ({"device": "cuda:99"}, "landscape: device is cuda:99 but torch sees "),
        ({"strategy": "fast"}, "landscape: \"strategy\" is 'fast' (str), expected auto (the fastest, measured)"),
        ({"ignore": ["*"]}, "landscape: 0 parameters may move but 2 directions are asked for"),
    ],
    ids=str,
)
def test_arguments_that_are_none(given, text, model):
    said = refused(model, **given)
    assert said.startswith(text)
    assert not any(key in said for key in ("subspaces.", "grid.", "evaluation.", "topology."))


def test_the_device_is_that_of_the_weights(model, monkeypatch):
    assert device_of(model, None) == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 1)
    assert device_of(model, "cuda") == torch.device("cuda", 1)
    assert device_of(model, torch.device("cuda", 0)) == torch.device("cuda", 0)
    with pytest.raises(UserError, match=r"device is cuda:2 but torch sees 2 GPUs here"):
        device_of(model, "cuda:2")
    there = mock.Mock(named_parameters=lambda: [("w", mock.Mock(requires_grad=True, device=torch.device("cuda", 1)))])
    assert device_of(there, None) == torch.device("cuda", 1)
    there = mock.Mock(named_parameters=lambda: [("w", mock.Mock(requires_grad=True, device=torch.device("mps")))])
    with pytest.raises(UserError, match=r"^landscape: model lies on mps, expected cpu or cuda: say device='cpu'\.$"):
        device_of(there, None)


def test_rules_that_match_nothing_are_named(model):
    found = small(model, ignore=["head.*"])
    assert any("'head.*' in ignore matches no parameter" in note for note in found.notes)
    assert not any("subspaces." in note for note in small(model, directions="hessian", normalisation="filter").notes)
