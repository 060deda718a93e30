"""Graph networks of PyTorch Geometric on many small graphs: regression or classification, also out of distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from landsweep.jobs.problems.classification import at_least_one
from landsweep.kernels.problem import Batch, OnStep, Start
from torch import Tensor, nn

SPLITS = ("train", "test", "ood")
"""The splits: graphs to learn from, others of their kind, and graphs of another kind (out of distribution)."""
LAYERS = ("GCNConv", "GINConv", "SAGEConv", "GraphConv")
"""Names of layers of ``torch_geometric.nn`` that take features and edges alone."""
ARRAYS = ("x", "edge_index", "graph", "y", "split")
"""A file of graphs holds arrays of these names."""


class GraphNetwork(nn.Module):
    """Layers of one kind with ReLU, the mean over each graph's nodes, and a linear layer."""

    def __init__(self, kind: str, inputs: int, hidden: int, layers: int, outputs: int) -> None:
        super().__init__()
        made = getattr(_geometric(), kind)
        widths = [inputs, *[hidden] * layers]
        self.convolutions = nn.ModuleList(
            made(nn.Sequential(nn.Linear(a, b), nn.ReLU(), nn.Linear(b, b))) if kind == "GINConv" else made(a, b)
            for a, b in pairwise(widths)
        )
        self.head = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor, edge_index: Tensor, graph: Tensor, size: Tensor) -> Tensor:
        """Map ``(nodes, inputs)`` features, ``(2, edges)`` edges and each node's graph to ``(graphs, outputs)``.

        ``size`` is the number of nodes of each graph.
        """
        for convolution in self.convolutions:
            x = torch.relu(convolution(x, edge_index))
        pooled = x.new_zeros(len(size), x.shape[1]).index_add(0, graph, x) / size[:, None]
        return self.head(pooled)


