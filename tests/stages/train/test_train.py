"""What train() returns is what the landscape is of, or the model fails at once with a sentence."""

import json
import re
import shutil

import landsweep
import numpy as np
import pytest
import torch
import yaml
from landsweep.disk.checkpoints.formats import read
from landsweep.disk.directions import load_geometry
from landsweep.disk.rundir import RunDir
from landsweep.disk.weights import load_trained, save_theta
from landsweep.kernels.contract import contract
from landsweep.kernels.parameters.structure import Structure
from landsweep.stages.train.returned import check_rest, checked
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from support import HELPERS, events, inside
from torch import nn
from trainings import Trainings


def write_study(folder, **changes):
    """Write a study of the problem that trains in the ways of ``sweep.how``; return its path."""
    shutil.copy(HELPERS / "trainings.py", folder)
    data = {
        "name": "trainings",
        "problem": {"path": "trainings.py:Trainings"},
        "subspaces": {"random": {"kind": "random", "range": [-1, 1]}},
        "grid": {"dims": 1, "points": 3},
        "evaluation": {"strategy": "inplace", "batch": 1},
        "report": {"figures": False, "page": False},
        **changes,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(data))
    return folder / "study.yaml"


REFUSED = {
    "none": "TypeError: train() returned NoneType, expected the trained torch.nn.Module: end it with `return model`",
    "tuple": "TypeError: train() returned tuple, expected the trained torch.nn.Module: end it with `return model`",
    "lazy without data": "lazy layers have seen no data (0.weight, 0.bias and 6 more without shape), expected one that",
    "nan": (
        "ValueError: train() returned weights that are not finite: 0.weight has 2 NaN among 24 values; 5.bias has 1 "
        "infinite among 2 values, expected finite ones: train with a smaller learning rate"
    ),
    "adapted": "with other parameters than build() made: 0.A is new, 0.B is new and 4 more, expected the same",
    "head": "5.weight has shape (3, 6), in build() (2, 6), 5.bias has shape (3,), in build() (2,), expected the same",
    "tied": "3.bias is now tied to 0.bias, expected the same, as build() makes it again for every landscape: make this",
    "pruned": "0.weight_orig is new, 0.weight_mask is new and 1 more",
    "baked": "0.weight is new, 0.parametrizations.weight.original0 is missing and 1 more",
    "activation": "train() changed what weights do not hold (layer 1 is a ReLU, in build() a Tanh), and with these",
    "scaled": "train() changed what weights do not hold (0.factor, 0.calls), and with these weights the network of",
    "buffer": "train() changed what weights do not hold (0.calls, 0.shift), and with these weights the network of",
    "extra state": "train() changed what weights do not hold (0._factor, 0.its extra state), and with",
    "hook": "train() changed what weights do not hold (0.its hooks), and with",
    "forward": "train() changed what weights do not hold (forward), and with",
    "unseeded": (
        "build() makes another network in each call with seed 0 (0.frequencies), and with the same weights it has "
        "another loss, expected one that depends on the seed alone: draw from generators seeded by the seed in build()"
    ),
}
"""What is changed in training, and what is said."""


def test_what_build_does_not_make_again_is_refused_after_training(tmp_path):
    done = inside("run", write_study(tmp_path, sweep={"how": list(REFUSED)}), "--out", tmp_path / "run")
    assert done.returncode == 3
    found = landsweep.open_run(tmp_path / "run").directory.failures("train")
    assert len(found) == len(REFUSED)
    for (_, index), (how, text) in zip(found, REFUSED.items(), strict=True):
        error = json.loads(found["train", index].read_text())["error"]
        assert text in error, how
        assert "\n" not in error
    kept = RunDir(tmp_path / "run").theta(list(REFUSED).index("head")).with_name("refused.safetensors")
    assert (
        f"the trained weights are in {kept}, which sweep.checkpoint may name then"
        in json.loads(found["train", list(REFUSED).index("head")].read_text())["error"]
    )
    assert load_file(kept)["5.weight"].shape == (3, 6)


def test_after_a_refusal_one_goes_on_as_it_says(tmp_path):
    """The adapter is made in build(), and the study names the weights that were kept."""
    first = inside("run", write_study(tmp_path, sweep={"how": ["adapted"]}), "--out", tmp_path / "run")
    assert first.returncode == 3
    error = json.loads(landsweep.open_run(tmp_path / "run").directory.failures("train")["train", 0].read_text())[
        "error"
    ]
    said = re.search(
        r"make this change in build\(\), .*\(the trained weights are in (\S+), which sweep.checkpoint", error
    )
    how = {"path": "trainings.py:Trainings", "params": {"how": "adapted in build"}}
    study = write_study(tmp_path, problem=how, sweep={"checkpoint": [said[1]]})
    done = inside("run", study, "--out", tmp_path / "again", "--stages", "train,subspace,evaluate")
    assert done.returncode == 0, done.stderr
    network = Trainings("adapted in build").build(0)
    network.load_state_dict(load_file(said[1]))
    assert network[0].B.abs().max() > 0  # it was trained
    expected = Trainings().quality(network.eval())["loss"]
    assert float(landsweep.open_run(tmp_path / "again").dataset.loss.squeeze()[1]) == pytest.approx(expected, rel=1e-6)


