"""Geometry of directions: derivatives by the coordinates of the grid from those by multiples of stored vectors."""

import numpy as np
import pytest
from landsweep.disk.directions import Geometry

TERMS = {
    "directions": None,
    "line from elsewhere": [[1], [0]],
    "bilinear": [[1, 0], [0, 1], [1, 1]],
    "bilinear from elsewhere": [[1, 0], [0, 1], [1, 1], [0, 0]],
    "three at once": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [1, 0, 1]],
}


@pytest.mark.parametrize("terms", TERMS.values(), ids=TERMS)
def test_derivatives_by_coordinates_are_those_of_differences(terms):
    d = 2 if terms is None else len(terms[0])
    m = d if terms is None else len(terms)
    rng = np.random.default_rng(m)
    matrix, vector, scale = rng.normal(size=(m, m)), rng.normal(size=m), rng.uniform(0.5, 2, d)
    matrix = matrix + matrix.T
    nothing = np.full(d, np.nan)
    exponents = None if terms is None else np.array(terms)
    geometry = Geometry(np.eye(m), np.ones(m), 1.0, scale, nothing, nothing, nothing, nothing, exponents)

    def f(at):
        x = geometry.multiples(at)
        return np.sin(x @ vector) + 0.5 * np.einsum("ni,ij,nj->n", x, matrix, x)

    at = rng.normal(size=(3, d))
    x = geometry.multiples(at)
    gradient = np.cos(x @ vector)[:, None] * vector + x @ matrix
    hessian = matrix - np.sin(x @ vector)[:, None, None] * np.outer(vector, vector)
    first, second = geometry.by_coordinates(at, gradient, hessian)
    np.testing.assert_array_equal(geometry.gradient_by_coordinates(at, gradient), first)
    h, steps = 1e-4, 1e-4 * np.eye(d)
    for i in range(d):
        np.testing.assert_allclose(first[:, i], (f(at + steps[i]) - f(at - steps[i])) / (2 * h), rtol=1e-5, atol=1e-6)
        for j in range(d):
            corners = [f(at + a * steps[i] + b * steps[j]) * a * b for a in (1, -1) for b in (1, -1)]
            np.testing.assert_allclose(second[:, i, j], sum(corners) / (4 * h * h), rtol=1e-4, atol=1e-5)
