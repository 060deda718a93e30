"""The random numbers that a user's data are made from, seeded by a draw and kept apart from all others."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

State = tuple[Any, ...]


@contextmanager
def restored() -> Iterator[None]:
    """Put all global generators of random numbers back, after the block, to where they were before it."""
    before = _state()
    try:
        yield
    finally:
        _set(before)


@contextmanager
def watched() -> Iterator[list[bool]]:
    """Yield a list to which it is added, after the block, whether the block drew from a global generator."""
    found: list[bool] = []
    before = _state()
    yield found
    found.append(not _same(before, _state()))


class Sampling:
    """The state of all global generators of random numbers for one draw: torch's, NumPy's and that of ``random``.

    Inside :meth:`active` the generators go on from this state; after it they are where they were before the block, so
    that neither training nor a loss sees that data were read.

    Parameters
    ----------
    draw
        The draw, a whole number of at least 0, from which all are seeded.
    """

    def __init__(self, draw: int) -> None:
        self._seed = int(np.random.SeedSequence(draw).generate_state(1)[0])
        self._own: list[torch.Generator] = []
        self._own_state: list[torch.Tensor] = []
        with restored():
            torch.default_generator.manual_seed(self._seed)  # torch.manual_seed would prepare GPUs as well
            if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch
                torch.cuda.manual_seed(self._seed)
            np.random.seed(self._seed)
            random.seed(self._seed)
            self._state = self._first = _state()

    @property
    def used(self) -> bool:
        """Whether any random number was drawn inside, which generators of a loader's own are there for."""
        return bool(self._own) or not _same(self._state, self._first)

    def of(self, generators: list[torch.Generator]) -> None:
        """Take in generators of a loader's own, seeded like the global ones."""
        self._own = generators
        self._own_state = [torch.Generator(g.device).manual_seed(self._seed).get_state() for g in generators]

    @contextmanager
    def active(self) -> Iterator[None]:
        """Let the block draw from this state."""
        with self._restored():
            _set(self._state)
            for generator, state in zip(self._own, self._own_state, strict=True):
                generator.set_state(state)
            try:
                yield
            finally:
                self._state = _state()
                self._own_state = [generator.get_state() for generator in self._own]

    @contextmanager
    def _restored(self) -> Iterator[None]:
        own = [generator.get_state() for generator in self._own]
        try:
            with restored():
                yield
        finally:
            for generator, state in zip(self._own, own, strict=True):
                generator.set_state(state)


def _state() -> State:
    used = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # torch
    on_gpu = torch.cuda.get_rng_state() if used else None
    return torch.get_rng_state(), np.random.get_state(), random.getstate(), on_gpu


def _set(state: State) -> None:
    torch.set_rng_state(state[0])
    np.random.set_state(state[1])
    random.setstate(state[2])
    if state[3] is not None:
        torch.cuda.set_rng_state(state[3])


def _same(one: State, other: State) -> bool:
    return (
        torch.equal(one[0], other[0])
        and all(np.array_equal(a, b) for a, b in zip(one[1], other[1], strict=True))
        and one[2] == other[2]
    )


def generators_of(loader: Any) -> list[torch.Generator]:
    """Return the generators that a loader and its samplers have of their own."""
    found: dict[int, torch.Generator] = {}
    holders, seen = [loader], set()
    while holders:
        holder = holders.pop()
        if holder is None or id(holder) in seen:
            continue
        seen.add(id(holder))
        generator = getattr(holder, "generator", None)
        if isinstance(generator, torch.Generator):
            found[id(generator)] = generator
        holders += [getattr(holder, name, None) for name in ("sampler", "batch_sampler")]
    return list(found.values())


def frozen(make: Callable[[], Iterable[Any]], sampling: Sampling) -> Iterator[Any]:
    """Yield what the iterable that ``make`` returns yields, each item made with the random numbers of ``sampling``."""
    with sampling.active():
        found = make()
    sampling.of(generators_of(found))
    with sampling.active():
        items = iter(found)
    while True:
        with sampling.active():
            try:
                item = next(items)
            except StopIteration:
                return
        yield item
