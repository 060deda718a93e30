"""Points at which a loss raises an error are NaN, and all others have the bits that they have without them."""

import numpy as np
import pytest
import torch
from landsweep.kernels.loss.data import Data, DataError
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.raising import TRIED, evaluate, is_alive, is_of_a_point, spread
from landsweep.kernels.loss.strategies import make_strategy
from landsweep.kernels.problem import Batch
from torch import nn

CPU = torch.device("cpu")


class Valley:
    """A loss that cannot be computed where the first weight is above a bound: vectorised, the whole batch raises."""

    def __init__(self, bound=np.inf, error=RuntimeError):
        self.bound, self.error, self.calls = bound, error, 0

    def batches(self, split="train", draw=0):
        x = torch.randn(12, 3, generator=torch.Generator().manual_seed(0))
        yield Batch((x, x.sum(1, keepdim=True)), weight=12.0)

    def loss(self, model, batch):
        self.calls += 1
        x, y = batch.data
        low = torch.linalg.cholesky((self.bound - model(torch.eye(3))[0, 0]).clamp(-1, 1).reshape(1, 1))
        return {"loss": (model(x) - y).square().mean(), "low": low.mean()}


def evaluator(problem, width, name):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 1))
    strategy = make_strategy(name, problem, model, ("loss", "low"), CPU, torch.float32, "frozen", width)
    delta = torch.randn(2, 4, generator=torch.Generator().manual_seed(1))
    data = Data.of(problem, CPU, torch.float32)
    return Evaluator(strategy, model, delta, data, device=CPU, precision=PRECISIONS["float32"], width=width)


ALPHA = np.random.default_rng(0).uniform(-2, 2, (29, 2))


@pytest.mark.parametrize(("width", "name"), [(1, "inplace"), (8, "batched"), (64, "batched")])
@pytest.mark.parametrize("bound", [-5.0, -0.5, 0.3, 1.5, 2.9])
def test_the_points_that_raise_are_those_that_raise_alone(width, name, bound):
    whole = evaluator(Valley(), width, name)(ALPHA)
    run = evaluator(Valley(bound), width, name)
    values, raised = evaluate(run, ALPHA)
    alone = [index for index, point in enumerate(ALPHA) if evaluate(run, point[None])[1]]
    assert sorted(raised) == alone
    assert len(alone) > 0 or bound == 2.9
    assert set(np.flatnonzero(np.isnan(values["loss"]))) == set(alone)
    kept = [index for index in range(len(ALPHA)) if index not in raised]
    assert values["loss"][kept].tobytes() == whole["loss"][kept].tobytes()
    assert values["loss"].dtype == whole["loss"].dtype
    assert all("cholesky" in str(error) for error in raised.values())
    assert sum(error.__traceback__ is not None for error in raised.values()) <= 1  # frames hold tensors


@pytest.mark.parametrize("count", [1, 5])
def test_the_first_error_may_end_it_at_any_number_of_points(count):
    def refuse(error):
        raise error

    with pytest.raises(RuntimeError, match="cholesky"):
        evaluate(evaluator(Valley(-np.inf), 4, "batched"), ALPHA[:count], refuse)


def test_nothing_is_computed_twice_where_nothing_raises():
    problem = Valley()
    run = evaluator(problem, 8, "batched")
    run(ALPHA)
    problem.calls = 0
    run(ALPHA)
    once, problem.calls = problem.calls, 0
    assert evaluate(run, ALPHA)[1] == {}
    assert problem.calls == once


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory"),
        torch.OutOfMemoryError("CUDA out of memory."),
        OSError("stale file handle"),
        DataError("batches of weight 3 were read, 4 before"),
    ],
    ids=repr,
)
def test_errors_of_memory_files_and_data_are_no_points(error):
    assert not is_of_a_point(error)

    class Failing:
        width = 4

        def __call__(self, alpha):
            raise error

    with pytest.raises(type(error)):
        evaluate(Failing(), ALPHA)


def test_who_is_asked_about_the_first_error_may_end_the_search():
    problem = Valley(-5.0)
    run = evaluator(problem, 8, "batched")

    def refuse(error):
        raise error

    problem.calls = 0
    with pytest.raises(RuntimeError, match="cholesky"):
        evaluate(run, ALPHA, refuse)
    assert problem.calls == 3  # two to see whether the loss can be vectorised, one for the first batch


def test_a_landscape_is_alive_where_any_of_its_points_is():
    axes = [np.linspace(-1, 1, 5), np.linspace(0, 2, 4)]
    order = list(spread(axes))
    assert order[0].tolist() == [0, 0]
    assert sorted({tuple(p) for p in order}) == sorted((a, b) for a in axes[0] for b in axes[1])
    at = (1.0, 2.0)

    class Only:
        width, calls = 1, 0

        def __call__(self, alpha):
            self.calls += 1
            if tuple(alpha[0]) != at:
                raise RuntimeError("not here")
            return {"loss": np.zeros(1)}

        class precision:
            dtype = torch.float32

        class strategy:
            fields = ("loss",)

    assert is_alive(Only(), spread(axes))
    nowhere = Only()
    assert not is_alive(nowhere, iter([np.zeros(2)] * 1000))
    assert nowhere.calls == TRIED