KEPT = ("plain", "lazy", "copy", "averaged", "parallel", "scripted", "no dropout", "double", "bfloat16")
KEPT += ("calls", "frozen", "all frozen", "complex")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run of all trainings that change the weights alone, or what else makes no difference."""
    folder = tmp_path_factory.mktemp("kept")
    study = write_study(folder, sweep={"how": list(KEPT)})
    done = inside("run", study, "--out", folder / "run", "--stages", "train,subspace,evaluate")
    assert done.returncode == 0, done.stderr
    return folder / "run", done


def test_the_landscape_is_that_of_what_train_returned(kept):
    """Its centre is the loss that the returned network itself had."""
    run = landsweep.open_run(kept[0])
    for index, how in enumerate(KEPT):
        found = float(run.dataset.loss.sel(how=how).squeeze()[1])
        expected = json.loads(run.directory.quality(index).read_text())["quality"]["loss"]
        assert found == pytest.approx(expected, rel=1e-2 if how == "bfloat16" else 1e-6), how


def test_what_train_froze_stays_where_it_is(kept):
    run = landsweep.open_run(kept[0])
    table = run.parameters(how="frozen").set_index("parameter")
    assert table.state.to_dict() == {
        "0.weight": "frozen",
        "0.bias": "frozen",
        "3.weight": "moved",
        "3.bias": "ignored",
        "5.weight": "moved",
        "5.bias": "ignored",
    }
    network = Trainings("frozen").build(0)
    network.load_state_dict(load_file(run.directory.theta(KEPT.index("frozen"))))
    assert table.norm["3.weight"] == pytest.approx(float(network[3].weight.detach().norm()), rel=1e-5)
    delta = load_file(run.directory.directions(run.member(how="frozen")))["delta"]
    assert delta.shape == (1, 36 + 6 + 12 + 2)  # theta is what was trained
    with torch.no_grad():  # the landscape, point by point
        (batch,) = Trainings().batches()
        for name, part in zip(("3.weight", "5.weight"), (delta[0, :36], delta[0, 42:54]), strict=True):
            p = network.get_parameter(name)
            p += part.view_as(p)
        expected = float(Trainings().loss(network.eval(), batch)["loss"])
    found = run.dataset.loss.sel(how="frozen").squeeze()
    assert float(found[2]) == pytest.approx(expected, rel=1e-5)
    assert run.parameters(how="plain").state.tolist() == ["moved", "ignored"] * 3


def test_complex_numbers_of_double_precision_are_kept_as_pairs(kept):
    """The format of weights has no room for them; whoever reads the file, also as a checkpoint, gets them back."""
    path = landsweep.open_run(kept[0]).directory.theta(KEPT.index("complex"))
    stored = load_file(path)
    assert stored["0.modes"].shape == (6, 2)
    built, trained = (
        dict(network.named_parameters())
        for network in (Trainings("complex").build(0), load_trained(Trainings("complex"), 0, path))
    )
    for name in ("0.modes", "0.phase"):
        expected = torch.view_as_complex(stored[name])
        assert expected.dtype == torch.complex128
        assert not torch.equal(expected, built[name])  # it was trained
        for found in (trained[name], read(path)[name].load()):
            assert torch.equal(found, expected)
    assert (read(path)["0.modes"].shape, read(path)["0.modes"].dtype) == ((6,), torch.complex128)


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
@pytest.mark.parametrize("dtype", [torch.complex32, torch.complex64])
def test_other_complex_numbers_are_kept_with_their_bits(tmp_path, dtype):
    model = nn.Module()
    model.register_buffer("modes", torch.tensor([[1.5 + 2j, 0.25 - 1j]]).to(dtype))
    save_theta(tmp_path / "theta.safetensors", model)
    found = read(tmp_path / "theta.safetensors")["modes"].load()
    assert found.dtype == dtype
    assert torch.equal(torch.view_as_real(found), torch.view_as_real(model.modes))


def test_weights_that_cannot_be_kept_hide_no_reason(tmp_path):
    """A network that is refused may hold what no file of weights does."""
    network = nn.Sequential(nn.Linear(2, 2))
    built = Structure.of(network)
    network.more = nn.Parameter(torch.ones(1))
    network.register_buffer("graph", torch.eye(2).to_sparse())
    with pytest.raises(ValueError, match=r"more is new, .*\(the trained weights could not be kept: RuntimeError"):
        checked(contract(Trainings()), 0, built, network, tmp_path / "theta.safetensors", print)


def test_weights_of_an_earlier_version_require_the_gradients_of_build(kept, tmp_path):
    """Their files say nothing of gradients."""
    written = landsweep.open_run(kept[0]).directory.theta(KEPT.index("frozen"))
    problem = Trainings("frozen")
    assert [p.requires_grad for p in load_trained(problem, 0, written).parameters()] == [False] * 2 + [True] * 4
    save_file(load_file(written), tmp_path / "theta.safetensors")
    assert all(p.requires_grad for p in load_trained(problem, 0, tmp_path / "theta.safetensors").parameters())
    plain = landsweep.open_run(kept[0]).directory.theta(0)  # where build() gives the same answer, nothing is added
    with safe_open(plain, framework="np") as file:
        assert not file.metadata()


def test_a_network_that_is_frozen_altogether_moves_as_built_and_is_told(kept):
    assert landsweep.open_run(kept[0]).parameters(how="all frozen").state.tolist() == ["moved", "ignored"] * 3
    told = [e["text"] for e in events(kept[0]) if e["event"] == "Notice"]
    assert any(
        text.startswith(f"train {KEPT.index('all frozen')}: No parameter of what train() returned requires a gradient")
        for text in told
    )


def test_where_models_differ_in_what_moves_is_said(kept):
    said = [line for line in kept[1].stderr.splitlines() if line.startswith("Subspace random")]
    (frozen,) = (line for line in said if line.startswith("Subspace random, model 10: "))
    assert "model 10: moved 48 of 86 numbers: 3.weight, 5.weight (weights of norm " in frozen
    assert frozen.endswith("; ignored 8: 3.bias, 5.bias; frozen 30: 0.weight, 0.bias.")
    assert "Subspace random, models 0, 2, 3 and 7 more: moved 72 of 86 numbers" in said[0]


def test_weights_trained_in_double_are_not_rounded(kept):
    run = landsweep.open_run(kept[0])
    trained = load_file(run.directory.theta(KEPT.index("double")))["0.weight"]
    assert trained.dtype == torch.float64
    assert not torch.equal(trained, trained.float().double())
    theta = load_geometry(run.directory.directions(run.member(how="double"))).theta_norm
    tensors = load_file(run.directory.theta(KEPT.index("double"))).values()
    assert theta == pytest.approx(float(torch.cat([t.flatten() for t in tensors]).norm()), rel=1e-13)


def test_a_changed_network_is_refused_at_the_first_step(tmp_path):
    study = write_study(tmp_path, problem={"path": "trainings.py:Stepped"})
    done = inside("run", study, "--out", tmp_path / "run", "--stages", "train")
    assert done.returncode == 3
    assert "train() gave on_step() a network with other parameters than build() made: 0.A is new, 0.B is" in done.stdout


def test_a_checkpoint_that_is_not_finite_is_named(tmp_path):
    tensors = Trainings().build(0).state_dict()
    tensors["3.weight"][0, 0] = np.inf
    save_file(tensors, tmp_path / "late.safetensors")
    study = write_study(tmp_path, sweep={"checkpoint": ["late.safetensors"]})
    done = inside("run", study, "--out", tmp_path / "run", "--stages", "train")
    assert done.returncode == 3
    assert (
        f"{tmp_path / 'late.safetensors'} holds weights that are not finite: 3.weight has 1 infinite among 36 values, "
        "expected finite ones: give another checkpoint"
    ) in done.stdout


class Scaled(nn.Module):
    """A network with a complex parameter, then real ones, and a factor that weights do not hold."""

    def __init__(self):
        super().__init__()
        self.modes, self.factor, self.unused = nn.Parameter(torch.tensor([1 + 2j])), 1.0, 0
        self.layers = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))

    def forward(self, x):
        return self.factor * (self.layers(x) + (self.modes * x).abs())


class Comparing:
    """A problem whose loss puts the network into the given mode."""

    def __init__(self, training=False):
        self.training = training

    def build(self, seed):
        torch.manual_seed(seed)
        return Scaled()

    def batches(self):
        return [torch.linspace(-1, 1, 8).view(4, 2)]

    def loss(self, model, batch):
        return model.train(self.training)(batch).square().mean()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_losses_are_compared_in_the_dtype_of_the_trained_network(tmp_path, dtype):
    problem = contract(Comparing())
    network = problem.build(0)
    network.layers.to(dtype)
    network.unused = 1
    again = check_rest(problem, 0, network, tmp_path / "theta")
    assert again.layers[0].weight.dtype == torch.float32
    network.factor = 2.0
    with pytest.raises(ValueError, match=r"train\(\) changed what weights do not hold \(factor, unused\)"):
        check_rest(problem, 0, network, tmp_path / "theta")


def test_a_loss_that_trains_leaves_the_statistics_that_are_saved(tmp_path):
    problem = contract(Comparing(training=True))
    network = problem.build(0)
    before = {name: b.clone() for name, b in network.named_buffers()}
    network.factor = 2.0
    with pytest.raises(ValueError, match=r"changed what weights do not hold \(factor\)"):
        check_rest(problem, 0, network, tmp_path / "theta")
    assert all(torch.equal(before[name], b) for name, b in network.named_buffers())
    assert not network.training
