"""The problem is tried before anything is trained: each mistake is one sentence with the user's line, status 2."""

import random
import re

import landsweep
import numpy as np
import pytest
import torch
from landsweep.disk.rundir import RunDir
from landsweep.pipeline import trial
from landsweep.pipeline.execute import RunOptions
from support import copy_of, inside, make_study, reference_run

PROBLEM = """
import itertools
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

class Mine:
    count = 0

    def build(self, seed):
        torch.manual_seed(seed)
        self.net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))
        return self.net

    def batches(self, split="train", draw=0):
        x = torch.randn(10, 2, generator=torch.Generator().manual_seed(0))
        return DataLoader(TensorDataset(x, (x[:, 0] > 0).long()), batch_size=4)

    def loss(self, model, batch):
        x, y = batch
        return F.cross_entropy(model(x), y)

    def train(self, model, seed):
        open("trained", "w").close()
        return model
"""
STUDY = """
name: mine
problem: {path: "problem.py:Mine"}
sweep: {seed: [0], direction_seed: [0]}
subspaces: {random: {range: [-1, 1]}}
grid: {dims: 1, points: 3}
report: {figures: false, page: false}
"""
LOSS = "        x, y = batch\n        return F.cross_entropy(model(x), y)"
BATCHES = "        return DataLoader(TensorDataset(x, (x[:, 0] > 0).long()), batch_size=4)"


def write(folder, *changes, study=STUDY):
    text = PROBLEM
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "problem.py").write_text(text)
    (folder / "study.yaml").write_text(study)
    return folder / "study.yaml"


