"""The objects of a model that a rank keeps between units: its data on the device and its strategies."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

import torch
from landsweep.base.errors import users_code
from landsweep.base.events import Notice
from landsweep.disk.weights import load_trained
from landsweep.kernels.curvature.alpha import AlphaDerivatives
from landsweep.kernels.curvature.extremes import Extremes
from landsweep.kernels.loss import data, points
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.lift import Lifted, lift
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import Strategy, StrategyName, make_strategy
from landsweep.kernels.problem import Problem
from landsweep.session.context import Context
from landsweep.study.plan import Member
from landsweep.study.problems import make_problem
from torch import Size, Tensor, nn

READING_SECONDS = 10.0
"""Where data are read for longer than this many seconds, it is said how far that is, as often."""


def problem_of(context: Context, model: int) -> Problem:
    """Return a model's problem, which is kept until the problem of another model is asked for.

    Raises
    ------
    ProblemChanged
        Where its content has changed since the session began.
    """
    coords = context.plan.models[model].coords

    def load() -> Problem:
        problem = make_problem(context.study, context.folder, coords)
        if context.bound is not None:
            context.bound.check()
        return problem

    return context.kept("problem", model, load)


def network_of(context: Context, model: int) -> nn.Module:
    """Return a model's trained network on the CPU, kept like its problem; it is shared, so it must not be changed."""
    seed, path = int(context.plan.models[model].coords["seed"]), context.run.theta(model)
    return context.kept("network", model, lambda: load_trained(problem_of(context, model), seed, path))


