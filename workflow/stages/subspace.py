"""Stage subspace: every member's directions, with their norms, Gram matrix and scale."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from landsweep.context import Context, users_code
from landsweep.errors import UserError
from landsweep.kernels.directions import Directions, given_directions, random_directions
from landsweep.plan import Member
from landsweep.rundir import atomic
from landsweep.stages.loader import Loader
from landsweep.study import Subspace
from safetensors import safe_open
from safetensors.torch import load_file, save_file


@dataclass(frozen=True)
class Geometry:
    """What ``directions/member-*.safetensors`` holds beside the vectors, float64.

    Parameters
    ----------
    gram, norms, theta_norm
        Inner products ``(d, d)``, norms ``(d,)`` and the norm of theta.
    scale
        ``(d,)`` multiples of the stored vector per unit of the grid's coordinate.
    """

    gram: np.ndarray
    norms: np.ndarray
    theta_norm: float
    scale: np.ndarray


def load_geometry(path: Path) -> Geometry:
    """Read a member's geometry, leaving the vectors on disk."""
    with safe_open(path, framework="np") as file:
        gram, norms, theta_norm, scale = (file.get_tensor(k) for k in ("gram", "norms", "theta_norm", "scale"))
    return Geometry(gram, norms, float(theta_norm), scale)


def load_delta(path: Path) -> torch.Tensor:
    """Read a member's ``(d, P)`` vectors."""
    delta: torch.Tensor = load_file(path)["delta"]
    return delta


def todo(context: Context) -> list[Member]:
    """Return the members without directions whose model is trained and that have not failed here."""
    failed_models = {index for _, index in context.run.failures("train")}
    failed = {index for _, index in context.run.failures("subspace")}
    missing = set(context.run.missing(len(context.plan.members), context.run.directions)) - failed
    return [m for m in context.plan.members if m.index in missing and m.model not in failed_models]


def run(context: Context) -> None:
    """Make the directions that are missing."""
    items = context.executor.on_root(lambda: todo(context))
    context.run_stage(
        "subspace",
        "members",
        items,
        lambda member: context.guarded("subspace", member, lambda: make_one(context, member)),
        done_before=len(context.plan.members) - len(items),
    )


def make_one(context: Context, member: Member) -> None:
    """Make and store one member's directions."""
    subspace = context.study.subspaces[str(member.coords["subspace"])]
    directions = _directions(context, member, subspace)
    scale = _scale(context, member, subspace, directions)
    with atomic(context.run.directions(member.index)) as partial:
        save_file(
            {
                "delta": directions.delta.contiguous(),
                "gram": torch.from_numpy(np.ascontiguousarray(directions.gram)),
                "norms": torch.from_numpy(directions.norms),
                "theta_norm": torch.tensor(directions.theta_norm, dtype=torch.float64),
                "scale": torch.from_numpy(scale),
            },
            partial,
        )


def _directions(context: Context, member: Member, subspace: Subspace) -> Directions:
    network = context.network(member.model)
    dims = context.study.grid.dims
    with users_code():  # what does not fit this network fails this member
        if subspace.path is not None:
            vectors = read_vectors(context.folder / subspace.path)[:dims]
            if len(vectors) < dims:
                raise ValueError(f"{subspace.path} holds {len(vectors)} directions, expected grid.dims = {dims}.")
            return given_directions(network, vectors, subspace.normalisation)
        return random_directions(
            network, dims, int(member.coords["direction_seed"]), subspace.normalisation, subspace.ignore
        )


def read_vectors(path: Path) -> np.ndarray:
    """Return the ``(d, P)`` array named ``delta`` of a .safetensors or .npz file, or a .npy file's array."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)["delta"].double().numpy()
        loaded = np.load(path, allow_pickle=False)
        return np.asarray(loaded if isinstance(loaded, np.ndarray) else loaded["delta"], dtype=np.float64)
    except (KeyError, ValueError, OSError) as error:
        raise UserError(
            f"{path} holds no directions ({error}): expected an array (d, P) called delta in a .safetensors or .npz "
            "file, or a .npy file."
        ) from None


def _scale(context: Context, member: Member, subspace: Subspace, directions: Directions) -> np.ndarray:
    """Return multiples of the stored vectors per unit of coordinate, float64 (d,)."""
    if subspace.unit == "l2":
        return 1.0 / directions.norms
    if subspace.unit == "relative":
        return directions.theta_norm / directions.norms
    if subspace.unit == "loss_rise":
        return _loss_rise_scale(context, member, subspace, directions)
    return np.ones(len(directions.norms))


def _loss_rise_scale(context: Context, member: Member, subspace: Subspace, directions: Directions) -> np.ndarray:
    """Return, per axis, the multiple at which the loss first exceeds its centre by ``rise`` on either side.

    The multiple is bracketed by doubling and then bisected to 1e-3 relative; a non-finite loss counts as a rise.
    """
    with users_code():
        evaluator = Loader(context, context.study.evaluation.dtype, ("loss",)).evaluator(
            member, directions.delta, "inplace", 1
        )
        dims = len(directions.norms)
        centre = float(evaluator(np.zeros((1, dims)))["loss"][0])
        result = np.empty(dims)
        for axis in range(dims):

            def risen(multiple: float, axis: int = axis) -> bool:
                alpha = np.zeros((2, dims))
                alpha[:, axis] = (multiple, -multiple)
                rise = evaluator(alpha)["loss"].astype(np.float64) - centre
                return bool((~(rise < subspace.rise)).any())

            high = 1e-3 * directions.theta_norm / float(directions.norms[axis])
            for _ in range(40):
                if risen(high):
                    break
                high *= 2
            else:
                raise ValueError(
                    f"the loss does not rise by {subspace.rise:g} along direction {axis} up to {high:.3g} multiples, "
                    "expected a rise that is reached: choose a smaller subspaces.*.rise or another unit"
                )
            low = high / 2
            while high - low > 1e-3 * high:
                middle = (low + high) / 2
                low, high = (low, middle) if risen(middle) else (middle, high)
            result[axis] = high
    return result
