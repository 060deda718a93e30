"""Directions: masked, orthonormal, normalised as Li et al. 2018 say, the same everywhere."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from landsweep.kernels.loss.directions import (
    flatten,
    gaussian,
    given_directions,
    kept,
    normalise,
    orthonormalise,
    random_directions,
)
from landsweep.kernels.parameters.finite import not_finite
from landsweep.kernels.problem import trainable_parameters
from torch import nn


def network() -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 5), nn.LayerNorm(5))
    nn.init.normal_(model[1].weight)
    return model


def split(model, vector):
    sizes = [p.numel() for _, p in trainable_parameters(model)]
    return {
        name: part.reshape(p.shape)
        for (name, p), part in zip(trainable_parameters(model), vector.split(sizes), strict=True)
    }


@given(seed=st.integers(0, 2**31), dims=st.integers(1, 6), size=st.integers(6, 60))
def test_orthonormal_to_working_precision(seed, dims, size):
    vectors = orthonormalise(gaussian(dims, size, seed))
    assert (vectors @ vectors.T).numpy() == pytest.approx(np.eye(dims), abs=1e-13)


def test_nearly_parallel_vectors_are_made_orthogonal():
    """Gram-Schmidt without division by the norm, or done once, fails here."""
    first = torch.randn(1000, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 1e3
    second = first + 1e-6 * torch.randn(1000, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    result = orthonormalise(torch.stack([first, second]))
    assert abs(float(result[0] @ result[1])) < 1e-14


def test_dependent_vectors_are_refused():
    vectors = torch.ones(2, 5, dtype=torch.float64)
    with pytest.raises(ValueError, match="direction 1 depends on the 1 before it, expected independent directions"):
        orthonormalise(vectors)


@given(seed=st.integers(0, 10**6), dims=st.integers(1, 5))
def test_more_directions_leave_the_first_ones_alone(seed, dims):
    model = network()
    few, many = random_directions(model, dims, seed), random_directions(model, dims + 1, seed)
    assert torch.equal(many.delta[:dims], few.delta)


def test_the_numbers_do_not_depend_on_threads():
    model, before = network(), torch.get_num_threads()
    try:
        results = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            results.append(random_directions(model, 3, 5).delta)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(*results)


def test_the_numbers_are_these():
    """A stream that changes with the version of a library would change every landscape."""
    assert gaussian(1, 3, 0)[0].tolist() == pytest.approx(
        np.random.Generator(np.random.Philox(np.random.SeedSequence(0, spawn_key=(0,)))).standard_normal(3).tolist()
    )
    assert gaussian(2, 2, 42).tolist() != gaussian(2, 2, 43).tolist()


def test_ignored_parameters_stay_where_they_are():
    model = network()
    names = [name for name, _ in trainable_parameters(model)]
    assert names == ["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias", "4.weight", "4.bias"]
    assert kept(model, ["bias"]) == [True, False, True, False, True, False, True, False]
    assert kept(model, ["norm"]) == [True, True, False, False, True, True, False, False]
    assert kept(model, ["3.*"]) == [True, True, True, True, False, False, True, True]
    for vector in random_directions(model, 2, 0, "filter", ["bias", "norm"]).delta:
        parts = split(model, vector)
        assert all((parts[name] == 0).all() for name in names if name not in ("0.weight", "3.weight"))
        assert (parts["0.weight"] != 0).all()


def test_filter_normalisation_gives_each_filter_the_norm_of_thetas():
    model = network()
    for vector in random_directions(model, 2, 1, "filter", []).delta:
        parts = split(model, vector)
        for name, p in trainable_parameters(model):
            rows = len(p) if p.ndim > 1 else 1
            expected = p.detach().reshape(rows, -1).norm(dim=1)
            assert parts[name].reshape(rows, -1).norm(dim=1).tolist() == pytest.approx(expected.tolist(), rel=1e-5)


def test_layer_model_and_no_normalisation():
    model = network()
    theta = flatten(model, torch.float64)
    layer = split(model, random_directions(model, 2, 1, "layer", []).delta[1])
    for name, p in trainable_parameters(model):
        assert float(layer[name].norm()) == pytest.approx(float(p.detach().norm()), rel=1e-5)
    whole = random_directions(model, 2, 1, "model", [])
    assert whole.norms == pytest.approx([float(theta.norm())] * 2, rel=1e-5)
    plain = random_directions(model, 3, 1, "none", [])
    assert plain.gram == pytest.approx(np.eye(3), abs=1e-6)


def test_zero_filters_make_no_nan():
    vectors = torch.ones(1, 6, dtype=torch.float64)
    theta = [torch.zeros(2, 2), torch.tensor([3.0, 4.0])]
    assert normalise(vectors, theta, "filter")[0].tolist() == pytest.approx([0, 0, 0, 0, 5 / 2**0.5, 5 / 2**0.5])
    masked = vectors.clone()
    masked[0, 4:] = 0
    assert not torch.isnan(normalise(masked, theta, "filter")).any()


def test_gram_and_norms_are_those_of_the_stored_vectors():
    model = network()
    made = random_directions(model, 3, 2)
    exact = made.delta.double().numpy()
    assert made.delta.dtype == torch.float32
    assert made.gram == pytest.approx(exact @ exact.T)
    assert made.norms == pytest.approx(np.linalg.norm(exact, axis=1))
    assert made.theta_norm == pytest.approx(float(flatten(model, torch.float64).norm()))


def test_frozen_parameters_are_no_part_of_theta_and_tied_ones_come_once():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    model[0].bias.requires_grad_(False)
    assert len(flatten(model)) == 9 + 3
    assert random_directions(model, 2, 0, "none", []).delta.shape == (2, 12)


def test_too_few_parameters_and_bad_vectors_are_refused():
    model = nn.Linear(2, 1)
    with pytest.raises(ValueError, match="2 parameters may move but 3 directions are asked for"):
        random_directions(model, 3, 0)
    with pytest.raises(ValueError, match=r"directions have shape \(1, 4\), expected \(d, 3\): one row per direction"):
        given_directions(model, np.ones((1, 4)))
    with pytest.raises(ValueError, match="a direction is zero or holds NaN"):
        given_directions(model, np.zeros((1, 3)))


@pytest.mark.parametrize("how", ["filter", "layer", "model"])
def test_directions_of_weights_that_are_zero_are_refused(how):
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    for p in (model[0].weight, model[1].weight):
        nn.init.zeros_(p)
    text = (
        f"direction 0 has norm zero, as all weights that it moves are zero and normalisation {how} gives it their "
        "norm, expected weights that are not zero: ignore less, train them first, or say normalisation: none."
    )
    with pytest.raises(ValueError, match=text):
        random_directions(model, 1, 0, how)
    with pytest.raises(ValueError, match=text):
        given_directions(model, np.array([[1.0] * 4 + [0.0] * 5]), how)
    assert random_directions(model, 1, 0, "none").norms == pytest.approx([1])
    assert random_directions(model, 1, 0, how, []).norms > 0  # biases are not zero


def test_directions_that_normalisation_makes_parallel_are_refused():
    """Of 5 numbers that may move all but one are zero: two directions become that number, up to the sign."""
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(2, 2))
    nn.init.zeros_(model[1].weight)
    with pytest.raises(ValueError, match="2 directions are linearly dependent after normalisation filter, as too few"):
        random_directions(model, 2, 0)
    assert random_directions(model, 1, 0).norms > 0
    assert random_directions(model, 2, 0, "none").gram == pytest.approx(np.eye(2), abs=1e-6)


def test_weights_that_are_not_finite_are_named():
    model = nn.Linear(2, 2)
    with torch.no_grad():
        model.weight[0] = torch.inf
    text = "weights are not finite: weight has 2 infinite among 4 values, expected finite ones"
    with pytest.raises(ValueError, match=text):
        random_directions(model, 1, 0)
    with pytest.raises(ValueError, match=text):
        given_directions(model, np.ones((1, 6)))


def test_a_mask_may_be_infinite_but_not_nan():
    model = nn.BatchNorm1d(2)
    model.register_buffer("mask", torch.tensor([0.0, -torch.inf]))
    model.frozen = nn.Parameter(torch.tensor(torch.inf), requires_grad=False)
    assert not not_finite(model)
    model.running_var[0] = torch.inf
    model.mask[0] = torch.nan
    assert not_finite(model) == "running_var has 1 infinite among 2 values; mask has 1 NaN among 2 values"