class Graphs:
    """A network on graphs: mean squared error of a number, or cross-entropy of a class, of each graph.

    Needs ``pip install 'landsweep[pyg]'``.

    Parameters
    ----------
    path
        An ``.npz`` file with ``x`` ``(nodes, features)``, ``edge_index`` ``(2, edges)`` integers, the graph of each
        node ``graph`` ``(nodes,)``, ``y`` ``(graphs,)`` and ``split`` ``(graphs,)``, one of ``train``, ``test`` and
        ``ood``. Without it, random graphs are made, whose share of closed triangles is to be found from the degrees;
        those of split ``ood`` have three times as many nodes.
    task
        ``regression`` or ``classification``.
    kind, hidden, layers
        The kind of layer (GCNConv, GINConv, SAGEConv, GraphConv), features of a hidden layer, and their number.
    steps, rate
        Training: steps of Adam on all graphs of ``train``, and its learning rate.
    batch_size
        Graphs of a batch of the landscape's loss.

    Raises
    ------
    ValueError
        Where the file or an argument is not what is expected.
    ImportError
        Where PyTorch Geometric is not installed.
    """

    def __init__(
        self,
        path: str | None = None,
        task: str = "regression",
        kind: str = "GCNConv",
        hidden: int = 32,
        layers: int = 2,
        steps: int = 300,
        rate: float = 0.01,
        batch_size: int = 256,
    ) -> None:
        at_least_one(hidden=hidden, layers=layers, steps=steps, batch_size=batch_size)
        if task not in ("regression", "classification"):
            raise ValueError(f"task is {task!r}, expected regression or classification")
        if kind not in LAYERS:
            raise ValueError(f"kind is {kind!r}, expected one of {', '.join(LAYERS)}")
        _geometric()
        self.task, self.kind, self.hidden, self.layers = task, kind, hidden, layers
        self.steps, self.rate, self.batch_size = steps, rate, batch_size
        self.path = None if path is None else Path(path)
        self._arrays = _random(task) if self.path is None else _read(self.path, task)
        labels = self._arrays["y"]
        self.outputs = 1 if task == "regression" else int(labels.max()) + 1

    @property
    def files(self) -> list[str]:
        """The file with the graphs, by whose content a run is bound."""
        return [] if self.path is None else [str(self.path.resolve())]

    def build(self, seed: int) -> nn.Module:
        """Return the untrained network."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return GraphNetwork(self.kind, self._arrays["x"].shape[1], self.hidden, self.layers, self.outputs)

    def batches(self, split: str = "train", draw: int = 0) -> Iterator[Batch]:
        """Yield batches of graphs, each as one graph of several components; a draw above 0 resamples the graphs.

        Raises
        ------
        ValueError
            Where there is no such split.
        """
        if split not in SPLITS:
            raise ValueError(f"split is {split!r}, expected one of {', '.join(SPLITS)}")
        chosen = np.flatnonzero(self._arrays["split"] == split)
        if not len(chosen):
            raise ValueError(f"{self.path} holds no graph of split {split}, expected at least one")
        if draw:
            chosen = np.random.default_rng([draw, SPLITS.index(split)]).choice(chosen, len(chosen))
        for first in range(0, len(chosen), self.batch_size):
            yield self._batch(chosen[first : first + self.batch_size])

    def loss(self, model: Callable[..., Any], batch: Batch) -> dict[str, Tensor]:
        """Return the mean squared error, or the mean cross-entropy and the accuracy, over the graphs of a batch."""
        data = batch.data
        found = model(data["x"], data["edge_index"], data["graph"], data["size"])
        if self.task == "regression":
            return {"loss": (found[:, 0] - data["y"]).square().mean()}
        right = (found.argmax(dim=1) == data["y"]).to(found.dtype).mean()
        return {"loss": nn.functional.cross_entropy(found, data["y"]), "accuracy": right}

    def train(
        self, model: nn.Module, seed: int, *, start: Start | None = None, on_step: OnStep | None = None
    ) -> nn.Module:
        """Train by Adam on all graphs at once; training can go on from every tenth step."""
        parameter = next(model.parameters())
        batch = self._batch(np.flatnonzero(self._arrays["split"] == "train")).to(parameter.device, parameter.dtype)
        optimizer = torch.optim.Adam(model.parameters(), lr=self.rate)
        if start is not None:
            optimizer.load_state_dict(deepcopy(start.optimizer_state))
        for step in range(0 if start is None else start.step, self.steps):
            optimizer.zero_grad()
            self.loss(model, batch)["loss"].backward()  # type: ignore[no-untyped-call]  # torch
            optimizer.step()
            if on_step is not None and (step + 1) % 10 == 0:
                on_step(step + 1, model, optimizer.state_dict())
        return model

    def quality(self, model: nn.Module) -> dict[str, float]:
        """Return the mean of every field on each split that has graphs."""
        parameter = next(model.parameters())
        found: dict[str, float] = {}
        for split in SPLITS:
            chosen = np.flatnonzero(self._arrays["split"] == split)
            if len(chosen):
                with torch.no_grad():
                    values = self.loss(model, self._batch(chosen).to(parameter.device, parameter.dtype))
                found |= {f"{split}_{name}": float(value) for name, value in values.items()}
        return found

    def _batch(self, chosen: np.ndarray) -> Batch:
        """Return some graphs, each as often as it is named, as one graph of as many components."""
        arrays, nodes, edges, graph, offset = self._arrays, [], [], [], 0
        source = arrays["graph"][arrays["edge_index"][0]]
        for k, index in enumerate(chosen):
            own = np.flatnonzero(arrays["graph"] == index)
            number = np.full(len(arrays["graph"]), -1)
            number[own] = offset + np.arange(len(own))
            nodes.append(own)
            edges.append(number[arrays["edge_index"][:, source == index]])
            graph.append(np.full(len(own), k))
            offset += len(own)
        size = np.array([len(own) for own in nodes])
        kind = np.float32 if self.task == "regression" else np.int64
        data = {
            "x": arrays["x"][np.concatenate(nodes)].astype(np.float32),
            "edge_index": np.concatenate(edges, axis=1),
            "graph": np.concatenate(graph),
            "size": size.astype(np.float32),
            "y": arrays["y"][chosen].astype(kind),
        }
        return Batch({name: torch.from_numpy(array) for name, array in data.items()}, weight=float(len(chosen)))


def _read(path: Path, task: str) -> dict[str, np.ndarray]:
    """Read a file of graphs and check that its arrays fit together."""
    if not path.is_file():
        raise ValueError(f"{path} does not exist, expected an .npz file with {', '.join(ARRAYS)}")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if lacking := [name for name in ARRAYS if name not in arrays]:
        raise ValueError(f"{path} lacks {', '.join(lacking)}, expected the arrays {', '.join(ARRAYS)}")
    for name, shape in (("x", "(nodes, features)"), ("y", "(graphs,)")):
        if arrays[name].ndim != 1 + shape.count("features"):
            raise ValueError(f"{path} has {name} of shape {arrays[name].shape}, expected {shape}")
    n, m = len(arrays["x"]), len(arrays["y"])
    edges, graph = arrays["edge_index"], arrays["graph"]
    wrong = {
        f"edge_index {edges.shape}, expected (2, edges) within the {n} nodes": edges.ndim != 2
        or len(edges) != 2
        or (edges.size > 0 and not 0 <= edges.min() <= edges.max() < n),
        f"graph {graph.shape}, expected ({n},) with each of the {m} graphs": graph.shape != (n,)
        or not np.array_equal(np.unique(graph), np.arange(m)),
        f"split {sorted(set(arrays['split'].tolist()))}, expected ({m},) of {', '.join(SPLITS)}": arrays["split"].shape
        != (m,)
        or not set(arrays["split"].tolist()) <= set(SPLITS),
        f"y of {arrays['y'].dtype}, expected classes 0, 1, ...": task == "classification"
        and (arrays["y"].dtype.kind not in "iu" or arrays["y"].min() < 0),
    }
    if found := [text for text, bad in wrong.items() if bad]:
        raise ValueError(f"{path} has {found[0]}")
    if (graph[edges[0]] != graph[edges[1]]).any():
        raise ValueError(f"{path} has edges between different graphs, expected none")
    return arrays


def _random(task: str, count: int = 120) -> dict[str, np.ndarray]:
    """Return random graphs: of each split a third; a graph's share of closed triangles, or whether it is above average.

    An edge joins two of n nodes with a probability that each graph draws. Features are 1 and the degree over 10.
    """
    rng = np.random.default_rng(0)
    x, edges, graph, y, split, offset = [], [], [], [], [], 0
    for k in range(count):
        kind = SPLITS[k % 3]
        n = int(rng.integers(8, 16)) * (3 if kind == "ood" else 1)
        upper = np.triu(rng.random((n, n)) < rng.uniform(0.1, 0.6), 1)
        adjacent = (upper | upper.T).astype(np.int64)
        degree = adjacent.sum(1)
        open_or_closed = (degree * (degree - 1)).sum()
        y.append(np.trace(adjacent @ adjacent @ adjacent) / max(1, open_or_closed))
        x.append(np.stack([np.ones(n), degree / 10], axis=1))
        edges.append(np.stack(np.nonzero(adjacent)) + offset)
        graph.append(np.full(n, k))
        split.append(kind)
        offset += n
    values = np.array(y)
    return {
        "x": np.concatenate(x),
        "edge_index": np.concatenate(edges, axis=1),
        "graph": np.concatenate(graph),
        "y": values if task == "regression" else (values > values.mean()).astype(np.int64),
        "split": np.array(split),
    }


def _geometric() -> Any:
    try:
        import torch_geometric.nn
    except ImportError as error:
        raise ImportError(
            "graph networks need PyTorch Geometric, which is not installed: pip install 'landsweep[pyg]'"
        ) from error
    return torch_geometric.nn
