"""Reaction and reaction-diffusion: residuals, solutions, float64, the weight of the residual, and the curriculum."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.pinn import Convection
from landsweep.jobs.problems.reaction import Reaction, ReactionDiffusion
from landsweep.kernels.problem import Start
from torch import nn


def derivative(u, points, axis):
    return torch.autograd.grad(u.sum(), points, create_graph=True)[0][:, axis : axis + 1]


def test_residuals_are_those_of_autograd():
    problem = ReactionDiffusion(rho=3.0, nu=0.5, n_f=30, dtype="float64")
    model = problem.build(0)
    (batch,) = problem.batches()
    plain = nn.Sequential(*(nn.Tanh() if isinstance(m, nn.Tanh) else m for m in model))  # as it is usually written
    points = batch.data["points"].clone().requires_grad_(True)
    u = plain(points)
    u_t, u_x = derivative(u, points, 1), derivative(u, points, 0)
    u_xx = derivative(u_x, points, 0)
    residual = (u_t - 0.5 * u_xx - 3.0 * u * (1 - u))[:30]
    left, right = u[-200:-100], u[-100:]
    slopes = (u_x[-200:-100] - u_x[-100:]).square().mean()
    found = problem.loss(model, batch)
    assert found["loss_residual"].item() == pytest.approx(residual.square().mean().item(), rel=1e-10)
    assert found["loss_boundary"].item() == pytest.approx(((left - right).square().mean() + slopes).item(), rel=1e-10)
    alone = Reaction(rho=3.0, n_f=30, dtype="float64").loss(model, batch)
    expected = (u_t - 3.0 * u * (1 - u))[:30].square().mean()
    assert alone["loss_residual"].item() == pytest.approx(expected.item(), rel=1e-10)


def test_the_solution_of_the_reaction_solves_it():
    problem = Reaction(rho=4.0)
    solution = problem.exact()
    np.testing.assert_allclose(solution[0], problem.initial(problem._x))
    fine = np.gradient(solution, problem._t, axis=0, edge_order=2)
    inner = slice(10, -10)
    np.testing.assert_allclose(fine[inner], (4 * solution * (1 - solution))[inner], atol=2e-3)


def test_the_solution_of_reaction_and_diffusion_agrees_with_another_method_and_has_converged():
    from scipy.integrate import solve_ivp

    problem = ReactionDiffusion(rho=5.0, nu=3.0)
    found = problem.exact(50)
    waves = np.fft.rfftfreq(256, 1 / 256)

    def rate(t, u):
        return 3.0 * np.fft.irfft(-(waves**2) * np.fft.rfft(u), 256) + 5.0 * u * (1 - u)

    lines = solve_ivp(rate, (0, 1), problem.initial(problem._x), "BDF", rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found[-1], lines.y[:, -1], atol=1e-6)
    np.testing.assert_allclose(found, problem.exact(100), atol=1e-7)
    assert np.abs(problem.exact(101) - problem.exact(202)).max() < 1e-8
    np.testing.assert_allclose(ReactionDiffusion(rho=5.0, nu=0.0).exact(), Reaction(rho=5.0).exact(), atol=1e-10)


def test_the_weight_of_the_residual_counts_in_the_loss_alone():
    one, ten = (Convection(2.0, n_f=20, residual_weight=weight, dtype="float64") for weight in (1.0, 10.0))
    (batch,) = one.batches()
    with torch.no_grad():
        plain, weighted = (problem.loss(one.build(0), batch) for problem in (one, ten))
    assert plain["loss_residual"] == weighted["loss_residual"]
    assert float(weighted["loss"] - plain["loss"]) == pytest.approx(9 * float(plain["loss_residual"]), rel=1e-10)


def test_a_reaction_is_learnt_in_float64():
    problem = Reaction(rho=2.0, n_f=100, iterations=300, dtype="float64")
    model = problem.train(problem.build(0), 0)
    assert next(model.parameters()).dtype == torch.float64
    assert problem.quality(model)["relative_error"] < 0.05


def test_a_curriculum_raises_the_coefficient_and_resumes_with_the_same_bits():
    problem = Convection(4.0, n_f=50, iterations=60, curriculum=1.5)
    assert [lesson.beta for lesson in problem._lessons()] == [1.5, 3.0, 4.0]
    assert [lesson.beta for lesson in Convection(-2.0, curriculum=1)._lessons()] == [-1.0, -2.0]
    kept = []

    def keep(step, model, state):
        kept.append((step, deepcopy(model), deepcopy(state)))

    whole = problem.train(problem.build(0), 0, on_step=keep)
    assert [step for step, *_ in kept] == [50, 60, 110, 120, 170, 180]
    for step, model, state in kept[1:5]:
        resumed = problem.train(model, 0, start=Start(step, state))
        assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True)), step


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Reaction("fast"), "rho is 'fast', expected a finite number"),
        (lambda: ReactionDiffusion(1, -1), "nu is -1, expected a number of at least 0"),
        (lambda: Convection(1, dtype="float16"), "dtype is 'float16', expected float32 or float64"),
        (lambda: Convection(1, curriculum=0), "curriculum 0, expected a weight of at least 0 and a step above 0"),
    ],
)
def test_mistakes(make, text):
    with pytest.raises(ValueError, match=text):
        make()
