"""The journal of a long item: it says how far the item is, and keeps a state on disk from which the item goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import Damaged, Stopped
from landsweep.base.events import ItemProgress, Notice
from landsweep.disk.arrays import read_arrays
from landsweep.disk.rundir import STATE, atomic
from landsweep.distributed.sharing import SharedProduct
from landsweep.kernels.curvature.watch import State, Watch
from landsweep.session.context import Context

TELL_SECONDS = 5.0
"""An item says how far it is at most once in this many seconds."""
LOSS_RTOL = 1e-3
"""A loss at the weights that differs by more, relatively, is that of other data."""
SHARE = 20.0
"""A state is written at most once in this many times the seconds that writing the last one took."""


class Teller(Watch):
    """A follower that says how far an item is, and stops it on request."""

    def __init__(self, context: Context, stage: str, index: int) -> None:
        super().__init__()
        self._context, self._stage, self._index = context, stage, index
        self._part, self._told = "", time.monotonic()

    def __call__(self, said: Callable[[], str], state: Callable[[], State]) -> None:
        """Say how far the solver is, now and then.

        Raises
        ------
        Stopped
            Where a stop was requested.
        """
        self._tell(said)
        if self._context.stop.requested:
            raise Stopped

    def _tell(self, said: Callable[[], str]) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._told = now
            text = f"{self._part}, {said()}" if self._part else said()
            self._context.tell(ItemProgress(self._stage, self._index, self._context.executor.rank, text))


class Journal(Teller):
    """The follower of the solvers of one item, on the rank where they run.

    Its file lies beside the item's result until that is there, and is written on a stop and every
    ``executor.checkpoint_seconds``. It holds the results of the solvers that have ended, and the state of the one that
    has not. A state is used only with the same content of the problem and the same weights in the same dtype, on the
    same kind of device, and with the same loss up to what another order of sums can change on a GPU.

    Parameters
    ----------
    context, stage, index, result
        The run, and the item with the path of its result.
    product
        The Hessian; its count of products goes on too.
    """

    def __init__(self, context: Context, stage: str, index: int, result: Path, product: SharedProduct) -> None:
        super().__init__(context, stage, index)
        self._product = product
        self._path = state_file(result)
        theta = product.theta
        digest = sha256(theta.cpu().numpy().tobytes()).hexdigest()
        bound = context.bound.found if context.bound is not None else ()
        sources = sorted(f"{source.name} {source.digest}" for source in bound)
        self._of = np.array("\n".join([f"{theta.device.type} {theta.dtype} {digest}", *sources]))
        self._finished: dict[str, dict[str, Any]] = {}
        self._past: dict[str, State] = {}
        self._counted = 0
        self._state: Callable[[], State] = dict
        self._fresh, self._broken = False, False
        self._saved = time.monotonic()
        self._interval = context.study.executor.checkpoint_seconds
        self._read()

    def part(self, name: str, compute: Callable[[Watch], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return what ``compute`` returns when it is given this journal, or has returned in an earlier session."""
        if name not in self._finished:
            self._part, self._state = name, dict
            self.past = self._past.pop(name, {})
            found = dict(compute(self))
            self._finished[name], self._counted, self._fresh = found, self._product.products, True
            self._part, self._state = "", dict
        return self._finished[name]

    def __call__(self, said: Callable[[], str], state: Callable[[], State]) -> None:
        """Take note of a product: say how far the solver is, and write its state, each now and then.

        A stop is left to the next product.
        """
        self._state, self._fresh = state, True
        self._tell(said)
        if time.monotonic() - self._saved >= self._interval:
            self.save()

    def save(self) -> None:
        """Write the state, if there is a new one; where that fails, say so once and go on without."""
        if not self._fresh or self._broken:
            return
        begin, self._fresh = time.monotonic(), False
        state = self._state()
        if not state and not self._finished:
            return
        arrays = {f"finished/{part}/{name}": x for part, found in self._finished.items() for name, x in found.items()}
        arrays |= {f"past/{self._part}/{name}": x for name, x in state.items()}
        try:
            with atomic(self._path) as partial, partial.open("wb") as handle:
                np.savez(handle, of=self._of, loss=self._product.loss, counted=self._counted, **arrays)
        except OSError as error:
            self._broken = True
            text = f"its state cannot be written ({error.strerror}), so that a stop loses its products so far"
            self._context.tell(Notice(f"{self._stage} {self._index}: {text}."))
        self._saved = time.monotonic()
        self._interval = max(self._context.study.executor.checkpoint_seconds, SHARE * (self._saved - begin))

    def _read(self) -> None:
        arrays: State = {}
        with suppress(Damaged, OSError):  # none, or damaged: begin again
            arrays = read_arrays(self._path)
        loss = float(arrays.pop("loss", np.array(np.nan)))
        if str(arrays.pop("of", "")) != str(self._of) or not np.isclose(loss, self._product.loss, rtol=LOSS_RTOL):
            return
        self._product.products = self._counted = int(arrays.pop("counted"))
        for key, array in arrays.items():
            kind, part, name = key.split("/")
            (self._finished if kind == "finished" else self._past).setdefault(part, {})[name] = array


def state_file(result: Path) -> Path:
    """Return the path of the state of an item in hand, beside its result."""
    return result.with_suffix(STATE)
