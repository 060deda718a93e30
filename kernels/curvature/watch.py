"""What follows a solver from product to product: it hears how far the solver is, and may keep its state."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

State = dict[str, np.ndarray]
"""The state of a solver between two products, from which it goes on with the same bits; empty to begin."""


class Watch:
    """A follower of a solver; this one keeps nothing.

    Attributes
    ----------
    past
        The state from which the solver goes on. Solvers read it once, when they begin.
    """

    def __init__(self, past: State | None = None) -> None:
        self.past: State = past or {}

    def __call__(self, said: Callable[[], str], state: Callable[[], State]) -> None:
        """Take note of a product.

        Parameters
        ----------
        said
            A function that says how far the solver is.
        state
            A function that returns the solver's state after this product, whenever it is called; the state is empty
            where it would be too large to be kept.
        """


def random_state(rng: np.random.Generator) -> np.ndarray:
    """Return the state of a generator as an array of text."""
    return np.array(json.dumps(rng.bit_generator.state))


def set_random_state(rng: np.random.Generator, state: np.ndarray) -> None:
    """Let a generator go on from a state that :func:`random_state` has returned."""
    rng.bit_generator.state = json.loads(str(state))
