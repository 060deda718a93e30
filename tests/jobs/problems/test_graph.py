"""Graph networks: a layer against its formula, batches against single graphs, splits, training, files."""

from copy import deepcopy
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.graph import Graphs
from landsweep.kernels.problem import Start

pytestmark = [  # importing PyTorch Geometric takes seconds, which only these tests should wait for
    pytest.mark.long,
    pytest.mark.skipif(find_spec("torch_geometric") is None, reason="PyTorch Geometric is not installed"),
]


def dense(model, x, edges):
    """What a GCN with self-loops and symmetric normalisation gives (Kipf and Welling 2017), by a dense matrix."""
    n = len(x)
    adjacency = torch.eye(n, dtype=x.dtype)
    adjacency[edges[1], edges[0]] = 1
    degree = adjacency.sum(1)
    normalised = adjacency / torch.sqrt(degree[:, None] * degree[None])
    for layer in model.convolutions:
        x = torch.relu(normalised @ (x @ layer.lin.weight.T) + layer.bias)
    return model.head(x.mean(0))


def parts(batch):
    """The graphs of a batch one by one."""
    data = batch.data
    for k in range(len(data["y"])):
        own = torch.nonzero(data["graph"] == k)[:, 0]
        first = int(own[0])
        inside = data["graph"][data["edge_index"][0]] == k
        yield data["x"][own], data["edge_index"][:, inside] - first, data["y"][k]


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_a_batch_of_graphs_is_the_mean_over_single_ones(task):
    problem = Graphs(task=task, hidden=4)
    model = problem.build(0).double()
    (batch,) = (b.to(torch.device("cpu"), torch.float64) for b in problem.batches("ood"))
    with torch.no_grad():
        found = problem.loss(model, batch)["loss"]
        rows = [(dense(model, x, edges), y) for x, edges, y in parts(batch)]
        if task == "regression":
            single = [(row[0] - y) ** 2 for row, y in rows]
        else:
            single = [torch.nn.functional.cross_entropy(row[None], y[None]) for row, y in rows]
    assert len(single) == batch.weight == 40
    assert float(found) == pytest.approx(float(torch.stack(single).mean()), rel=1e-10)


@pytest.mark.parametrize("kind", ["GCNConv", "GINConv", "SAGEConv", "GraphConv"])
def test_every_kind_learns_and_resumes_with_the_same_bits(kind):
    problem = Graphs(kind=kind, hidden=8, steps=30)
    kept = []

    def keep(step, model, state):
        kept.append((step, deepcopy(model), deepcopy(state)))

    whole = problem.train(problem.build(0), 0, on_step=keep)
    step, model, state = kept[0]
    resumed = problem.train(model, 0, start=Start(step, state))
    assert [k for k, *_ in kept] == [10, 20, 30]
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))
    quality = problem.quality(whole)
    assert set(quality) == {"train_loss", "test_loss", "ood_loss"}
    assert quality["train_loss"] < problem.quality(problem.build(0))["train_loss"]


def test_splits_are_apart_and_draws_resample():
    problem = Graphs(batch_size=16)
    sizes = {split: [b.weight for b in problem.batches(split)] for split in ("train", "test", "ood")}
    assert list(sizes.values()) == [[16, 16, 8]] * 3
    assert min(float(b.data["size"].min()) for b in problem.batches("ood")) >= 24
    assert max(float(b.data["size"].max()) for b in problem.batches("train")) <= 15
    own, again, other = (torch.cat([b.data["y"] for b in problem.batches(draw=d)]) for d in (0, 0, 1))
    assert torch.equal(own, again)
    assert not torch.equal(own, other)
    assert set(other.tolist()) <= set(own.tolist())


def file_of(folder, **changes):
    arrays = {
        "x": np.arange(10.0).reshape(5, 2),
        "edge_index": np.array([[0, 1, 3, 4], [1, 0, 4, 3]]),
        "graph": np.array([0, 0, 0, 1, 1]),
        "y": np.array([0, 2]),
        "split": np.array(["train", "ood"]),
    }
    np.savez(folder / "graphs.npz", **(arrays | changes))
    return str(folder / "graphs.npz")


def test_graphs_from_a_file(tmp_path):
    problem = Graphs(file_of(tmp_path), task="classification")
    assert problem.outputs == 3
    (batch,) = problem.batches("ood")
    assert batch.data["x"].tolist() == [[6, 7], [8, 9]]
    assert batch.data["edge_index"].tolist() == [[0, 1], [1, 0]]
    assert problem.loss(problem.build(0), batch)["accuracy"] in (0, 1)
    assert problem.files == [str(tmp_path / "graphs.npz")]
    with pytest.raises(ValueError, match="holds no graph of split test"):
        next(iter(problem.batches("test")))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"edge_index": np.array([[0], [5]])}, r"edge_index \(2, 1\), expected \(2, edges\) within the 5 nodes"),
        ({"graph": np.zeros(5, int)}, r"graph \(5,\), expected \(5,\) with each of the 2 graphs"),
        ({"split": np.array(["train", "valid"])}, r"split \['train', 'valid'\], expected \(2,\) of train, test, ood"),
        ({"y": np.array([0.5, 1])}, "y of float64, expected classes 0, 1"),
        ({"y": np.array([[0], [2]])}, r"has y of shape \(2, 1\), expected \(graphs,\)"),
        ({"x": np.arange(5.0)}, r"has x of shape \(5,\), expected \(nodes, features\)"),
        ({"edge_index": np.array([[0], [3]])}, "edges between different graphs, expected none"),
    ],
)
def test_wrong_files(tmp_path, changes, text):
    with pytest.raises(ValueError, match=text):
        Graphs(file_of(tmp_path, **changes), task="classification")


def test_mistakes(tmp_path):
    with pytest.raises(ValueError, match="kind is 'GATConv', expected one of GCNConv, GINConv"):
        Graphs(kind="GATConv")
    with pytest.raises(ValueError, match="task is 'ranking', expected regression or classification"):
        Graphs(task="ranking")
    with pytest.raises(ValueError, match=r"does not exist, expected an \.npz file with x, edge_index, graph, y, split"):
        Graphs(str(tmp_path / "none.npz"))
