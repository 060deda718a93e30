"""``landsweep new --module``: what it writes runs, and what cannot be written is one sentence."""

import re
import sys
from pathlib import Path

import pytest
import torch
from landsweep import open_run
from landsweep.cli import around_text, scaffold
from landsweep.cli.around import Around, write
from landsweep.kernels.contract import contract, takes
from landsweep.study.study import ALPHA_FIELDS, HESSIAN_FIELDS
from landsweep.study.subspace_spec import OWN
from support import inside
from torch import nn

MINE = """
from collections import UserDict

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, width=8, classes=3):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, width), nn.Tanh(), nn.Linear(width, classes))

    def forward(self, x):
        return self.body(x)


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 2, 3), nn.Linear(2 * 26 * 26, 3)

    def forward(self, x):
        return self.head(self.conv(x).flatten(1))


class Odd(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.ones(2))

    def forward(self, graph):
        return graph.nodes * self.a


class Needs(Net):
    def __init__(self, width):
        super().__init__(width)


def make_loader(split="train"):
    g = torch.Generator().manual_seed(int(split == "test"))
    x = torch.randn(48, 4, generator=g)
    return DataLoader(TensorDataset(x, x[:, :3].argmax(1)), batch_size=16, shuffle=True)


def make_dicts():
    return [{"x": torch.ones(5, 4), "y": torch.zeros(5, dtype=torch.int64)}]


ENCODED = [UserDict({"x": torch.ones(n, 4), "y": torch.zeros(n, dtype=torch.int64)}) for n in (5, 3)]
LOADER = DataLoader(
    TensorDataset(torch.randn(48, 4), torch.arange(48) % 3),
    batch_size=16,
    shuffle=True,
    generator=torch.Generator().manual_seed(7),
)


def dict_loss(model, batch):
    return {"loss": nn.functional.cross_entropy(model(batch["x"]), batch["y"])}


def two(model, x, y):
    return nn.functional.cross_entropy(model(x), y) + 0 * model.body[0].weight.sum()


DATA = TensorDataset(torch.randn(6, 4), torch.arange(6) % 3)
USED_UP, EMPTY, WORDS = iter([(torch.ones(5, 4), torch.zeros(5).long())]), [], [{"text": ["a"], "label": [1]}]
SPLITS = {"train": LOADER, "test": LOADER}
SAMPLES = [(torch.ones(4), 1), (torch.ones(4), 0)]
ONE = torch.ones(5, 4)


def make_data():
    return DATA


class Broken(torch.utils.data.Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, k):
        raise FileNotFoundError("image-0.png is not there")


BROKEN = DataLoader(Broken())


class Module:
    def train_dataloader(self):
        return LOADER


made, NUMBER = Net(), 3
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "my_own_code.py").write_text(MINE)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in [n for n in sys.modules if n == "my_own_code"]:
        del sys.modules[name]


def weights(network, folder, name="weights.pt"):
    torch.save({"net": network.state_dict()}, folder / name)
    return ["--checkpoint", name]


def net(width=8, classes=3):
    torch.manual_seed(3)
    return nn.ModuleDict({"body": nn.Sequential(nn.Linear(4, width), nn.Tanh(), nn.Linear(width, classes))})


RUN = (
    "--set",
    "grid.dims=1",
    "--set",
    "grid.points=3",
    "--set",
    "report.figures=false",
    "--stages",
    "train,subspace,evaluate",
)


def run(place):
    done = inside("run", "mine/study.yaml", "--out", "run", *RUN, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    return float(open_run(place / "run").dataset.loss.isel(direction_seed=0).sel(alpha_0=0).squeeze())


def test_with_data_and_loss_it_runs_as_it_is(place):
    network = net(16)
    words = ["--module", "my_own_code:Net", "--args", "width=16", *weights(network, place)]
    more = ["--data", "my_own_code:make_loader", "--loss", "torch.nn:CrossEntropyLoss"]
    done = inside("new", "mine", *words, *more, cwd=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Made mine/study.yaml and mine/problem.py. Next: landsweep run mine/study.yaml\n"
    problem = (place / "mine/problem.py").read_text()
    assert (
        "\nfrom torch.nn import CrossEntropyLoss\n\nsys.path.insert(0, str(Path(__file__).resolve().parents[1]))\n"
        in problem
    )
    assert "from my_own_code import Net, make_loader\n" in problem
    assert "return Net(width=16)" in problem
    assert 'return {"loss": CrossEntropyLoss()(model(batch[0]), batch[1])}' in problem
    assert "checkpoint: [../weights.pt]" in (place / "mine/study.yaml").read_text()
    x = torch.randn(48, 4, generator=torch.Generator().manual_seed(0))
    expected = nn.functional.cross_entropy(network["body"](x), x[:, :3].argmax(1)).item()
    assert run(place) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            ("--data", "my_own_code:make_dicts", "--loss", "my_own_code:dict_loss"),
            "return dict_loss(model, batch)",
        ),
        (("--data", "my_own_code:make_loader", "--loss", "my_own_code:two"), '{"loss": two(model, *batch)}'),
        (
            ("--data", "my_own_code:make_loader"),
            "# REPLACE THIS by the loss that the network was trained with.\n        return "
            '{"loss": F.cross_entropy(model(batch[0]), batch[1])}',
        ),
        (
            (),
            "    x = torch.randn(64, 4, generator=generator)\n    y = torch.randn(64, 3, generator=generator)\n",
        ),
    ],
)
def test_losses_are_called_as_they_are_and_places_are_marked(place, options, line):
    done = inside("new", "mine", "--module", "my_own_code.py:Net", *weights(net(), place), *options, cwd=place)
    assert done.returncode == 0, done.stderr
    assert line in (place / "mine/problem.py").read_text()
    marked = {4: "", 2: "check the loss, which is a guess in mine/problem.py, then "}.get(
        len(options), "replace examples(), random numbers in place of your data, and the loss in mine/problem.py, then "
    )
    assert f"Next: {marked}landsweep run mine/study.yaml" in done.stdout
    assert torch.isfinite(torch.tensor(run(place)))


def test_shapes_come_from_the_first_layer_or_are_left_to_fill_in(place):
    conv = nn.ModuleDict({"conv": nn.Conv2d(1, 2, 3), "head": nn.Linear(2 * 26 * 26, 3)})
    done = inside("new", "conv", "--module", "my_own_code:Conv", *weights(conv, place), cwd=place)
    assert done.returncode == 0, done.stderr
    assert "x = torch.randn(64, 1, 28, 28, generator=generator)" in (place / "conv/problem.py").read_text()
    odd = nn.ParameterDict({"a": nn.Parameter(torch.ones(2))})
    done = inside("new", "mine", "--module", "my_own_code:Odd", *weights(odd, place), cwd=place)
    assert "Next: fill in examples(), your data, and check the loss in mine/problem.py, then landsweep" in done.stdout
    failed = inside("run", "mine/study.yaml", "--out", "run", *RUN, cwd=place)
    assert failed.returncode == 2
    assert "examples() in problem.py is empty: let it return inputs and targets of Odd" in failed.stderr


def problem_of(place, monkeypatch, data, loss=None):
    """The problem that is written around a loader, and its text."""
    monkeypatch.chdir(place)
    weights(net(), place)
    _, text, _ = write(
        place / "mine", Around("my_own_code:Net", Path("weights.pt"), data=f"my_own_code:{data}", loss=loss)
    )
    scope = {"__file__": str(place / "mine/problem.py"), "__name__": "problem"}
    exec(text, scope)
    return contract(scope["NetProblem"]()), text


def test_batches_that_are_no_dict_are_weighed_by_their_samples(place, monkeypatch):
    problem, text = problem_of(place, monkeypatch, "ENCODED", "my_own_code:dict_loss")
    assert [batch.weight for batch in problem.batches()] == [5, 3]
    assert "    def batches(self):\n" in text
    assert "        return ENCODED\n" in text
    first = next(iter(problem.batches()))
    assert problem.loss(problem.build(0), first)["loss"].ndim == 0


@pytest.mark.parametrize(("data", "split"), [("LOADER", False), ("make_dicts", False), ("make_loader", True)])
def test_only_a_loader_that_takes_split_has_several(place, monkeypatch, data, split):
    problem, text = problem_of(place, monkeypatch, data, "my_own_code:dict_loss" if data == "make_dicts" else None)
    assert takes(problem.problem.batches, "split") is split
    assert takes(problem.problem.batches, "draw") is False
    assert ("return make_loader(split=split)\n" in text) is split


def test_a_loader_with_a_generator_of_its_own_gives_the_same_data_at_every_call(place, monkeypatch):
    problem, _ = problem_of(place, monkeypatch, "LOADER")
    one, again, other = ([b.data[0] for b in problem.batches(draw=draw)] for draw in (0, 0, 1))
    assert torch.equal(torch.cat(one), torch.cat(again))
    assert not torch.equal(torch.cat(one), torch.cat(other))


@pytest.mark.parametrize("text", [around_text.STUDY, scaffold.STUDY])
def test_a_new_study_lists_all_kinds_of_subspaces_and_the_fields_that_no_loss_returns(text):
    comments = " ".join(re.findall(r"#(.*)", text))
    assert {word for word in (*OWN, *HESSIAN_FIELDS, *ALPHA_FIELDS) if not re.search(rf"\b{word}\b", comments)} == set()
    assert not [line for line in text.splitlines() if len(line) > 120]


def test_a_key_says_which_weights(place):
    first, second = net(), net()
    with torch.no_grad():
        second["body"][0].weight.mul_(2)
    torch.save({"raw": first.state_dict(), "ema": second.state_dict()}, place / "both.pt")
    words = ["new", "mine", "--module", "my_own_code:Net", "--checkpoint", "both.pt"]
    refused = inside(*words, cwd=place)
    assert refused.returncode == 2
    assert "2 sets of weights that fit the network and differ, raw, ema: say which" in refused.stderr
    assert inside(*words, "--key", "ema", cwd=place).returncode == 0
    assert "checkpoint: {files: [../both.pt], key: ema}" in (place / "mine/study.yaml").read_text()
    run(place)


def test_installed_networks_need_no_path(place):
    torch.save(nn.Linear(4, 2).state_dict(), place / "weights.pt")
    words = ["--module", "torch.nn:Linear", "--args", "in_features=4", "--args", "out_features=2"]
    done = inside("new", "mine", *words, "--checkpoint", "weights.pt", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "sys.path" not in (place / "mine/problem.py").read_text()


NO_LOADERS = {
    "DATA": "--data my_own_code:DATA is a TensorDataset, whose items are single samples, expected a DataLoader or "
    "batches: name a function such as `def loader(): return DataLoader(DATA, batch_size=64)`.",
    "make_data": "make_data is a TensorDataset, whose items are single samples, expected a DataLoader or batches: name "
    "a function such as `def loader(): return DataLoader(make_data(), batch_size=64)`.",
    "USED_UP": "USED_UP is a list_iterator, which is used up by one pass, expected a DataLoader or batches that can be",
    "EMPTY": "EMPTY gives no batches, expected a DataLoader or batches of tensors, at least one",
    "WORDS": "WORDS gives a dict (text: list, label: list), without a tensor, expected a DataLoader or batches of",
    "ONE": "(TypeError: batches() returned one Tensor, expected an iterable of batches, such as a DataLoader or",
    "SPLITS": "SPLITS is a dictionary of loaders (train, test), expected one DataLoader: name a function such as `def "
    "loader(split='train'): return SPLITS[split]`.",
    "BROKEN": "BROKEN gives no first batch (FileNotFoundError: image-0.png is not there), expected one: mend its data",
    "Module": "Module is a Module, which has loaders but is none, expected a DataLoader: name a function such as `def "
    "loader(): return Module().train_dataloader()`.",
    "SAMPLES": "expected a loss of the first batch, a tuple (Tensor (4,), int): give --data and --loss that fit",
}
"""What people name as their data, and what they are told: nothing of it blames the loss."""


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--module", "my_own_code:Net"), "--module and --checkpoint name a network and its weights, expected both or"),
        (("--data", "my_own_code:make_loader"), "--module and --checkpoint name a network and its weights, expected"),
        (("--module", "my_own_code"), "--module is 'my_own_code', expected MODULE:NAME such as my_code:Net."),
        (("--module", "my_own_cod:Net"), "my_own_cod does not import (ModuleNotFoundError: No module named"),
        (("--module", "my_own_code:Ner"), "my_own_code has no Ner, expected one of Net, Conv, Odd, Needs, make_loader"),
        (("--module", "my_own_code:made"), "is a Net that is made already, expected a class or a function"),
        (("--module", "my_own_code:make_dicts"), "makes a list, expected a torch.nn.Module"),
        (
            ("--module", "my_own_code:Needs"),
            "Needs() failed (TypeError: Needs.__init__() missing 1 required positional",
        ),
        (("--module", "my_own_code:Net", "--args", "width"), "--args got 'width', expected NAME=VALUE such as --args"),
        (
            ("--module", "my_own_code:Net", "--args", "width=9"),
            "has shape (8, 4), expected (9, 4): give weights of the",
        ),
        (
            ("--module", "my_own_code:Net", "--loss", "my_own_code:dict_loss"),
            "dict_loss computes no loss of the first batch, a tuple (Tensor (64, 4), Tensor (64, 3)) (TypeError: tuple",
        ),
        (("--module", "my_own_code:Net", "--data", "my_own_code:Needs"), "Needs() failed (TypeError"),
        (("--module", "my_own_code:Net", "--data", "my_own_code:NUMBER"), "expected a DataLoader or batches, at least"),
        *(
            (("--module", "my_own_code:Net", "--data", f"my_own_code:{name}"), text)
            for name, text in NO_LOADERS.items()
        ),
    ],
)
def test_what_cannot_be_written_is_one_sentence(place, words, text):
    more = weights(net(), place)
    given = words if "expected both or" in text or "weights, expected" in text else (*words, *more)
    done = inside("new", "mine", *given, cwd=place)
    assert done.returncode == 2
    assert text in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (place / "mine").exists()