class Loader:
    """A loader makes evaluators; it keeps the data per split and draw, and the strategies per model.

    Parameters
    ----------
    context
        The run, whose study says which device, batch normalisation and determinism to use.
    dtype
        One of :data:`landsweep.kernels.loss.precision.PRECISIONS`.
    fields
        The fields to compute, by default the study's fields that the loss returns.
    """

    def __init__(self, context: Context, dtype: str, fields: Sequence[str] = ()) -> None:
        self._context, self._dtype = context, dtype
        self._precision = PRECISIONS[dtype]
        self._fields = tuple(fields or context.study.loss_fields)

    def evaluator(
        self, member: Member, delta: Tensor, strategy: StrategyName, width: int, draw: int | None = None
    ) -> Evaluator:
        """Return an evaluator of one member's landscape, on the member's draw of the data or on another ``draw``.

        The strategy ``inplace`` evaluates the network as it is; the others, which are compared with it, may evaluate
        the :meth:`lifted` network.
        """
        lifted = None if strategy == "inplace" else self.lifted(member, draw)
        network = network_of(self._context, member.model) if lifted is None else lifted.model
        made = self._strategy(member, strategy, width, network, () if lifted is None else lifted.shapes)
        vectors = delta if lifted is None else lifted.vectors(delta)
        return self._evaluator(made, network, vectors, member, width, draw)

    def extremes(
        self, member: Member, delta: Tensor, strategy: StrategyName, width: int, more: Sequence[str] = ()
    ) -> Evaluator:
        """Return an evaluator of the extreme eigenvalues of the Hessian, and ``more``, on one member's landscape."""
        context, study = self._context, self._context.study
        problem, network = problem_of(context, member.model), network_of(context, member.model)
        with users_code():
            made = Extremes(
                strategy,
                problem,
                network,
                (*study.hessian_fields, *more),
                context.device(),
                self._precision.dtype,
                study.evaluation.hessian_tolerance,
            )
        return self._evaluator(made, network, delta, member, width)

    def derivatives(
        self,
        member: Member,
        delta: Tensor,
        strategy: StrategyName,
        second: Literal["exact", "differences"] = "exact",
    ) -> AlphaDerivatives:
        """Return one member's loss with its derivatives by the multiples of the stored vectors.

        Points are computed one by one where the strategy says so. How, is found out once for all landscapes of a model
        and its data, along directions that are those of none.
        """
        context, (split, draw) = self._context, part_of(member)
        problem, network = problem_of(context, member.model), network_of(context, member.model)
        data = self.data(member.model, split, draw)

        def make() -> AlphaDerivatives:
            return AlphaDerivatives(
                problem,
                network,
                torch.randn(delta.shape, generator=torch.Generator().manual_seed(0)),
                data,
                device=context.device(),
                dtype=self._precision.dtype,
                batchnorm=context.study.evaluation.batchnorm,
                strategy=strategy,
                second=second,
                deterministic=context.study.evaluation.deterministic,
            )

        key = (member.model, split, draw, self._dtype, len(delta), strategy)
        with users_code():
            return context.kept(f"derivatives, {second}", key, make).along(delta)

    def alone(self, member: Member, network: nn.Module) -> Evaluator:
        """Return an evaluator of a network as it is, on one member's data: its own weights are the point ``(0,)``."""
        context = self._context
        problem, device, theta = problem_of(context, member.model), context.device(), flatten(network)
        batchnorm = context.study.evaluation.batchnorm
        with users_code():
            made = make_strategy("inplace", problem, network, self._fields, device, self._precision.dtype, batchnorm)
        return self._evaluator(made, network, torch.zeros_like(theta)[None], member, 1)

    def _evaluator(
        self, made: Strategy, network: nn.Module, delta: Tensor, member: Member, width: int, draw: int | None = None
    ) -> Evaluator:
        context = self._context
        return Evaluator(
            made,
            network,
            delta,
            self.data(member.model, *part_of(member, draw), channels_last=made.channels_last),
            device=context.device(),
            precision=self._precision,
            width=width,
            deterministic=context.study.evaluation.deterministic,
            budget=points.SHARE_OF_MEMORY * context.memory(),
        )

    def lifted(self, member: Member, draw: int | None = None) -> Lifted | None:
        """Return the network in which layers that see only data are replaced by their outputs, or None."""
        context = self._context
        if context.study.evaluation.batchnorm == "recomputed":  # statistics are not constant, and need several passes
            return None
        problem, network = problem_of(context, member.model), network_of(context, member.model)
        whole = self.data(member.model, *part_of(member, draw))
        with users_code():
            return context.kept(
                "lifted",
                (member.model, part_of(member, draw), self._fields, self._dtype),
                lambda: lift(
                    problem,
                    network,
                    whole,
                    self._fields,
                    context.device(),
                    self._precision,
                    points.SHARE_OF_MEMORY * context.memory(),
                ),
            )

    def data(self, model: int, split: str, draw: int, *, channels_last: bool = False) -> Data:
        """Return a split and draw of a model's data."""
        context = self._context
        device, problem = context.device(), problem_of(context, model)
        with users_code():
            return context.kept(
                f"data, channels last {channels_last}",
                (model, split, draw, device, self._precision.dtype),
                lambda: Data.of(
                    problem,
                    device,
                    self._precision.dtype,
                    split,
                    draw,
                    channels_last=channels_last,
                    budget=data.SHARE_OF_MEMORY * context.memory(),
                    watch=Reading(context),
                ),
            )

    def _strategy(
        self, member: Member, name: StrategyName, width: int, network: nn.Module, shapes: tuple[tuple[str, Size], ...]
    ) -> Strategy:
        context = self._context
        problem, device = problem_of(context, member.model), context.device()
        with users_code():
            return context.kept(
                f"strategy {name}",
                (member.model, self._fields, self._dtype, width, shapes),
                lambda: make_strategy(
                    name,
                    problem,
                    network,
                    self._fields,
                    device,
                    self._precision.dtype,
                    context.study.evaluation.batchnorm,
                    width,
                ),
            )


class ReadingStopped(Exception):
    """The run was asked to stop while data were read.

    It is handed on like any error of the problem, so that other ranks are told, until who records it sees the request.
    """


class Reading:
    """What follows data being read, which may take long: it says how far that is, and stops it where a stop is asked.

    What depends on the data can be in no unit yet, so the first request ends it.
    """

    def __init__(self, context: Context) -> None:
        self._context, self._said = context, time.perf_counter()

    def __call__(self, count: int, nbytes: int) -> None:
        """Take note of the number and the bytes of the batches so far."""
        if self._context.stop.requested:
            raise ReadingStopped("stopped while data were read")
        now = time.perf_counter()
        if now - self._said > READING_SECONDS:
            self._said = now
            self._context.tell(Notice(f"Reading the data: {count:,} batches, {nbytes / 1e9:.3g} GB so far."))


def part_of(member: Member, draw: int | None = None) -> tuple[str, int]:
    """Return the split and the draw of a member's data, or its split and another ``draw``."""
    return str(member.coords.get("split", "train")), int(member.coords.get("draw", 0)) if draw is None else draw