USED = {
    "data drawn by the constructor": (
        "x = torch.randn(10, 2, generator=torch.Generator().manual_seed(0))",
        "x = self.x",
    ),
    "a network that is random beside its weights": ("model(x), y", "model(x @ self.features), y"),
}
"""A second change of the problem, where one mistake needs two."""
MISTAKES = {
    "a name": (LOSS, "        return undefined", "NameError: name 'undefined' is not defined at ", "problem.py:22"),
    "data of a wrong shape": (
        "randn(10, 2,",
        "randn(10, 3,",
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied",
        "problem.py:23",
    ),
    "no return": (LOSS, "        pass", "loss returned None, expected a dictionary such as", "loss at "),
    "a tuple": (LOSS, LOSS + ", x", "loss returned a tuple (Tensor (), Tensor (4, 2)), expected a", "problem.py:21"),
    "no loss": (LOSS, "        return {'xent': 1.0}", "a dictionary of 'xent' without \"loss\", expected", "loss at "),
    "a value for each sample": (
        "cross_entropy(model(x), y)",
        "cross_entropy(model(x), y, reduction='none')",
        "loss returned shapes {'loss': (4,)}, expected 0-d tensors: batch means",
        "loss at ",
    ),
    "dropout in evaluation": (
        "model(x), y",
        "F.dropout(model(x)), y",
        "a second call of loss at the same weights differs by",
        "let dropout depend on model.training",
    ),
    "the class's own network": (
        "model(x), y",
        "self.net(x), y",
        "the loss does not depend on the weights (",
        "its argument, not self.net (loss at ",
    ),
    "no network": ("return self.net", "return 3", "build() returned int, expected a torch.nn.Module", "build at "),
    "a network that cannot be built": (
        "torch.manual_seed(seed)\n",
        "torch.manual_seed('a')\n",
        "build failed (ValueError",
        "problem.py:13",
    ),
    "numbers that no file holds": (
        "return self.net",
        "self.net.register_buffer('graph', torch.eye(2).to_sparse())\n        return self.net",
        "build() returned a network whose graph is a sparse_coo tensor, which no file of weights holds, expected dense",
        "build at ",
    ),
    "no batch": (BATCHES, "        return []", "batches(split='train', draw=0) gave no batches", "batches at "),
    "one batch that is no list": (
        BATCHES,
        "        return x, x",
        "which is one batch, expected an iterable of",
        "problem.py:17",
    ),
    "data without end": (
        BATCHES,
        "        while True:\n            yield x",
        "batches never end (`while True` without break or return at ",
        "problem.py:19)",
    ),
    "data that differ": (
        BATCHES,
        "        return [x + torch.from_numpy(np.random.default_rng().normal(size=(10, 2)))]",
        "two calls of batches(split='train', draw=0) gave different data (batch 1 differs), expected the same",
        "seed what it draws by draw",
    ),
    "an iterator that is used up": (
        BATCHES,
        "        if not hasattr(self, 'left'):\n            self.left = iter([x, x])\n        return self.left",
        "gave different data (0 batches the second time)",
        "keep nothing from one call to the next",
    ),
    "data drawn by the constructor": (
        "    count = 0\n",
        "    def __init__(self):\n        self.x = torch.randn(10, 2)\n",
        "gave other data once the problem was made again, so that each process would have its own",
        "seed what the constructor draws (batches at ",
    ),
    "a network that is random beside its weights": (
        "torch.manual_seed(seed)\n",
        "self.features = torch.randn(2, 2)\n",
        "another network of build(seed=0) with the same weights differs by ",
        "call torch.manual_seed(seed) first, or register what is random in it as a buffer (loss at ",
    ),
    "another weight each": (
        BATCHES,
        "        return [(x, x[:3]), (x, x[:3])]",
        "batch 1 (a tuple (Tensor (10, 2), Tensor (3, 2))) does not say how many samples it has",
        "yield landsweep.Batch(data, weight=samples)",
    ),
    "data of another number": (
        "F.cross_entropy(model(x), y)",
        "F.cross_entropy(model(x), y[:2])",
        "ValueError: Expected input batch_size (4) to match target batch_size (2)",
        "problem.py:23",
    ),
    "a file that is not there": (BATCHES, "        np.load('gone.npz')", "FileNotFoundError", "problem.py:19"),
    "a script's end": (LOSS, "        raise SystemExit('done')", "(SystemExit: done at ", "problem.py:22"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_before_anything_is_trained(tmp_path, name):
    before, after, *texts = MISTAKES[name]
    study = write(tmp_path, (before, after), *([USED[name]] if name in USED else []))
    for words in (["check", study], ["run", study, "--out", tmp_path / "run"]):
        done = inside(*words, cwd=tmp_path)
        assert done.returncode == 2, done.stdout
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1
        assert done.stderr.startswith("landsweep: problem.path 'problem.py:Mine': ")
        for text in texts:
            assert text in done.stderr
        assert done.stderr.endswith("; nothing was trained.\n")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "__pycache__") == ["problem.py", "study.yaml"]


def test_an_operation_without_second_derivatives_is_named_though_attention_has_none_by_itself_either(tmp_path):
    loss = (
        "        x, y = batch\n"
        "        h = model(x)[None, None]\n"
        "        scores = F.scaled_dot_product_attention(h, h, h)[0].log_softmax(-1).transpose(0, 1)\n"
        "        return F.ctc_loss(scores, torch.ones(1, 1).long(), [len(x)], [1])"
    )
    study = write(tmp_path, (LOSS, loss))
    assert inside("check", study, cwd=tmp_path).returncode == 0
    for asked in ("curvature.largest=1", "fields=[loss,hessian_max]"):
        done = inside("run", study, "--out", tmp_path / "run", "--set", asked, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith(
            "landsweep: problem.path 'problem.py:Mine': the loss uses ctc_loss, which torch differentiates once but "
            "not twice (_ctc_loss_backward has no derivative), expected second derivatives: write it with operations "
            "that have them, or ask for no Hessian (loss at "
        )
        assert done.stderr.endswith("problem.py:21); nothing was trained.\n")


def test_check_says_what_was_tried(tmp_path):
    done = inside("check", write(tmp_path), "--set", "curvature.largest=1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = re.sub(r"ok +\d+\.\d\d s", "ok", done.stdout).splitlines()
    assert [line.split()[0] for line in said] == ["problem", "build", "batches", "loss", "hessian"]
    assert "build    ok  Sequential, 22 parameters in 4 tensors" in said
    assert (
        "batches  ok  train: 3 batches, 160 B, the first of weight 4, each a list (Tensor (4, 2), Tensor (4,))" in said
    )
    assert " at the untrained weights" in said[3]
    assert "|gradient| 0." in said[4]
    assert not (tmp_path / "trained").exists()
    assert not (tmp_path / "runs").exists()


def test_check_says_that_a_loss_normalises_by_its_batches(tmp_path):
    norm = ("nn.Linear(2, 4), nn.Tanh()", "nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Tanh()")
    done = inside("check", write(tmp_path, norm, (LOSS, f"        model.train()\n{LOSS}")), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The loss puts the network into training mode: normalisation (1) goes by the mean and variance of each" in (
        " ".join((done.stdout + done.stderr).split())
    )
    assert "training mode" not in inside("check", write(tmp_path, norm), cwd=tmp_path).stdout


def test_plan_with_memory_tries_the_problem_too(tmp_path):
    study = write(tmp_path, (LOSS, "        return undefined"))
    assert inside("plan", study, cwd=tmp_path).returncode == 0
    done = inside("plan", study, "--memory", cwd=tmp_path)
    assert done.returncode == 2
    assert "NameError: name 'undefined' is not defined at " in done.stderr
    assert "memory  " in inside("plan", write(tmp_path), "--memory", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    "asks",
    [
        "curvature.largest=1",
        "fields=[loss,hessian_max]",
        "fields=[loss,alpha_hessian]",
        "subspaces.random.kind=hessian",
    ],
)
def test_a_second_derivative_that_is_needed_is_tried(tmp_path, asks):
    once = """
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return g

class Mine:"""
    study = write(tmp_path, ("class Mine:", once), ("model(x), y", "Once.apply(model(x)), y"))
    assert inside("check", study, cwd=tmp_path).returncode == 0  # a landscape needs none
    done = inside("check", study, "--set", asks, cwd=tmp_path)
    assert done.returncode == 2
    assert "the loss uses Once, whose backward is once_differentiable" in done.stderr


def test_splits_and_draws_that_batches_does_not_take(tmp_path):
    study = write(tmp_path, ('split="train", draw=0', ""))
    assert inside("check", study, cwd=tmp_path).returncode == 0
    done = inside("check", study, "--set", "sweep.split=[train,test]", cwd=tmp_path)
    assert "batches takes no split, but the study asks for 'test', expected batches(split, draw)" in done.stderr
    done = inside("check", study, "--set", "sweep.draw=[0,1]", cwd=tmp_path)
    assert "batches takes no draw, but the study asks for draws [0, 1], all would be the same" in done.stderr
    assert "expected batches(split, draw), or no other draw than 0" in done.stderr
    done = inside("check", study, "--set", "sweep.draw=[3]", cwd=tmp_path)
    assert "batches takes no draw, but the study asks for draws [3], all would be the same" in done.stderr
    for asks, text in (("split: test", "takes no split, but the study asks for 'test'"), ("draw: 1", "draws [0, 1]")):
        done = inside("check", study, "--set", f"subspaces.random={{kind: hessian, {asks}}}", cwd=tmp_path)
        assert done.returncode == 2
        assert text in done.stderr
    sampled = write(tmp_path, ('split="train", draw=0', ""), ("generator=torch.Generator().manual_seed(0)", ""))
    done = inside("check", sampled, "--set", "sweep.draw=[0,1]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr  # what is drawn is seeded by the draw
    assert "note     batches(split='train', draw=0) draws random numbers: they are seeded by the draw" in done.stdout


def test_the_trial_changes_neither_random_numbers_nor_results(write_study):
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    study = landsweep.Study.load(write_study())
    done = trial.check_study(study, write_study().parent)
    assert [step.name for step in done.steps] == ["problem", "build", "batches", "loss", "gradient"]
    assert torch.equal(states[0], torch.get_rng_state())
    assert (states[1][1] == np.random.get_state()[1]).all()
    assert states[2] == random.getstate()


def test_the_problem_is_tried_only_where_something_is_left(tmp_path, monkeypatch):
    run = copy_of(reference_run(), tmp_path)
    calls = []
    tried = trial.try_problem
    monkeypatch.setattr(trial, "try_problem", lambda *a: calls.append(1) or tried(*a))
    again = ["run", tmp_path / "study.yaml", "--out", run]
    assert inside(*again).returncode == 0
    assert not calls
    assert inside("topology", run, "--redo").returncode == 0
    assert not calls
    assert inside(*again, "--set", "sweep.direction_seed=[0,1,2]").returncode == 0
    assert calls == [1]
    study, names = landsweep.Study.load(tmp_path / "study.yaml"), RunOptions().stages
    assert trial.is_due(study, RunDir(tmp_path / "new"), names, forced=False)
    assert trial.is_due(study, RunDir(run), names, forced=True)


def test_a_model_of_several_may_fail_without_ending_the_sweep(tmp_path):
    study = make_study(tmp_path, problem__params={"steps": 5, "raise_in": "loss", "raise_at": 1.0})
    done = inside("check", study)
    assert done.returncode == 0, done.stderr
    assert (
        "note     Of the models that were tried, 1 works and another does not: problem.path 'toy.py:Toy'" in done.stdout
    )
    everywhere = make_study(tmp_path, problem__params={"steps": 5, "raise_in": "loss"})
    done = inside("check", everywhere)
    assert done.returncode == 2
    assert "(RuntimeError: the loss is broken on purpose at " in done.stderr


def test_what_numbers_raise_at_the_untrained_weights_is_no_mistake(tmp_path):
    study = write(
        tmp_path, (LOSS, "        x, y = batch\n        torch.linalg.cholesky(-torch.eye(2) + 0 * model(x)[:2])")
    )
    done = inside("check", study, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "note     The loss cannot be computed at the untrained weights (_LinAlgError: " in done.stdout


MAYBE = {
    "out of range": (
        "torch.distributions.Bernoulli(probs=model(x) * 9, validate_args=True)",
        "ValueError: Expected parameter probs ",
    ),
    "out of range everywhere": ("np.random.default_rng().poisson(-1)", "ValueError: lam < 0 or lam is NaN"),
    "at some weights": ("assert -9 < model(x).sum() < 0 or model(x).sum() > 9, 'far'", "AssertionError: far"),
}


@pytest.mark.parametrize("name", MAYBE)
def test_what_may_be_fine_at_other_weights_is_a_note(tmp_path, name):
    line, text = MAYBE[name]
    path = write(tmp_path, (LOSS, f"        x, y = batch\n        {line}\n        return F.cross_entropy(model(x), y)"))
    done = trial.check_study(landsweep.Study.load(path), tmp_path)
    assert any(f"The loss cannot be computed at the untrained weights ({text}" in note for note in done.notes)


def test_a_checkpoint_is_tried_where_it_can_be_loaded(tmp_path):
    law = "torch.distributions.Poisson(model(x)[:, 0] - 3, validate_args=True)"
    range_ = f"        x, y = batch\n        return -{law}.log_prob(y).mean()"
    path = write(tmp_path, (LOSS, range_))
    tensors = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).state_dict()
    tensors["2.bias"] += 9
    torch.save(tensors, tmp_path / "a.pt")
    (tmp_path / "b.pt").write_text("")
    for file, notes, found in (
        ("a.pt", 0, "a.pt"),
        ("b.pt", 1, "as built, since b.pt cannot be loaded (UserError: "),
    ):
        done = trial.check_study(landsweep.Study.load(path, (f"sweep.checkpoint=[{file}]",)), tmp_path)
        assert len(done.notes) == notes
        assert next(step.found for step in done.steps if step.name == "weights").startswith(found)
    assert " at the untrained weights" in done.steps[-2].found


def test_a_loader_is_averaged_as_one_batch_of_all_samples_would_be(tmp_path):
    """Batches of 4, 4 and 2 samples: the mean over samples is not the mean over batches."""
    done = inside("run", write(tmp_path), "--out", tmp_path / "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    x = torch.randn(10, 2, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.cross_entropy(net(x), (x[:, 0] > 0).long()).item()
    found = landsweep.open_run(tmp_path / "run").dataset.loss.values.ravel()
    assert found[1] == pytest.approx(expected, rel=1e-6)


def test_a_count_of_errors_on_one_sample_is_a_function_of_the_weights_where_one_direction_changes_it(tmp_path):
    changes = [
        ("nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))", "nn.Linear(2, 12)"),
        (LOSS, "        return (model(batch[0][:1]).argmax(1) != 3).float().mean()"),
    ]
    done = inside("check", write(tmp_path, *changes, study=STUDY.replace("seed: [0]", "seed: [4]", 1)))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_lazy_layers_see_data_before_the_loss_is_tried(tmp_path):
    layers = "nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d(), nn.Linear(4, 2))"
    change = ("nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))", layers)
    done = inside("check", write(tmp_path, change))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Sequential with lazy layers" in done.stdout
    assert "at the untrained weights" in done.stdout
    done = inside("check", write(tmp_path, change, (LOSS, "        return torch.zeros(())")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The loss was not tried, as lazy layers see no data in it (0.weight, 0.bias, 1.weight)." in done.stdout
