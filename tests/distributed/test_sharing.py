"""One Hessian over the data of several ranks: the same bits for any number of them, and errors that end it for all."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from landsweep.base.errors import ProblemError, Stopped
from landsweep.base.stop import StopFlag
from landsweep.distributed.sharing import solve
from landsweep.executors.group import Alone
from landsweep.kernels.curvature.hessian import CurvatureProduct, OrderedSum
from landsweep.kernels.curvature.spectrum import eigenpairs
from landsweep.kernels.problem import Batch
from ranks import on_ranks
from torch import nn

CPU = torch.device("cpu")


class Many:
    """A small network on several unequal batches; ``broken`` raises in one of them, at the weights or later."""

    def __init__(self, batches, broken=-1, calls=0, error=None):
        self.count, self.broken, self.calls = batches, broken, calls
        self.error = error or RuntimeError("this batch is broken")

    def batches(self, split="train", draw=0):
        for k in range(self.count):
            x = torch.randn(4 + k % 3, 3, generator=torch.Generator().manual_seed(k))
            yield Batch({"x": x, "index": torch.tensor(k)}, weight=float(len(x)))

    def loss(self, model, batch):
        if int(batch.data["index"]) == self.broken:
            self.calls -= 1
            if self.calls < 0:
                raise self.error
        return {"loss": (model(batch.data["x"]) - 1).square().mean()}


torch.manual_seed(0)  # once: ranks are threads here, and share torch's generator
NETWORK = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))


def product(problem, share):
    return CurvatureProduct(problem, NETWORK, list(problem.batches()), CPU, torch.float32, share=share)


def pairs(problem, group):
    def solver(product):
        return eigenpairs(product, 3, "magnitude", 1e-6), product.gradient

    return solve(group, lambda share: product(problem, share), solver, StopFlag())


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_a_sum_has_the_same_bits_whoever_summed_which_part(slices, ranks, seed):
    values = torch.from_numpy(np.random.default_rng(seed).standard_normal((slices, 3)))
    whole = OrderedSum((k, 1, x) for k, x in enumerate(values))
    shares = [range(r * slices // ranks, (r + 1) * slices // ranks) for r in range(ranks)]
    nodes = [node for share in shares for node in OrderedSum((k, 1, values[k]) for k in share).nodes]
    assert OrderedSum(nodes).total().numpy().tobytes() == whole.total().numpy().tobytes()
    np.testing.assert_allclose(whole.total(), values.sum(0), atol=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("batches", [1, 2, 7, 70])
def test_any_number_of_ranks_finds_the_same_bits(batches):
    problem = Many(batches)
    alone, gradient = pairs(problem, Alone())
    direct = eigenpairs(product(problem, (0, 1)), 3, "magnitude", 1e-6)
    assert alone.vectors.tobytes() == direct.vectors.tobytes()
    for ranks in (2, 3, 5):
        (found, slope), *others = on_ranks(ranks, lambda group: pairs(problem, group))
        assert others == [None] * (ranks - 1)
        assert found.values.tobytes() == alone.values.tobytes()
        assert found.vectors.tobytes() == alone.vectors.tobytes()
        assert slope.numpy().tobytes() == gradient.numpy().tobytes()


@pytest.mark.parametrize("batch", [0, 5])
@pytest.mark.parametrize("calls", [0, 1, 2])
def test_an_error_on_any_rank_is_told_by_the_first_and_ends_it_for_all(batch, calls):
    def work(group):
        try:
            return pairs(Many(6, broken=batch, calls=calls), group)
        except (ProblemError, RuntimeError) as error:
            return str(error)

    first, *others = on_ranks(3, work)
    of_all = batch == 0 or calls == 0  # as kernels are chosen, every rank looks at all batches
    assert first == ("this batch is broken" if of_all else "RuntimeError: this batch is broken (on rank 2)")
    assert others == [None, None]


def test_a_loss_that_leaves_python_on_another_rank_ends_it_for_all():
    def work(group):
        try:
            return pairs(Many(6, broken=5, calls=1, error=SystemExit("enough")), group)
        except ProblemError as error:
            return str(error), str(error.__cause__)

    (text, trace), *others = on_ranks(3, work)
    assert text == "SystemExit: enough (on rank 2)"
    assert "raise self.error" in trace  # the user's own line
    assert others == [None, None]


def test_a_network_that_one_rank_cannot_use_and_a_solver_that_gives_up():
    def work(group):
        def make(share):
            if group.rank == 1:
                raise ValueError("no memory here")
            return product(Many(4), share)

        try:
            return solve(group, make, lambda p: p(torch.ones(p.size)), StopFlag())
        except ProblemError as error:
            return str(error)

    assert on_ranks(3, work) == ["ValueError: no memory here (on rank 1)", None, None]

    def give_up(group):
        def solver(product):
            product(torch.ones(product.size))
            raise ValueError("residuals are too large")

        try:
            return solve(group, lambda share: product(Many(4), share), solver, StopFlag())
        except ValueError as error:
            return str(error)

    assert on_ranks(2, give_up) == ["residuals are too large", None]


@pytest.mark.parametrize("rank", [0, 2])
def test_a_stop_asked_of_any_rank_ends_it_between_products(rank):
    def work(group):
        stop = StopFlag()

        def solver(product):
            product(torch.ones(product.size))
            stop.requested |= rank == 0
            return product(torch.ones(product.size))

        stop.requested = rank == group.rank != 0

        try:
            return solve(group, lambda share: product(Many(4), share), solver, stop)
        except Stopped:
            return "stopped"

    assert on_ranks(3, work) == ["stopped", None, None]
