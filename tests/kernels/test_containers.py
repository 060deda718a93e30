"""Tensors are found, moved and counted in whatever users pass around as a batch."""

from collections import OrderedDict, UserDict, namedtuple
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
import torch
from landsweep.kernels.containers import cast, map_tensors, nbytes, samples, tensors_in
from landsweep.kernels.problem import Batch
from torch.nn.utils.rnn import PackedSequence, pack_sequence

Pair = namedtuple("Pair", "x y")
X, Y = torch.arange(6.0).reshape(3, 2), torch.tensor([0, 1, 1])


@dataclass(frozen=True)
class Frozen:
    x: torch.Tensor
    name: str = "a"
    twice: torch.Tensor = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "twice", 2 * self.x)


class Store:
    """Parts of a graph that know their graph, as batches of graphs have them."""

    def __init__(self, parent, **parts):
        self.parent, self.parts = parent, parts

    def to(self, device):
        return self


class Graph:
    def __init__(self, x, edges, num_graphs=None):
        self.store = Store(self, x=x, edges=edges)
        if num_graphs is not None:
            self.num_graphs = num_graphs

    def to(self, device):
        raise AssertionError("its tensors are moved one by one")


class Encoding(UserDict):
    """As tokenizers return them."""


pytestmark = pytest.mark.filterwarnings("ignore:Sparse C")  # torch calls them a beta

BATCHES = {
    "tensor": X,
    "nested": {"x": [X, (Y,)], "names": ["a"]},
    "named tuple": Pair(X, Y),
    "frozen dataclass": Frozen(X),
    "namespace": SimpleNamespace(x=X, y=[Y]),
    "ordered dictionary": OrderedDict(x=X, y=Y),
    "mapping of its own type": Encoding(x=X, y=Y),
    "graph": Graph(X, torch.tensor([[0, 1], [1, 2]])),
    "COO": (X, torch.eye(3).to_sparse()),
    "CSR": lambda: (X, torch.eye(3).to_sparse_csr()),
    "CSC": lambda: (X, torch.eye(3).to_sparse_csc()),
    "jagged": (torch.nested.nested_tensor([X, X[:1]], layout=torch.jagged), Y[:2]),
    "packed": (pack_sequence([X[:, 0], X[:2, 0]]), Y[:2]),
    "size": (X, torch.Size([3, 2])),
    "complex": torch.complex(X, X),
}


def dense(x):
    return x.values() if x.is_nested else x.to_dense() if x.layout != torch.strided else x


@pytest.mark.parametrize("name", BATCHES)
def test_every_tensor_is_cast_and_counted_and_containers_keep_their_type(name):
    data = BATCHES[name]
    batch = Batch(data() if callable(data) else data)
    moved = batch.to(torch.device("cpu"), torch.float64)
    assert type(moved.data) is type(batch.data)
    before, after = batch.tensors(), moved.tensors()
    assert len(before) == len(after) > 0
    for old, new in zip(before, after, strict=True):
        expected = {torch.float32: torch.float64, torch.complex64: torch.complex128}.get(old.dtype, old.dtype)
        assert new.dtype == expected
        assert new.layout == old.layout
        assert torch.equal(dense(new), dense(old).to(expected))
    assert batch.nbytes > 0


def test_a_graph_and_its_parts_still_know_one_another_and_the_original_is_left_alone():
    graph = Graph(X, torch.tensor([[0, 1], [1, 2]]))
    moved = map_tensors(lambda x: x + 1, graph)
    assert moved.store.parent is moved
    assert torch.equal(moved.store.parts["x"], X + 1)
    assert torch.equal(graph.store.parts["x"], X)
    assert graph.store.parent is graph


def test_batch_sizes_of_packed_sequences_stay_where_torch_wants_them():
    packed = map_tensors(lambda x: x.to("meta"), pack_sequence([X[:, 0], X[:2, 0]], enforce_sorted=False))
    assert isinstance(packed, PackedSequence)
    assert packed.data.is_meta
    assert packed.sorted_indices.is_meta
    assert packed.batch_sizes.tolist() == [2, 2, 1]


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ((X, Y), 3),
        ({"path": ["a.jpg", "b.jpg", "c.jpg"], "img": X}, 3),
        ({"input": X, "labels": Y, "scale": torch.tensor(2.0)}, 3),
        ([X, {"boxes": torch.zeros(7, 4)}], 3),  # what lies deeper does not speak
        (([X, X, X, X], [{"boxes": X}] * 4), None),  # four images of three channels
        (([torch.zeros(4, 1)] * 4,), 4),
        ((X, torch.zeros(2, 9)), None),
        (Graph(X, torch.zeros(2, 9), num_graphs=5), 5),
        (pack_sequence([X[:, 0], X[:2, 0]]), 2),
        (torch.tensor(1.0), None),
        (["text"], None),
    ],
)
def test_the_number_of_samples_is_known_without_doubt_or_not_at_all(data, count):
    assert samples(data) == count


def test_bytes_of_sparse_tensors_are_those_of_their_parts():
    x = torch.eye(4).to_sparse_csr()
    assert nbytes(x) == x.crow_indices().nbytes + x.col_indices().nbytes + x.values().nbytes
    assert cast(x, torch.float64).dtype == torch.float64
    assert tensors_in({"a": [x]}) == [x]
