"""A user's problem as it is: batches, losses and signatures of any form."""

import itertools
import random

import numpy as np
import pytest
import torch
from landsweep.kernels import contract as kernel
from landsweep.kernels.contract import Bare, as_fields, contract, without_end
from landsweep.kernels.loss.data import Data
from landsweep.kernels.problem import Batch
from torch.utils.data import DataLoader, IterableDataset, Sampler, TensorDataset

X = torch.arange(10.0)[:, None]


class Given:
    """A problem whose ``batches`` is the given function."""

    def __init__(self, make):
        self.batches = make

    def loss(self, model, batch):
        return batch


def read(make, **part):
    return list(contract(Given(make)).batches(**part))


def test_what_a_loader_gives_goes_to_the_loss_as_it_is_and_weighs_its_samples():
    problem = contract(Given(lambda split, draw: DataLoader(TensorDataset(X, X), batch_size=4)))
    batches = list(problem.batches())
    assert [b.weight for b in batches] == [4, 4, 2]
    assert all(isinstance(b, Bare) for b in batches)
    moved = batches[0].to(torch.device("cpu"), torch.float64)
    problem.problem.loss = lambda model, batch: (batch[0] - batch[1]).sum() + batch[0].sum()  # a list of two tensors
    assert problem.loss(None, moved)["loss"].item() == 6
    seen = []
    problem.problem.loss = lambda model, batch: seen.append(batch) or torch.zeros(())
    own = Batch((X,), weight=3.0)
    problem.loss(None, own)
    assert seen == [own]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_shuffled_loader_gives_the_same_data_twice_and_other_data_for_another_draw(workers):
    def make(split="train", draw=0):
        return DataLoader(TensorDataset(X), batch_size=4, shuffle=True, num_workers=workers)

    problem = contract(Given(make))
    data = Data.of(problem, torch.device("cpu"), torch.float32, budget=0)  # streamed: read again at each pass
    first, second = ([b.data[0].flatten().tolist() for b in data] for _ in range(2))
    assert first == second
    assert first != [b.data[0].flatten().tolist() for b in problem.batches(draw=1)]
    assert problem.sampled


def test_a_loader_with_a_generator_of_its_own_is_frozen_and_the_generator_left_alone():
    generator = torch.Generator().manual_seed(5)
    loader = DataLoader(TensorDataset(X), batch_size=4, shuffle=True, generator=generator)
    before = generator.get_state()
    one, other = ([b.data[0].flatten().tolist() for b in read(lambda: loader)] for _ in range(2))
    assert one == other
    assert torch.equal(before, generator.get_state())


def test_all_global_generators_are_seeded_by_the_draw_and_put_back():
    def make(draw=0):
        for _ in range(3):
            yield torch.tensor([[torch.rand(()), np.random.rand(), random.random()]])

    states = torch.get_rng_state(), np.random.get_state()[2], random.getstate()
    stream = contract(Given(make)).batches(draw=3)
    whole = torch.cat([b.data for b in stream])
    torch.rand(7), np.random.rand(7), random.random()
    mixed = []
    for batch in stream:  # what others draw in between changes nothing
        mixed.append(batch.data)
        torch.rand(2), np.random.rand(2), random.random()
    assert torch.equal(whole, torch.cat(mixed))
    assert len(set(whole.flatten().tolist())) == 9
    assert not torch.equal(whole, torch.cat([b.data for b in contract(Given(make)).batches(draw=4)]))
    torch.set_rng_state(states[0])
    list(stream)
    assert torch.equal(torch.get_rng_state(), states[0])


def test_methods_are_called_with_the_arguments_that_they_take():
    class Plain:
        def build(self):
            return torch.nn.Linear(2, 1)

        def batches(self, split):
            return [torch.full((2, 1), float(split == "test"))]

        def loss(self, model, batch):
            return batch.mean()

        def train(self, model, seed):
            return model

    problem = contract(Plain())
    assert torch.equal(problem.build(3).weight, problem.build(3).weight)
    assert not torch.equal(problem.build(3).weight, problem.build(4).weight)
    (batch,) = problem.batches(split="test", draw=7)
    assert problem.loss(None, batch)["loss"] == 1
    model = torch.nn.Linear(1, 1)
    assert problem.train(model, 0, start=None, on_step=print) is model
    assert contract(problem) is problem


RETURNED = [
    (None, "batches() returned NoneType", "is a return or yield missing?"),
    (X, "batches() returned one Tensor", "put it into a list"),
    ({"x": X}, "batches() returned one dict", "put it into a list"),
    (Batch(X), "batches() returned one Batch", "put it into a list"),
    (TensorDataset(X), "batches() returned a TensorDataset, whose items are samples", "DataLoader with a batch_size"),
    ((X, X), "batches() returned a tuple (Tensor (10, 1), Tensor (10, 1)), which is one batch", "such as a DataLoader"),
]


@pytest.mark.parametrize(("found", "what", "remedy"), RETURNED)
def test_what_is_no_iterable_of_batches_is_refused(found, what, remedy):
    with pytest.raises(TypeError) as caught:
        read(lambda: found)
    text = str(caught.value).replace("returned None,", "returned NoneType,")
    assert what in text
    assert remedy in text


