"""One Hessian over data that ranks share: the solver on rank 0 asks for products, and the others answer.

Only one rank decides when a solver is done, so ranks whose arithmetic differs cannot disagree about it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from landsweep.base.errors import ProblemError, Stopped, UserError
from landsweep.base.stop import StopFlag
from landsweep.executors.group import Group
from landsweep.kernels.curvature.hessian import CurvatureProduct, Node
from torch import Tensor

Result = TypeVar("Result")
_DONE = np.empty(0)
"""Rank 0 broadcasts this empty array to say that no product will follow."""


class SharedProduct:
    """``v -> H v`` on rank 0, over the data of all ranks, as a :class:`landsweep.kernels.curvature.spectrum.Product`.

    Raises
    ------
    ProblemError
        For an error of the problem on another rank; an error on rank 0 is raised as it is.
    Stopped
        Instead of a product, where a stop was requested: one item takes thousands of products.
    """

    def __init__(self, group: Group, own: CurvatureProduct, stop: StopFlag) -> None:
        self._group, self._own, self._stop = group, own, stop
        self.size, self.products = own.size, 0
        own.settle(self._collect(None))
        self.gradient, self.loss, self.theta = own.gradient, own.loss, own.theta
        self.kernels, self.doubt = own.kernels, own.doubt

    def __call__(self, vector: Tensor) -> Tensor:
        """Return ``H v`` of a vector ``(P,)``, float64."""
        if self._stop.requested:
            raise Stopped
        self.products += 1
        self._group.broadcast([vector.cpu().numpy()])
        return self._own.total(self._collect(vector))

    def _collect(self, vector: Tensor | None) -> list[Node]:
        """Return every rank's nodes in order of ranks, once all have answered."""
        error: BaseException | None = None
        nodes: list[Node] = []
        try:
            nodes += self._own.nodes(vector)
        except (Exception, SystemExit) as raised:  # after the others have answered
            error = raised
        for rank in range(1, self._group.size):
            (stop, of_user), text, trace, starts, lengths, *sums = self._group.receive(rank)
            self._stop.requested |= bool(stop)
            if text.size and error is None:
                kind = UserError if of_user else ProblemError  # a damaged file is no failure of the problem
                error = kind(f"{text.tobytes().decode()} (on rank {rank})")
                error.__cause__ = ProblemError(trace.tobytes().decode())  # what the user wrote is there
            parts = zip(starts, lengths, sums, strict=True)
            nodes += [(int(a), int(n), torch.from_numpy(x).to(self._own.device)) for a, n, x in parts]
        if error is not None:
            raise error
        return nodes


def solve(
    group: Group,
    make: Callable[[tuple[int, int]], CurvatureProduct],
    solver: Callable[[SharedProduct], Result],
    stop: StopFlag,
) -> Result | None:
    """Return on rank 0 the result of ``solver`` with products over all data, None elsewhere; every rank calls this.

    ``make((rank, ranks))`` returns the product over a share of the data; an error that it raises on any rank is raised
    on rank 0.
    """
    own: CurvatureProduct | None = None
    error: BaseException | None = None
    try:
        own = make((group.rank, group.size))
    except (Exception, SystemExit) as raised:
        error = raised
    if group.rank:
        _serve(group, own, error, stop)
        return None
    try:
        if own is None:
            for rank in range(1, group.size):
                group.receive(rank)  # what they found at the weights
            assert error is not None
            raise error
        return solver(SharedProduct(group, own, stop))
    finally:
        group.broadcast([_DONE])


def _serve(group: Group, own: CurvatureProduct | None, error: BaseException | None, stop: StopFlag) -> None:
    vector: Tensor | None = None
    while True:
        nodes: list[Node] = []
        failure = error
        if own is not None:
            try:
                nodes = own.nodes(vector)
            except (Exception, SystemExit) as raised:
                failure = raised
        texts = ["", ""]
        if failure is not None:
            name = "" if isinstance(failure, UserError) else f"{type(failure).__name__}: "
            texts = [f"{name}{failure}", "".join(traceback.format_exception(failure))]
        starts, lengths = (np.array([node[k] for node in nodes], np.int64) for k in (0, 1))
        sums = [x.cpu().numpy() for _, _, x in nodes]
        said = [np.frombuffer(text.encode(), np.uint8) for text in texts]
        flags = np.array([stop.requested, isinstance(failure, UserError)])
        group.send([flags, *said, starts, lengths, *sums], 0)
        (asked,) = group.broadcast(None)
        if not asked.size:
            return
        vector = torch.from_numpy(asked)
