"""``landsweep.landscape``: from a trained network to its landscape in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.events import Event, Notice
from landsweep.direct.compute import Computed, compute
from landsweep.direct.given import (
    SUBJECT,
    device_of,
    in_arguments,
    network_in,
    problem_of,
    said_as_arguments,
    study_of,
    vectors_of,
)
from landsweep.direct.landscape import Landscape
from landsweep.figures.landscapes import UNITS
from landsweep.study.study import Study

if TYPE_CHECKING:
    import torch

KINDS = ("random", "hessian")
"""Directions that are made here go by these names."""


def landscape(
    model: torch.nn.Module,
    batches: Iterable[Any],
    loss: Callable[[torch.nn.Module, Any], Any],
    *,
    directions: str | torch.Tensor | np.ndarray | Sequence[Any] | Mapping[str, torch.Tensor] = "random",
    dims: int | None = None,
    points: int | Sequence[int] = 41,
    range: float | Sequence[float] | Sequence[Sequence[float]] = 1.0,  # the study's name
    seed: int = 0,
    ignore: Sequence[str] | None = None,
    normalisation: str | None = None,
    unit: str | None = None,
    rise: float | None = None,
    connectivity: str | Sequence[str] | None = None,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    strategy: str = "auto",
    batch: int | str = "auto",
    threads: int = 1,
    progress: bool = True,
) -> Landscape:
    """Return the landscape around a trained network, without a study and without files.

    It is the landscape of a run with the same settings, bit by bit. The network stays as it is: its weights, modes,
    gradients and buffers; so do generators of random numbers.

    Parameters
    ----------
    model
        The network with its trained weights. It is evaluated in evaluation mode, on a copy.
    batches
        The data over which the loss is averaged: a ``DataLoader``, or a list of tensors, tuples, dictionaries or
        :class:`landsweep.Batch`. Each batch counts by its number of samples. An iterator is read into memory.
    loss
        ``loss(model, batch)`` returns the mean over the batch, a tensor of one number, or a dictionary with it as
        ``"loss"``. It has to compute with the ``model`` that it is given, whose weights are those of the point.
    directions
        ``random``; ``hessian``: the eigenvectors of the largest eigenvalues; or vectors: a tensor ``(d, P)`` or
        ``(P,)``, or a list with a tensor ``(P,)``, a list of tensors shaped as the parameters, or a dictionary of such
        tensors by name for each direction. P is the number of entries of the parameters that require gradients.
    dims
        The number of dimensions, 1 to 6; by default 2, or the number of given vectors.
    points
        The number of points along each axis, or one number per axis.
    range
        The coordinates of each axis go from ``-range`` to ``range``; or a pair ``(low, high)``, or one pair per axis.
    seed
        The seed of random directions: a run's ``direction_seed``.
    ignore
        The parameters that random directions leave alone, by default ``["bias", "norm"]``; or patterns of names.
    normalisation
        ``filter`` (the default of random directions), ``layer``, ``model`` or ``none`` (the default of others).
    unit, rise
        What a coordinate of 1 means: ``multiple`` of the direction (the default), ``l2``, ``relative`` to the norm of
        the weights, or ``loss_rise``: where the loss has risen by ``rise``, by default 1.
    connectivity
        Which points are neighbours in the merge tree: the first one is that of ``Landscape.metrics``.
    device
        Where points are computed, by default where the weights lie.
    dtype
        ``float64``, ``float32``, ``tf32`` or ``bf16``; by default ``float64`` for a network in double precision, else
        ``float32``.
    strategy, batch, threads
        How points are evaluated (``evaluation.strategy``, ``.batch`` and ``.threads`` of a study), on which last bits
        depend: ``auto`` takes the fastest by measurement, which ``Landscape.data.attrs`` names.
    progress
        Whether to show progress and notes on standard error.

    Raises
    ------
    UserError
        For a mistake in what was given, in one sentence, most of them before any point is computed.

    Examples
    --------
    >>> import landsweep, torch
    >>> model = torch.nn.Linear(2, 1)
    >>> data = torch.utils.data.TensorDataset(torch.randn(8, 2), torch.randn(8, 1))
    >>> loader = torch.utils.data.DataLoader(data, batch_size=4)
    >>> def loss(model, batch):
    ...     x, y = batch
    ...     return torch.nn.functional.mse_loss(model(x), y)
    >>> found = landsweep.landscape(model, loader, loss, directions="hessian", points=5, progress=False)
    >>> found.data.shape, len(found.data.attrs["direction_eigenvalue"])
    ((5, 5), 2)
    >>> landsweep.landscape(model, loader, loss, dims=0)
    Traceback (most recent call last):
    landsweep...UserError: landscape: "dims" is 0 (int), expected a whole number from 1 to 6.
    """
    from landsweep.session.progress import subscriber
    from rich.console import Console

    notes: list[str] = []
    with said_as_arguments():
        network = network_in(model)
        problem = problem_of(network, batches, loss)
        kind, vectors, left = _directions(network, directions, dims)
        if vectors is not None and ignore is not None:
            raise UserError(
                f"{SUBJECT}: ignore is {list(ignore)!r} but directions are given, expected no ignore: leave out of "
                "them what is not to move."
            )
        if rise is not None and unit != "loss_rise":
            raise UserError(f"{SUBJECT}: rise is {rise!r} but unit is {unit or 'multiple'}, expected unit loss_rise.")
        count = len(vectors) if vectors is not None else 2 if dims is None else dims
        where = device_of(network, device)
        study = study_of(
            network,
            kind,
            count,
            points,
            range,
            seed,
            where,
            dtype,
            connectivity,
            {"ignore": ignore, "normalisation": normalisation, "unit": unit, "rise": rise},
            {"strategy": strategy, "batch": batch, "threads": threads},
        )
        with subscriber(Console(stderr=True, quiet=not progress)) as shown:

            def hear(event: Event) -> None:
                if isinstance(event, Notice):
                    event = Notice(in_arguments(event.text))
                    notes.append(event.text)
                shown(event)

            for text in left:
                hear(Notice(text))
            found = compute(study, problem, where, vectors, hear)
    return _made(study, found, notes)


def _directions(network: torch.nn.Module, directions: Any, dims: Any) -> tuple[str, np.ndarray | None, list[str]]:
    """Return the kind of subspace, the vectors where they are given, and what is to be said of them."""
    if isinstance(directions, str):
        if directions not in KINDS:
            raise UserError(f"{SUBJECT}: directions is {directions!r}, expected {', '.join(KINDS)}, or tensors.")
        return directions, None, []
    vectors, left = vectors_of(network, directions)
    if dims is not None and dims != len(vectors):
        raise UserError(f"{SUBJECT}: dims is {dims!r} but directions holds {len(vectors)}, expected the same number.")
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    said = [f"Directions: {', '.join(left[:3])}{more} never move, so their part is left out."] if left else []
    return "file", vectors, said


def _made(study: Study, found: Computed, notes: list[str]) -> Landscape:
    """Return what was computed with its coordinates, and attributes that every format can hold."""
    import xarray as xr

    (subspace,) = study.subspaces.values()
    units = UNITS[subspace.unit].format(rise=subspace.rise)
    names = [f"alpha_{k}" for k in np.arange(len(found.axes))]
    attrs: dict[str, Any] = {
        "long_name": "loss",
        "directions": "given" if subspace.kind == "file" else subspace.kind,
        "normalisation": subspace.normalisation,
        "ignore": ", ".join(subspace.ignore) if subspace.random else "",
        "unit": subspace.unit,
        "seed": int(study.axes["direction_seed"][0]),
        "direction_scale": found.geometry.scale.tolist(),
        "direction_norm": found.geometry.norms.tolist(),
        "theta_norm": found.geometry.theta_norm,
        "strategy": found.choices["strategy"],
        "batch": int(found.choices["width"]),
        "threads": study.evaluation.threads,
        "dtype": study.evaluation.dtype,
        "device": found.choices["device"],
        "torch": found.choices["torch"],
    }
    if subspace.kind == "hessian":
        attrs |= {
            "direction_eigenvalue": found.geometry.eigenvalues.tolist(),
            "direction_residual": found.geometry.residuals.tolist(),
        }
    coordinates = {
        name: (name, axis, {"long_name": f"direction {k}", "units": units})
        for k, (name, axis) in enumerate(zip(names, found.axes, strict=True))
    }
    dataset = xr.Dataset(
        {"loss": (names, found.loss, attrs), "status": (names, found.status)}, coordinates, {"title": SUBJECT}
    )
    return Landscape(dataset, found.directions.delta, study, notes)
