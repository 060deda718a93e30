"""How alike the hidden activations of a run's models are: CKA of what the stage activations has stored."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from landsweep.base.errors import UserError, reading
from landsweep.base.paths import in_command
from landsweep.base.yamlfile import nearest
from landsweep.disk.arrays import read_arrays
from landsweep.distances.comparison import Comparison
from landsweep.kernels.statistics.similarity import cka_matrix
from landsweep.stages.activations import STAGE
from landsweep.study.plan import Model

if TYPE_CHECKING:
    from landsweep.disk.opened import OpenedRun

MEAN = "mean"
"""The mean over all layers has this name."""


def compare_activations(run: OpenedRun, layer: str | None = None) -> Comparison:
    """Return linear CKA between the models of a run, of one layer, or the mean over all layers that are stored.

    The distance behind map and clusters is that of the normalised Gram matrices, sqrt(2 - 2 CKA).

    Parameters
    ----------
    run
        The run, whose study asks for activations.
    layer
        The name of a submodule; None for the mean over all.

    Raises
    ------
    UserError
        Where no activations are stored, there is no such layer, fewer than two models are left, or the models saw
        different numbers of samples.
    """
    if run.study.imported:
        raise UserError(
            f"{run.path} has imported landscapes, whose models are not known, expected a run of models to compare: a "
            "study with a problem of your own makes one."
        )
    if not run.study.activations.asked:
        raise UserError(
            f"{run.path} holds no activations, as its study does not ask for them: `landsweep run STUDY --set "
            "activations.layers=[0,2]` stores those of the submodules 0 and 2, with activations.enabled=true those of "
            "the problem's layers()."
        )
    models, factors, left_out = _read(run, layer)
    if len(models) < 2:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in Counter(left_out.values()).items())
        raise UserError(
            f"{run.path} has activations of {len(models)} of its {len(run.plan.models)} models"
            f"{f' ({reasons})' if reasons else ''}, expected at least two to compare: `landsweep status "
            f"{in_command(run.path)}` says what is missing, and values appended "
            "to an axis of sweep that changes the weights add models."
        )
    layers = [name for name in factors[0] if all(name in found for found in factors)]
    if not layers:
        raise UserError(
            f"{run.path} has no layer that all of its models have, expected one: name those of the same name in "
            "activations.layers, or compare some models by --layer."
        )
    for name in layers:
        for model, found in zip(models, factors, strict=True):
            if len(found[name]) != len(factors[0][name]):
                raise UserError(
                    f"layer {name} of models {models[0].index} and {model.index} was stored for "
                    f"{len(factors[0][name])} and {len(found[name])} samples, expected the same samples: compare "
                    "models whose data are the same, by a sweep over other parameters."
                )
    matrix = np.mean([cka_matrix([found[name] for found in factors]) for name in layers], axis=0)
    which = f"layer {layer}" if layer is not None else f"mean over layers {', '.join(layers)}"
    text = f"linear CKA of hidden activations ({which})"
    name = f"cka-{_file_name(layer or MEAN)}"
    apart = np.sqrt(np.maximum(2 - 2 * matrix, 0.0))
    return Comparison(name, text, "model", "CKA", tuple(models), matrix, apart, left_out)


def _read(run: OpenedRun, layer: str | None) -> tuple[list[Model], list[dict[str, np.ndarray]], dict[int, str]]:
    """Return the models with activations, the factors of each by layer, and why the other models have none."""
    models, factors = [], []
    left_out: dict[int, str] = {}
    known: dict[str, None] = {}
    for model in run.plan.models:
        path = STAGE.result(run.directory, model.index)
        if not path.exists():
            stages = (STAGE, *STAGE.ancestors)
            failed = any(run.directory.failure(stage.name, model.index).exists() for stage in stages)
            left_out[model.index] = "failed" if failed else "no activations yet"
            continue
        arrays = read_arrays(path)
        with reading(path):
            layers = [str(name) for name in arrays["layers"]]
            found = {name: arrays[f"factor/{name}"] for name in layers if layer is None or name == layer}
        known |= dict.fromkeys(layers)
        if not found:
            left_out[model.index] = f"no layer {layer}"
            continue
        dead = [name for name, values in found.items() if not values.any()]
        if dead:
            left_out[model.index] = f"layer {dead[0]} gives the same for all samples"
            continue
        models.append(model)
        factors.append(found)
    if layer is not None and known and layer not in known:
        names = list(known)
        raise UserError(
            f"--layer is {layer!r}, of which {run.path} holds no activations, expected one of {', '.join(names)}"
            f"{nearest(layer, names) or '.'}"
        )
    return models, factors, left_out


def _file_name(layer: str) -> str:
    """Return a layer's name as part of a file name."""
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in layer)
