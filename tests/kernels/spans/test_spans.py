"""Subspaces through networks: their ends are the networks, barriers are known, projections are nearest points."""

import numpy as np
import pytest
import torch
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.spans.barrier import barrier
from landsweep.kernels.spans.corners import KINDS, through
from landsweep.kernels.spans.pca import principal
from landsweep.kernels.spans.projection import project
from landsweep.kernels.spans.span import multiples
from torch import nn


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()


def networks(count, size=21, seed=0):
    return np.random.default_rng(seed).normal(size=(count, size))


def rows(span):
    vectors = span.directions.delta if span.more is None else torch.cat([span.directions.delta, span.more])
    return vectors.double().numpy()


CORNERS = {
    "line": [(0,), (1,)],
    "plane": None,
    "bilinear": [(0, 0), (1, 0), (0, 1), (1, 1)],
    "barycentric": [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)],
}


@pytest.mark.parametrize("own", [True, False], ids=["own weights first", "files alone"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_subspace_goes_through_its_networks(model, kind, own):
    at = CORNERS[kind]
    corners = networks(3 if at is None else len(at))
    corners[0] *= not own
    span = through(model, kind, corners, list("abcd"))
    if at is None:  # Garipov et al.: orthogonal vectors, the third network above its foot on the first one
        u, v = span.directions.delta.numpy()
        assert abs(u @ v) < 1e-12
        at = [(0, 0), (1, 0), ((corners[2] - corners[0]) @ u / (u @ u), 1)]
    found = multiples(np.array(at, dtype=float), span.terms) @ rows(span)
    np.testing.assert_allclose(found, corners, atol=1e-13)
    assert (span.more is None) == (own and kind != "bilinear")


def test_a_plane_in_units_of_length_is_that_of_garipov(model):
    corners = networks(3)
    corners[0] = 0
    span = through(model, "plane", corners, list("abc"))
    lengths = span.directions.norms
    gram = span.directions.gram / np.outer(lengths, lengths)
    np.testing.assert_allclose(gram, np.eye(2), atol=1e-14)
    found, residuals = project(corners, rows(span), span.terms, 2)
    expected = np.linalg.norm(corners[:, None] - corners[None], axis=-1)
    found = found * lengths
    np.testing.assert_allclose(np.linalg.norm(found[:, None] - found[None], axis=-1), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(residuals, 0, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "change", "text"),
    [
        ("line", lambda c: np.stack([c[0], c[0]]), "a and b hold the same trainable weights, expected different ones"),
        ("plane", lambda c: np.stack([c[0], c[1], 3 * c[1] - 2 * c[0]]), "the three checkpoints lie on a line"),
        ("line", lambda c: np.stack([c[0], c[1] * np.nan]), "b holds weights that are not finite"),
        ("bilinear", lambda c: c[[0, 1, 2, 1]], "b and d hold the same trainable weights"),
    ],
)
def test_networks_that_span_nothing(model, kind, change, text):
    with pytest.raises(ValueError, match=text):
        through(model, kind, change(networks(4)), list("abcd"))


def test_principal_components_are_those_of_the_singular_values(model):
    points = networks(6) * np.linspace(1, 3, 21)
    span = principal(model, points, 2, skip=1)
    _, values, right = np.linalg.svd(points, full_matrices=False)
    np.testing.assert_allclose(span.shares, (values**2 / (values**2).sum())[1:3], rtol=1e-10)
    delta = span.directions.delta.numpy()
    cosine = np.abs(np.einsum("dp,dp->d", delta, right[1:3])) / span.directions.norms
    np.testing.assert_allclose(cosine, 1, rtol=1e-10)
    found, _ = project(points, delta, None, 2)
    np.testing.assert_allclose(found.max(axis=0), 1, rtol=1e-12)  # the farthest one, on the positive side
    assert (found > -1).all()


def test_points_on_a_plane_have_two_components_and_no_residual(model):
    points = networks(5, 2, seed=1) @ networks(2)
    span = principal(model, points, 2)
    assert span.shares.sum() == pytest.approx(1, abs=1e-12)
    _, residuals = project(points, rows(span), None, 2)
    assert residuals.max() < 1e-12 * np.linalg.norm(points)
    with pytest.raises(ValueError, match="the 5 checkpoints span 2 dimensions around the model's weights, expected at"):
        principal(model, points, 3)
    with pytest.raises(ValueError, match="span 0 dimensions"):
        principal(model, np.zeros((2, 21)), 1)


@pytest.mark.parametrize("terms", [None, [[1, 0], [0, 1], [0, 0]], [[1, 0], [0, 1], [1, 1]]])
def test_projections_are_the_nearest_points(terms):
    terms = None if terms is None else np.array(terms, dtype=np.uint8)
    vectors = networks(2 if terms is None else 3, seed=3)
    points = multiples(np.array([[0.3, -0.7], [1.2, 0.4]]), terms) @ vectors
    found, residuals = project(points, vectors, terms, 2)
    np.testing.assert_allclose(found, [[0.3, -0.7], [1.2, 0.4]], atol=1e-7)
    np.testing.assert_allclose(residuals, 0, atol=1e-7)
    aside = points + networks(2, seed=4)
    found, residuals = project(aside, vectors, terms, 2)
    tries = found[:, None] + 0.01 * np.random.default_rng(5).normal(size=(2, 200, 2))
    near = np.stack([multiples(t, terms) @ vectors for t in tries])
    assert (np.linalg.norm(aside[:, None] - near, axis=-1) >= residuals[:, None]).all()


def test_barriers_of_known_losses():
    t = np.linspace(-0.5, 1.5, 41)
    found = barrier(t, 16 * t**2 * (1 - t) ** 2 + t)  # a double well on a slope
    assert found.height == pytest.approx(1, abs=1e-12)
    assert found.position == pytest.approx(0.5)
    assert found.instability == pytest.approx((16 * t**2 * (1 - t) ** 2 + t)[(t >= 0) & (t <= 1)].max() - 0.5)
    assert barrier(t, (t - 0.5) ** 2).height == pytest.approx(0, abs=1e-12)  # below its chord
    assert np.isnan(barrier(t[1:] - 0.01, t[1:]).height)  # no point at the ends
    gap = np.where(np.abs(t - 0.5) < 0.1, np.nan, t)
    assert barrier(t, gap).height == np.inf
    assert np.isnan(barrier(t, np.where(np.abs(t) < 0.01, np.nan, t)).height)


def test_differences_are_taken_from_the_trained_weights(model):
    """The second network of a line is theta + delta, up to one rounding of its dtype."""
    theta = flatten(model)
    other = torch.randn_like(theta, generator=torch.Generator().manual_seed(1))
    span = through(model, "line", torch.stack([theta * 0, other - theta]).numpy(), ["a", "b"])
    np.testing.assert_allclose((theta + span.directions.delta[0]).numpy(), other.numpy(), rtol=1e-14, atol=1e-15)
