"""Stage train: every model's weights, from training or from a checkpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import torch
from landsweep.base.errors import Stopped, UserError, reading, users_code
from landsweep.base.events import Notice
from landsweep.disk import weights
from landsweep.disk.checkpoints.loading import load
from landsweep.disk.directions import load_geometry
from landsweep.disk.rundir import atomic, write_json
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.parameters.structure import Structure
from landsweep.kernels.problem import Start, Trainable
from landsweep.session.context import Context
from landsweep.stages.models.loader import network_of, problem_of
from landsweep.stages.train import STAGE
from landsweep.stages.train.returned import REFUSED, check_finite, check_rest, checked, resumable
from landsweep.study.plan import Model
from torch import nn


def run(context: Context, items: list[Model]) -> None:
    """Train the models ``items``; a model whose training raises an error is recorded as failed."""
    context.run_stage(
        "train",
        "models",
        items,
        lambda model: context.guarded("train", model, lambda: train_one(context, model)),
        before=lambda: STAGE.before(context.run, context.plan, items),
        on_done=context.telling("Model {index} is from a checkpoint: {note}."),
    )


def train_one(context: Context, model: Model) -> str | None:
    """Train one model from scratch or from its last checkpoint; its file of theta is written last.

    Of weights from a user's checkpoint, it returns what was stripped, cast or left out.
    """
    begin = time.perf_counter()
    if context.run.theta(model.index).exists():  # but not what was found out about it
        _assess(context, model, network_of(context, model.index), np.nan)
        return None
    checkpoint = context.run.checkpoint(model.index)
    problem = problem_of(context, model.index)
    network = weights.build(problem, int(model.coords["seed"]))
    spent = 0.0
    source = context.study.checkpoint_of(model.coords)
    origin: dict[str, Any] = {}
    again = None
    if source is not None:
        where, path = context.study.checkpoint, context.folder / source
        with users_code():
            notes = load(network, path, where.key, where.prefix)
            check_finite(network, f"{path} holds weights that are not finite", "give another checkpoint")
            check_rest(problem, int(model.coords["seed"]), network, context.run.theta(model.index))
        origin = {"checkpoint": {"file": source, "notes": notes}}
    else:
        built = Structure.of(network)
        network.to(context.device())
        start = None
        try:
            start, spent = _resume(checkpoint, network)
        except FileNotFoundError:
            torch.manual_seed(int(model.coords["seed"]))
        saver = _Saver(context, checkpoint, begin - spent, built)
        with users_code():
            trainable = cast(Trainable, problem)  # checked before anything was written
            trained = trainable.train(network, int(model.coords["seed"]), start=start, on_step=saver)
            network, again = checked(
                problem,
                int(model.coords["seed"]),
                built,
                trained,
                context.run.theta(model.index),
                lambda text: context.tell(Notice(f"train {model.index}: {text}.")),
            )
    _check_again(context, model, network)
    if context.run.theta(model.index).exists():
        return None  # this worker was taken for dead, and another one's weights may have been used already
    _assess(context, model, network, begin - spent, origin)
    weights.save_theta(context.run.theta(model.index), network.cpu(), again)
    checkpoint.unlink(missing_ok=True)
    context.run.theta(model.index).with_name(REFUSED).unlink(missing_ok=True)
    return "; ".join(origin["checkpoint"]["notes"]) if origin else None


def _assess(
    context: Context, model: Model, network: nn.Module, begin: float, origin: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Write a network's figures of merit, the seconds since ``begin`` (NaN where that is not known) and its origin."""
    network.eval()
    quality: dict[str, float] = {}
    assess = getattr(problem_of(context, model.index), "quality", None)
    if assess is not None:
        with users_code():
            quality = {name: float(value) for name, value in assess(network).items()}
    seconds = time.perf_counter() - begin
    write_json(
        context.run.quality(model.index),
        {"coords": dict(model.coords), "quality": quality, "train_seconds": round(seconds, 3), **origin},
    )


def _check_again(context: Context, model: Model, network: nn.Module) -> None:
    """Check weights that were lost and trained again: directions and landscapes are those of the lost ones.

    Raises
    ------
    UserError
        Where the norm of the weights is another one than that which is stored with the directions.
    """
    made = (context.run.directions(m.index) for m in context.plan.members if m.model == model.index)
    if (path := next((path for path in made if path.exists()), None)) is None:
        return
    before, now = load_geometry(path).theta_norm, float(torch.linalg.vector_norm(flatten(network, torch.float64)))
    if not math.isclose(before, now, rel_tol=1e-9):
        raise UserError(
            f"Training model {model.index} again gave other weights (of norm {now:.17g}) than the lost ones, which "
            f"{path} was made for (of norm {before:.17g}), expected the same, as its landscapes are those of the lost "
            f"ones: put {context.run.theta(model.index)} back from a copy, or name another run directory with --out."
        )


def _resume(path: Path, network: nn.Module) -> tuple[Start, float]:
    """Restore weights and random state, and return where training goes on."""
    if not path.exists():
        raise FileNotFoundError(path)
    with reading(path, "remove it, and training begins again"):
        saved = torch.load(path, map_location="cpu", weights_only=True)
        step, seconds = int(saved["step"]), float(saved["seconds"])
    weights.restore(network, saved["model"], path, trained=True)
    torch.set_rng_state(saved["rng"])
    if torch.cuda.is_available() and saved["cuda_rng"] is not None:
        torch.cuda.set_rng_state(saved["cuda_rng"])
    return Start(step, saved["optimizer"]), seconds


class _Saver:
    """The function ``on_step``, which writes a checkpoint every so often, and always before it stops on request."""

    def __init__(self, context: Context, path: Path, begin: float, built: Structure) -> None:
        self._context, self._path, self._begin, self._built = context, path, begin, built
        self._calls = 0
        self._interval = context.study.executor.checkpoint_seconds
        self._last = time.perf_counter()

    def __call__(self, step: int, model: nn.Module, optimizer_state: dict[str, Any]) -> None:
        self._calls += 1
        if self._calls == 1:  # not only at the first checkpoint, which may be hours away
            resumable(self._built, model)
        now = time.perf_counter()
        stopping = self._context.stop.requested
        if not stopping and now - self._last < self._interval:
            return
        self._last = now
        model = resumable(self._built, model)
        on_gpu = next(model.parameters()).is_cuda
        data = {
            "step": step,
            "model": weights.state(model),
            "optimizer": optimizer_state,
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state() if on_gpu else None,
            "seconds": now - self._begin,
        }
        with atomic(self._path) as partial:
            torch.save(data, partial)
        if stopping:
            raise Stopped