def test_batches_whose_weight_is_in_doubt_are_refused_unless_there_is_one_alone():
    graph = (torch.zeros(20, 5), torch.zeros(2, 60, dtype=torch.int64))
    assert [b.weight for b in read(lambda: [graph])] == [1]
    with pytest.raises(ValueError, match=r"batch 2 \(a tuple \(Tensor \(20, 5\), .* yield landsweep.Batch\(data, weig"):
        read(lambda: [X, graph])
    with pytest.raises(ValueError, match=r"does not say how many samples it has"):
        read(lambda: [graph, X])


class Endless(IterableDataset):
    def __iter__(self):
        while True:
            yield torch.zeros(1)


class Three(IterableDataset):
    def __iter__(self):
        yield from X[:3]


class Again(Sampler):
    def __iter__(self):
        while True:
            yield from torch.randperm(10).tolist()


def forever():
    k = 0
    while 1:
        for _ in range(3):
            if k > 3:
                break
        k += 1
        yield X


def until_enough():
    k = 0
    while True:
        if k == 3:
            break
        k += 1
        yield X


def until_return(n=3):
    while True:
        n -= 1
        if not n:
            return
        yield X


def until_it_ends(items=(1, 2)):
    items = iter(items)
    while True:
        try:
            next(items)
        except StopIteration:
            return
        yield X


def of_a_function_inside(n=3):
    def forever():
        while True:
            yield X

    yield from itertools.islice(forever(), n)


def asked_to_end(endless=False):
    if endless:
        while True:
            yield X
    yield X
    yield X


def ended_before(n=2):
    if n:
        yield from [X] * n
        return
    while True:
        yield X


def until_caught(items=(1, 2)):
    items = iter(items)
    try:
        while True:
            yield next(items) * X
    except StopIteration:
        pass


def either_way(shuffle=True):
    if shuffle:
        while True:
            yield X
    else:
        while True:
            yield -X


def test_data_without_end_are_told_from_their_code_and_no_others():
    assert "`while 1` without break or return at " in without_end(forever())
    assert without_end(forever()).endswith(f"test_contract.py:{forever.__code__.co_firstlineno + 2}")
    assert "while True" in without_end(either_way())
    assert "while True" in without_end(DataLoader(Endless()))
    assert "while True" in without_end(Endless())
    assert "while True" in without_end(DataLoader(TensorDataset(X), sampler=Again(), batch_size=2))
    assert without_end(DataLoader(TensorDataset(X), shuffle=True)) == ""
    assert without_end(itertools.cycle([X])) == "itertools.cycle"
    assert without_end(itertools.repeat(X)) == "itertools.repeat"
    for ends in (
        until_enough(),
        until_return(),
        until_it_ends(),
        of_a_function_inside(),
        asked_to_end(),
        ended_before(),
        until_caught(),
        DataLoader(Three()),
        DataLoader(Three(), batch_size=None),
        itertools.repeat(X, 3),
        [X],
        iter([X]),
        (X for _ in "a"),
    ):
        assert without_end(ends) == ""
    for make in (until_enough, until_return, until_it_ends, of_a_function_inside, asked_to_end, ended_before):
        assert len(read(lambda make=make: make())) in (2, 3)
    with pytest.raises(ValueError, match=r"batches never end \(`while 1` .* a generator that stops"):
        read(forever)


def test_data_that_do_not_end_are_given_up_where_they_do_not_say_their_length(monkeypatch):
    monkeypatch.setattr(kernel, "MOST_BATCHES", 50)
    with pytest.raises(ValueError, match=r"batches do not end: 51 batches \(2.04e-06 GB\) were read in 0 s, expected"):
        read(lambda: (X for _ in itertools.count()))
    assert len(read(lambda: [X] * 60)) == 60  # merely many
    monkeypatch.setattr(kernel, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="batches do not end: 3 batches"):
        read(lambda: (X for _ in range(9)))


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (torch.tensor(2.0), 2.0),
        (torch.tensor([2.0]), 2.0),
        (2.0, 2.0),
        (np.float32(2), 2.0),
        ({"loss": 2}, 2.0),
        ({"loss": torch.tensor([[2.0]]), "logits": torch.zeros(3, 2)}, 2.0),
    ],
)
def test_a_loss_is_taken_where_it_is_unambiguous(found, value):
    loss = as_fields(found)["loss"]
    assert loss.shape == ()
    assert loss.item() == value


REFUSED = [
    (None, TypeError, "loss returned None, expected a dictionary such as", "is a return missing?"),
    ((torch.ones(()), X), TypeError, "loss returned a tuple (Tensor (), Tensor (10, 1)), expected a dictionary", ""),
    ({"xent": torch.ones(())}, ValueError, "loss returned a dictionary of 'xent' without \"loss\", expected", ""),
    ({"loss": None}, TypeError, 'loss returned None as "loss", expected a 0-d tensor', ""),
    (torch.ones((), dtype=torch.complex64), ValueError, "loss returned a complex tensor, expected a real one", ""),
]


@pytest.mark.parametrize(("found", "kind", "text", "more"), REFUSED)
def test_what_is_no_loss_is_refused(found, kind, text, more):
    with pytest.raises(kind) as caught:
        as_fields(found)
    assert text in str(caught.value)
    assert more in str(caught.value)


def test_a_loss_of_many_values_keeps_its_shape_for_the_sentence_about_it():
    assert as_fields({"loss": torch.ones(3)})["loss"].shape == (3,)
