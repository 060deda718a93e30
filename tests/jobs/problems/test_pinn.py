"""The convection PINN: its residual, its training, and the errors that the papers report in kind."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.pinn import Convection
from landsweep.kernels.problem import Start
from torch import nn


def assert_same_weights(one, other):
    for mine, theirs in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def double(problem):
    (batch,) = problem.batches()
    return batch.to(torch.device("cpu"), torch.float64)


def test_the_forward_mode_residual_is_that_of_autograd():
    problem = Convection(beta=3.5)
    model, batch = problem.build(0).double(), double(problem)
    points = batch.data["points"][: problem.n_f].clone().requires_grad_(True)
    layers = [nn.Tanh() if isinstance(m, nn.Tanh) else m for m in model]
    u = nn.Sequential(*layers)(points)  # as it is usually written
    (gradient,) = torch.autograd.grad(u.sum(), points, create_graph=True)
    expected = (gradient[:, 1] + 3.5 * gradient[:, 0]).square().mean()
    found = problem.loss(model, batch)["loss_residual"]
    assert float(found.detach()) == pytest.approx(float(expected.detach()), rel=1e-10)
    for mine, theirs in zip(
        torch.autograd.grad(found, list(model.parameters()), allow_unused=True),
        torch.autograd.grad(expected, list(model.parameters()), allow_unused=True),
        strict=True,
    ):
        assert (mine is None) == (theirs is None)  # the last bias has no part in a derivative
        if mine is not None:
            np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("beta", [0, 1, 7.5])
def test_the_exact_solution_has_no_loss(beta):
    problem = Convection(beta)

    def u(points):
        return torch.sin(points[..., :1] - beta * points[..., 1:])

    def exact(points, along, n):
        return u(points), torch.func.jvp(u, (points[:n],), (along.expand(n, 2),))[1]

    losses = problem.loss(exact, double(problem))
    assert set(losses) == {"loss", "loss_initial", "loss_boundary", "loss_residual"}
    assert all(float(v) < 1e-25 for v in losses.values())


def test_the_loss_is_the_sum_of_its_terms_and_runs_for_many_parameters_at_once():
    problem = Convection(2.0, n_f=20)
    model, batch = problem.build(0).double(), double(problem)
    base = {name: p.detach() for name, p in model.named_parameters()}
    scales = torch.linspace(0.5, 1.5, 5, dtype=torch.float64)
    many = {name: scales.reshape(-1, *[1] * p.ndim) * p for name, p in base.items()}

    def one(parameters):
        return problem.loss(lambda *args: torch.func.functional_call(model, parameters, args), batch)

    together = torch.func.vmap(one)(many)
    for k in range(5):
        single = one({name: values[k] for name, values in many.items()})
        for name in single:
            assert float(together[name][k]) == pytest.approx(float(single[name]), rel=1e-12)
        parts = sum(float(single[f"loss_{term}"]) for term in ("initial", "boundary", "residual"))
        assert float(single["loss"]) == pytest.approx(parts, rel=1e-12)


@pytest.fixture(scope="module")
def trained(one_thread):
    """Training that nobody interrupts: the problem, its weights, and the states that it was given on its way."""
    problem, kept = Convection(4.0, n_f=50, iterations=180), []
    model = problem.train(
        problem.build(0), 0, on_step=lambda s, m, state: kept.append((s, deepcopy(m), deepcopy(state)))
    )
    return problem, model, kept


def test_resuming_gives_the_bits_of_never_having_stopped(tmp_path, trained):
    _, reference, _ = trained
    problem, saved = Convection(4.0, n_f=50, iterations=180), tmp_path / "training.pt"

    class Killed(Exception):
        pass

    def on_step(step, model, state):
        torch.save({"step": step, "model": model.state_dict(), "optimizer": state}, saved)
        if step >= 50:
            raise Killed

    with pytest.raises(Killed):
        problem.train(problem.build(0), 0, on_step=on_step)
    loaded = torch.load(saved, weights_only=True)
    model = problem.build(5)
    model.load_state_dict(loaded["model"])
    steps = []
    resumed = problem.train(
        model, 0, start=Start(loaded["step"], loaded["optimizer"]), on_step=lambda s, *_: steps.append(s)
    )
    assert loaded["step"] == 50
    assert steps == [100, 150, 180]
    assert_same_weights(resumed, reference)


def test_the_state_that_training_starts_from_is_left_as_it_was(trained):
    problem, reference, kept = trained
    step, late, state = kept[-2]
    assert step == 150
    for _ in range(2):
        assert_same_weights(problem.train(deepcopy(late), 0, start=Start(step, state)), reference)
    step, last, state = kept[-1]
    assert step == problem.iterations
    assert_same_weights(problem.train(deepcopy(last), 0, start=Start(step, state)), reference)


def test_training_is_one_run_of_torch_lbfgs_that_stops_where_that_converges():
    problem, kept = Convection(1.0, n_f=5), []
    mine = problem.train(
        problem.build(0), 0, on_step=lambda s, m, state: kept.append((s, deepcopy(m), deepcopy(state)))
    )
    theirs = problem.build(0)
    optimizer = torch.optim.LBFGS(
        theirs.parameters(),
        lr=1.0,
        max_iter=problem.iterations,
        history_size=50,
        tolerance_grad=1e-7,
        tolerance_change=1e-7,
        line_search_fn="strong_wolfe",
    )
    (batch,) = problem.batches()
    batch = batch.to(torch.device("cpu"), torch.float32)

    def closure():
        optimizer.zero_grad()
        loss = problem.loss(theirs, batch)["loss"]
        loss.backward()
        return loss

    optimizer.step(closure)
    iterations = optimizer.state[next(theirs.parameters())]["n_iter"]
    assert 50 < iterations < problem.iterations
    assert [step for step, _, _ in kept] == list(range(50, iterations, 50))  # none once it has converged
    assert_same_weights(mine, theirs)
    step, last, state = kept[-1]
    assert_same_weights(problem.train(last, 0, start=Start(step, state)), theirs)


def test_build_is_a_function_of_the_seed_and_leaves_the_global_stream_alone():
    problem = Convection(1.0)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, same, other = problem.build(0), problem.build(0), problem.build(1)
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not torch.equal(next(one.parameters()), next(other.parameters()))
    assert sum(p.numel() for p in one.parameters()) == 7851


def test_draws_select_other_collocation_points_inside_the_domain():
    problem = Convection(1.0, n_f=100)
    first, again, other = (next(iter(problem.batches(draw=d))).data["points"][:100] for d in (0, 0, 1))
    x, t = np.meshgrid(np.linspace(0, 2 * np.pi, 256, endpoint=False)[1:], np.linspace(0, 1, 100)[1:])
    np.random.seed(0)  # as the paper's code draws them
    chosen = np.random.choice(x.size, 100, replace=False)
    np.testing.assert_array_equal(first, np.stack([x.ravel()[chosen], t.ravel()[chosen]], axis=1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(torch.unique(first, dim=0)) == 100
    assert ((first[:, 0] > 0) & (first[:, 0] < 2 * np.pi) & (first[:, 1] > 0) & (first[:, 1] <= 1)).all()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"beta": float("nan")}, "beta is nan, expected a finite number"),
        ({"beta": "1e1"}, "beta is '1e1', expected a finite number"),
        ({"beta": 1.0, "n_f": 0}, "n_f is 0, expected a whole number from 1 to 25245"),
        ({"beta": 1.0, "n_f": 25_246}, "n_f is 25246, expected a whole number from 1 to 25245"),
        ({"beta": 1.0, "n_f": 99.5}, "n_f is 99.5, expected a whole number from 1 to 25245"),
        ({"beta": 1.0, "n_f": "1e3"}, "n_f is '1e3', expected a whole number from 1 to 25245"),
        ({"beta": 1.0, "iterations": 0}, "iterations is 0, expected a whole number of at least 1"),
    ],
)
def test_mistakes(arguments, text):
    with pytest.raises(ValueError, match=text):
        Convection(**arguments)


def test_a_pinn_has_only_its_training_points():
    with pytest.raises(ValueError, match="split is 'test', expected train"):
        next(Convection(1.0).batches(split="test"))


def relative_error(beta, n_f):
    problem = Convection(beta, n_f)
    return problem.quality(problem.train(problem.build(0), 0))["relative_error"]


@pytest.mark.long
@pytest.mark.parametrize("beta", [pytest.param(1, marks=pytest.mark.soak), 4])
def test_small_beta_is_learnt_from_100_points(beta):
    assert relative_error(beta, 100) < 0.05


@pytest.mark.long
@pytest.mark.parametrize(
    ("beta", "bound"),
    [pytest.param(7, 0.3, marks=pytest.mark.soak), pytest.param(8, 0.5, marks=pytest.mark.soak), (10, 0.5)],
)
def test_large_beta_is_not_learnt_from_100_points(beta, bound):
    assert relative_error(beta, 100) > bound


@pytest.mark.soak  # docs/benchmarks.md gives its error
def test_large_beta_is_learnt_from_1000_points():
    assert relative_error(10, 1000) < 0.05
