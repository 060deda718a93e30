"""Stage activations: what hidden layers give on the first samples of the data, one file a model."""

from __future__ import annotations

import copy

import numpy as np
from landsweep.base.errors import UserError, users_code
from landsweep.disk.arrays import write_arrays
from landsweep.kernels.activations import record
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.theta import real_dtype
from landsweep.kernels.statistics.similarity import factor
from landsweep.session.context import Context
from landsweep.stages.activations import STAGE
from landsweep.stages.models.loader import network_of, problem_of
from landsweep.study.plan import Model
from landsweep.study.problems import layers_of


def run(context: Context, items: list[Model]) -> None:
    """Store the activations of the models ``items``; a model that lacks a layer is recorded as failed."""
    context.run_stage(
        STAGE.name,
        STAGE.noun,
        items,
        lambda model: context.guarded(STAGE.name, model, lambda: make_one(context, model)),
        before=lambda: STAGE.before(context.run, context.plan, items),
    )


def make_one(context: Context, model: Model) -> None:
    """Write one model's activations as factors, and the number of samples and of units of each layer.

    They are those on the first split of the sweep, with draw 0, at the trained weights, in the network's own precision.
    """
    problem, spec = problem_of(context, model.index), context.study.activations
    split = str(next(iter(context.study.axes.get("split", ("train",)))))
    with users_code():
        network = copy.deepcopy(network_of(context, model.index)).to(context.device())
        data = Data.of(problem, context.device(), real_dtype(network), split, 0)
        try:
            layers = layers_of(context.study, problem)
        except UserError as error:
            raise ValueError(str(error)) from error
        found = record(problem, network, data, layers, spec.samples)
        for name, values in found.items():
            if not values.isfinite().all():
                raise ValueError(f"layer {name} gives numbers that are not finite, expected finite activations")
    arrays = {f"factor/{name}": factor(values.numpy()) for name, values in found.items()}
    arrays["layers"] = np.array(list(found), dtype=str)
    arrays["samples"] = np.array([len(values) for values in found.values()])
    arrays["units"] = np.array([values.shape[1] for values in found.values()])
    write_arrays(STAGE.result(context.run, model.index), arrays)
