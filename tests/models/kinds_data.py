"""Kinds: what ``batches()`` yields."""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import torch
from kinds import Kind, labels, randn
from landsweep.kernels.problem import Batch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_sequence
from torch.utils.data import DataLoader, TensorDataset


class Pairs(Kind):  # what the kinds of this module share
    moved = "0.weight 2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))

    def loss(self, model, batch):
        x, y = batch
        return {"loss": F.cross_entropy(model(x), y)}


class Loader(Pairs):
    """a `DataLoader` as it is"""

    known = "the loss gets what the loader yields; a batch counts by its number of samples, also the smaller last one"

    def batches(self, split="train", draw=0):
        return DataLoader(TensorDataset(randn(10, 3, seed=draw), labels(10, 2, draw)), batch_size=4)


class Dictionaries(Pairs):
    """dictionaries, as Hugging Face's collators yield"""

    known = "text and numbers in them stay as they are"

    def batches(self, split="train", draw=0):
        for k in range(2):
            yield {"input": randn(5, 3, seed=draw + k), "labels": labels(5, 2, draw + k), "name": "part"}

    def loss(self, model, batch):
        return {"loss": F.cross_entropy(model(batch["input"]), batch["labels"])}


class Bare(Pairs):
    """tensors without labels"""

    known = "a list of tensors is data as well"

    def batches(self, split="train", draw=0):
        return list(randn(12, 3, seed=draw).split(5))

    def loss(self, model, batch):
        return {"loss": (model(batch) - batch[:, :2]).square().mean()}


class Views(NamedTuple):
    one: Tensor
    other: Tensor


@dataclass
class Sample:
    views: Views
    extra: dict
    size: int


class Nested(Pairs):
    """dataclasses, named tuples and lists inside one another"""

    known = "every tensor in them is moved and cast"

    def batches(self, split="train", draw=0):
        sample = Sample(
            Views(randn(6, 3, seed=draw), randn(6, 3, seed=draw + 1)), {"y": [labels(6, 2, draw)], "none": None}, 6
        )
        yield Batch(sample, weight=6)

    def loss(self, model, batch):
        sample = batch.data
        logits = model(sample.views.one) + model(sample.views.other)
        return {"loss": F.cross_entropy(logits, sample.extra["y"][0]) * sample.size / 6}


class Graph(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x, adjacency):
        return adjacency @ self.second(torch.relu(adjacency @ self.first(x)))


class SparseGraph(Pairs):
    """graph network with a sparse adjacency matrix"""

    known = "sparse tensors are moved and cast; torch has no rule for their products under vmap"
    moved = "first.weight second.weight"
    together = False

    def build(self, seed):
        torch.manual_seed(seed)
        return Graph()

    def batches(self, split="train", draw=0):
        i = torch.arange(6)
        edges = torch.cat([torch.stack([i, (i + 1) % 6]), torch.stack([(i + 1) % 6, i]), torch.stack([i, i])], 1)
        adjacency = torch.sparse_coo_tensor(edges, torch.full((18,), 1 / 3), (6, 6)).coalesce()
        yield Batch((randn(6, 3, seed=draw), adjacency, labels(6, 2, draw)), weight=6)

    def loss(self, model, batch):
        x, adjacency, y = batch.data
        return {"loss": F.cross_entropy(model(x, adjacency), y)}


class Messages(nn.Module):
    def __init__(self):
        super().__init__()
        self.message, self.out = nn.Linear(6, 4), nn.Linear(4, 2)

    def forward(self, x, edges):
        source, target = edges
        sent = torch.tanh(self.message(torch.cat([x[source], x[target]], 1)))
        return self.out(torch.zeros(len(x), 4, dtype=x.dtype, device=x.device).index_add(0, target, sent))


class EdgeList(SparseGraph):
    """graph network with a list of edges"""

    known = "`index_add` and `scatter_add` go many at once"
    moved = "message.weight out.weight"
    together = True

    def build(self, seed):
        torch.manual_seed(seed)
        return Messages()

    def batches(self, split="train", draw=0):
        edges = torch.stack([torch.arange(12) % 6, labels(12, 6, draw)])
        yield {"x": randn(6, 3, seed=draw), "edges": edges, "y": labels(6, 2, draw)}

    def loss(self, model, batch):
        return {"loss": F.cross_entropy(model(batch["x"], batch["edges"]), batch["y"])}


class Packed(Pairs):
    """`PackedSequence`s in the batch"""

    known = "moved and cast as a whole"
    moved = "0.weight_ih_l0 0.weight_hh_l0 1.weight"
    together = False

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.ModuleList([nn.GRU(2, 3), nn.Linear(3, 2)])

    def batches(self, split="train", draw=0):
        sequences = [randn(n, 2, seed=draw + n) for n in (4, 3, 1)]
        yield Batch({"x": pack_sequence(sequences), "y": labels(3, 2, draw)}, weight=3)

    def loss(self, model, batch):
        assert isinstance(batch.data["x"], PackedSequence)
        return {"loss": F.cross_entropy(model[1](model[0](batch.data["x"])[1][0]), batch.data["y"])}


class Shuffled(Pairs):
    """a `DataLoader` that shuffles"""

    known = "its order is that of the study's draw: each pass gives the same"

    def batches(self, split="train", draw=0):
        return DataLoader(TensorDataset(randn(10, 3, seed=draw), labels(10, 2, draw)), batch_size=5, shuffle=True)


class NoArguments(Pairs):
    """`batches()` without `split` and `draw`"""

    known = "then there is one split and one draw"

    def batches(self):
        return [(randn(10, 3), labels(10, 2))]


class Unseeded(Pairs):
    """random augmentation without a seed"""

    known = "each call would give other data: draw from a generator that `draw` seeds"
    refused = r"batches\(\)|differ|other data|same data"

    def batches(self, split="train", draw=0):
        noise = torch.randn(10, 3, generator=_everlasting)
        yield Batch((randn(10, 3, seed=draw) + noise, labels(10, 2, draw)), weight=10)

    def loss(self, model, batch):
        return super().loss(model, batch.data)


_everlasting = torch.Generator().manual_seed(5)


class Endless(Unseeded):
    """data without an end"""

    known = "one pass over the data ends: `itertools.islice` cuts one out"
    refused = "never end"

    def batches(self, split="train", draw=0):
        return itertools.cycle([Batch((randn(10, 3, seed=draw), labels(10, 2, draw)), weight=10)])


class Empty(Unseeded):
    """no batches at all"""

    known = "at least one, of weight above 0"
    refused = "at least one"

    def batches(self, split="train", draw=0):
        return iter(())
