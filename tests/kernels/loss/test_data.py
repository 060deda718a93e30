"""Batches stay on the device where they fit, and are streamed in order where they do not."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from landsweep.kernels.loss.data import Data, prefetched
from landsweep.kernels.problem import Batch

CPU = torch.device("cpu")


def batches(n=4):
    for i in range(n):
        yield Batch({"x": torch.full((i + 1, 3), float(i)), "labels": torch.arange(i + 1)}, weight=i + 1.0)


def values(data):
    return [float(b.data["x"][0, 0]) for b in data]


@pytest.mark.parametrize(("budget", "resident"), [(float("inf"), True), (0, False), (100, False)])
def test_what_does_not_fit_is_read_again_on_each_pass(budget, resident):
    reads = []

    def source():
        reads.append(1)
        return batches()

    data = Data(source, CPU, torch.float64, budget=budget)
    assert data.resident == resident
    assert values(data) == values(data) == [0, 1, 2, 3]
    assert len(reads) == (1 if resident else 3)
    assert data.weight == 10
    assert all(b.data["x"].dtype == torch.float64 and b.data["labels"].dtype == torch.int64 for b in data)
    assert data.nbytes == sum(b.to(CPU, torch.float64).nbytes for b in batches())


def test_a_pass_that_yields_other_batches_is_refused():
    counts = iter([3, 2])
    data = Data(lambda: batches(next(counts)), CPU, torch.float32, budget=0)
    with pytest.raises(ValueError, match="batches of weight 3 were read, 6 before: expected the same on each pass"):
        values(data)


def test_a_generator_may_fill_the_same_tensor_again():
    def source():
        x = torch.empty(2, 3)
        for i in range(3):
            yield Batch({"x": x.fill_(i)})

    for budget in (0, float("inf")):
        assert values(Data(source, CPU, torch.float32, budget=budget)) == [0, 1, 2]


def test_channels_last():
    images = Batch(torch.randn(2, 3, 4, 4))
    (moved,) = Data(lambda: [images], CPU, torch.float32, channels_last=True)
    assert moved.data.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(moved.data, images.data)


class Recorder:
    """A device whose copies take until somebody waits for them."""

    def __init__(self):
        self.log, self.inside = [], False

    @contextmanager
    def copying(self):
        self.inside = True
        yield
        self.inside = False

    def pin(self, batch):
        assert self.inside
        self.log.append(f"pin {batch.weight:g}")
        return batch

    def send(self, batch):
        assert self.inside
        self.log.append(f"send {batch.weight:g}")
        return batch

    def ready(self, batch):
        assert not self.inside
        self.log.append(f"ready {batch.weight:g}")


def test_the_next_batch_is_on_its_way_while_one_is_worked_on():
    device = Recorder()
    for batch in prefetched(batches(3), device.send, device):
        device.log.append(f"work {batch.weight:g}")
    copies = [entry for entry in device.log if entry.split()[0] != "pin"]
    assert copies == [
        *("send 1", "ready 1", "send 2", "work 1"),
        *("ready 2", "send 3", "work 2"),
        *("ready 3", "work 3"),
    ]
    assert device.log.index("pin 2") < device.log.index("send 2")


@pytest.mark.parametrize("n", [0, 1])
def test_few_batches(n):
    device = Recorder()
    assert [b.weight for b in prefetched(batches(n), device.send, device)] == [1.0] * n


def test_streamed_batches_give_the_same_bits():
    from landsweep.kernels.loss.directions import random_directions
    from landsweep.kernels.loss.evaluation import Evaluator
    from landsweep.kernels.loss.precision import PRECISIONS
    from landsweep.kernels.loss.strategies import make_strategy
    from networks import Regression, points

    problem = Regression()
    model = problem.build(0)
    found = []
    for budget in (0, float("inf")):
        data = Data.of(problem, CPU, torch.float32, budget=budget)
        strategy = make_strategy("batched", problem, model, ("loss",), CPU, torch.float32, width=4)
        delta = random_directions(model, 2, 0).delta
        evaluate = Evaluator(strategy, model, delta, data, device=CPU, precision=PRECISIONS["float32"], width=4)
        found.append(evaluate(points(9))["loss"])
    assert found[0].tobytes() == found[1].tobytes()


@pytest.mark.gpu
def test_streaming_to_a_gpu():
    many = [Batch(torch.full((1 << 16,), float(i))) for i in range(50)]
    data = Data(lambda: many, torch.device("cuda"), torch.float32, budget=0)
    sums = [float((b.data * 2).sum()) for b in data]
    np.testing.assert_allclose(sums, [2.0 * i * (1 << 16) for i in range(50)])


def test_who_watches_data_being_read_may_end_it(monkeypatch):
    seen = []

    class Enough(Exception):
        pass

    def watch(count, nbytes):
        seen.append((count, nbytes))
        if count == 3:
            raise Enough

    with pytest.raises(Enough):
        Data(lambda: iter([Batch(torch.zeros(2))] * 9), torch.device("cpu"), torch.float32, watch=watch)
    assert seen == [(1, 8), (2, 16), (3, 24)]
