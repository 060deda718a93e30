"""What joins what: passes beside others, around corners, and over minima that the grid does not show."""

import numpy as np
import pytest
from surfaces import (
    ODD,
    Known,
    deaths,
    exp,
    grid_minima,
    himmelblau,
    kinds,
    matches,
    moved,
    mueller_brown,
    search,
    turn,
)


def test_a_well_beside_a_long_way_around():
    """Two wells at the ends of a horseshoe: the pass is on the ring, not on the line between them."""

    def function(x):
        radius = x[0] ** 2 + x[1] ** 2
        return 10.0 * (radius - 1.0) ** 2 + 0.5 * x[0] - 0.6 * exp(-8.0 * ((x[0] - 0.8) ** 2 + (x[1] - 0.6) ** 2))

    coarse = search(function, [(-1.5, 1.5)] * 2, 9, samples=16)
    fine = search(function, [(-1.5, 1.5)] * 2, 33)
    assert len(fine.value) == 2
    assert matches(coarse.alpha, fine.alpha)
    assert deaths(coarse) == pytest.approx(deaths(fine), rel=1e-8)


@pytest.mark.parametrize(
    ("function", "box"), [(himmelblau, [(-5, 5)] * 2), (mueller_brown, [(-1.5, 1.2), (-0.2, 2.0)])]
)
def test_what_a_saddle_joins_is_where_steepest_descent_leads(function, box):
    """One negative eigenvalue does not say which minima are joined: small steps along the gradient do."""
    found = search(function, box, 9, samples=16)
    surface = Known(function)
    assert len(found.saddle_value)
    for k, alpha in enumerate(found.saddle_alpha):
        _, vectors = np.linalg.eigh(surface.derivatives(alpha[None]).hessian[0])
        x = alpha + 1e-3 * np.array([vectors[:, 0], -vectors[:, 0]])
        for _ in range(700):
            gradient = surface.derivatives(x).gradient
            x = x - 0.01 * gradient / np.linalg.norm(gradient, axis=1, keepdims=True)
        ends = abs(x[:, None] - found.alpha[None]).max(-1).argmin(1)
        assert sorted(ends.tolist()) == found.joins[found.joins[:, 0] == k, 1].tolist()


@pytest.mark.parametrize("angle", ODD[:3])
def test_a_minimum_on_the_way_that_the_grid_does_not_show(angle):
    """Between two wells there is a third, narrower than a step: the way from one to the other leads through it."""

    def function(x):
        along = (x[0] ** 2 - 1.0) ** 2 - 0.5 * exp(-60.0 * (x[0] - 0.07) ** 2)
        return along + 2.0 * x[1] ** 2

    turned_ = moved(function, turn(angle))
    assert grid_minima(turned_, [(-1.6, 1.6)] * 2, 7) == 2
    found = search(turned_, [(-1.6, 1.6)] * 2, 7)
    assert len(found.value) == 3
    assert kinds(found) == ["interior"] * 3
    heights = deaths(found)
    line = np.linspace(-1, 1, 200001)
    along = (line**2 - 1) ** 2 - 0.5 * np.exp(-60 * (line - 0.07) ** 2)
    middle = int(abs(line - 0.07).argmin())
    assert heights == pytest.approx(sorted([along[:middle].max(), along[middle:].max()]), rel=1e-8)


@pytest.mark.parametrize("points", [6, 9, 14])
def test_of_two_passes_the_lower_one_counts(points):
    """A ridge has two gaps, side by side, of heights 0.7 and 0.66."""

    def function(x):
        ridge = 1.0 - 0.3 * exp(-12.0 * (x[1] - 0.5) ** 2) - 0.34 * exp(-12.0 * (x[1] + 0.4) ** 2)
        return ridge * exp(-6.0 * x[0] ** 2) + 0.3 * (x[0] ** 2 - 1.0) ** 2 + 0.05 * x[1] ** 2

    box = [(-1.5, 1.4), (-1.1, 1.2)]
    found = search(function, box, points, samples=8)
    line = np.linspace(-1.1, 1.2, 200001)
    on_ridge = Known(function).values(np.stack([0 * line, line], 1))  # f is even in x_0: its passes lie at 0
    assert len(found.value) == 2
    assert deaths(found) == pytest.approx([on_ridge.min()], rel=1e-8)
