"""What a rank keeps of a model between units: its data on the device and its strategy, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from landsweep.context import Context, users_code
from landsweep.kernels.data import Data
from landsweep.kernels.evaluation import Evaluator
from landsweep.kernels.precision import PRECISIONS
from landsweep.kernels.strategies import Strategy, StrategyName, make_strategy
from landsweep.plan import Member
from torch import Tensor


class Loader:
    """Makes evaluators; data are kept per split and draw, strategies per model.

    Parameters
    ----------
    context
        The run; its study says device, normalisation and determinism.
    dtype
        One of :data:`landsweep.kernels.precision.PRECISIONS`.
    fields
        What is computed; the study's fields by default.
    """

    def __init__(self, context: Context, dtype: str, fields: Sequence[str] = ()) -> None:
        self._context, self._dtype = context, dtype
        self._precision = PRECISIONS[dtype]
        self._fields = tuple(fields or context.study.fields)

    def evaluator(
        self, member: Member, delta: Tensor, strategy: StrategyName, width: int, draw: int | None = None
    ) -> Evaluator:
        """Return an evaluator of one member's landscape, on its own draw of the data or another."""
        context = self._context
        made = self._strategy(member, strategy, width)
        return Evaluator(
            made,
            context.network(member.model),
            delta,
            self.data(member, made, draw),
            device=context.device(),
            precision=self._precision,
            width=width,
            deterministic=context.study.evaluation.deterministic,
        )

    def data(self, member: Member, strategy: Strategy, draw: int | None = None) -> Data:
        """Return the data of one member's landscape, or another draw of them, as a strategy wants them."""
        context = self._context
        device, split = context.device(), str(member.coords.get("split", "train"))
        draw = int(member.coords.get("draw", 0)) if draw is None else draw
        problem = context.problem(member.model)
        last = strategy.channels_last
        with users_code():
            return context.kept(
                f"data, channels last {last}",
                (member.model, split, draw, device, self._precision.dtype),
                lambda: Data.of(problem, device, self._precision.dtype, split, draw, channels_last=last),
            )

    def _strategy(self, member: Member, name: StrategyName, width: int) -> Strategy:
        context = self._context
        problem, network, device = context.problem(member.model), context.network(member.model), context.device()
        with users_code():
            return context.kept(
                f"strategy {name}",
                (member.model, self._fields, self._dtype, width),
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
