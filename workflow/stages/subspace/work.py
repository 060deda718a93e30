"""Stage subspace: every member's directions, with their norms, Gram matrix and scale."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, assert_never

import numpy as np
import torch
from landsweep.base.errors import ProblemError, UserError, users_code
from landsweep.base.events import Notice
from landsweep.disk.directions import EIGEN
from landsweep.disk.rundir import atomic
from landsweep.distributed.sharing import SharedProduct
from landsweep.executors.group import Group
from landsweep.kernels.curvature.spectrum import eigenpairs
from landsweep.kernels.curvature.watch import Watch
from landsweep.kernels.loss.directions import Directions, cosines, given_directions, random_directions
from landsweep.kernels.loss.raising import evaluate
from landsweep.kernels.spans.corners import through
from landsweep.kernels.spans.pca import principal
from landsweep.kernels.spans.span import Span, multiples
from landsweep.session.context import Context
from landsweep.stages.models import checkpoints
from landsweep.stages.models.hessian import FLOOR, Dtype, Item, parts, with_hessian
from landsweep.stages.models.journal import Journal, state_file
from landsweep.stages.models.loader import Loader, network_of
from landsweep.stages.subspace import STAGE
from landsweep.stages.subspace.moves import moves, say
from landsweep.study.plan import Member
from landsweep.study.subspace_spec import SubspaceSpec
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


def run(context: Context, items: list[Member]) -> None:
    """Make the directions of the members ``items``; members with the same Hessian get theirs together."""
    simple = [m for m in items if subspace_of(context, m).kind != "hessian"]

    context.run_stage(
        "subspace",
        "members",
        simple,
        lambda member: context.guarded("subspace", member, lambda: make_one(context, member)),
        before=lambda: STAGE.before(context.run, context.plan, items),
        on_done=context.telling(),
        affinity=lambda member: member.model,
    )
    sharing: dict[tuple[int, str], list[Member]] = {}
    for member in items:
        if subspace_of(context, member).kind == "hessian":
            sharing.setdefault((member.model, str(member.coords["subspace"])), []).append(member)
    if context.executor.is_root:
        warn(context, {subspace for _, subspace in sharing})
    context.run_shared(
        "subspace",
        "Hessians",
        list(sharing.values()),
        lambda members, group: context.guarded("subspace", members[0], lambda: make_eigen(context, members, group)),
        lambda members: parts(context, _site(context, members[0]), _dtype(context)),
    )
    if context.executor.is_root:
        say(context, items)


def subspace_of(context: Context, member: Member) -> SubspaceSpec:
    """Return the study's section about a member's subspace."""
    return context.study.subspaces[str(member.coords["subspace"])]


def make_one(context: Context, member: Member) -> list[str]:
    """Make and store one member's directions, and return what has to be said about them."""
    subspace = subspace_of(context, member)
    if not subspace.of_checkpoints:
        _save(context, member, Span(directions_of(context, member, subspace)))
        return []
    found = checkpoints.corners(context, member, subspace)
    _save(context, member, _through(context, member, subspace, found))
    return checkpoints.notes(context, f"subspaces.{member.coords['subspace']}", found)


def make_eigen(context: Context, members: list[Member], group: Group) -> None:
    """Find eigenvectors of a Hessian by all ranks of the group together, and store them for members of one model."""
    subspace, dims = subspace_of(context, members[0]), context.study.grid.dims
    dtype = _dtype(context)

    def find(product: SharedProduct, journal: Journal) -> Mapping[str, np.ndarray]:
        return journal.part("eigenvectors", partial(eigenvectors, product, subspace, dims, dtype))

    result = STAGE.result(context.run, members[0].index)

    try:
        found = with_hessian(
            context, group, _site(context, members[0]), dtype, Item("subspace", members[0].index, result), find
        )
    except ProblemError as error:
        for member in members[1:]:  # of the first one, the caller takes note
            context.record("subspace", member, error)
        raise
    if found is None:
        return
    directions, eigen = along_eigenvectors(network_of(context, members[0].model), found, subspace)
    for member in members[1:]:
        context.guarded("subspace", member, partial(_save, context, member, Span(directions), eigen))
    _save(context, members[0], Span(directions), eigen)
    state_file(result).unlink(missing_ok=True)


def eigenvectors(
    product: SharedProduct, subspace: SubspaceSpec, dims: int, dtype: Dtype, watch: Watch
) -> dict[str, Any]:
    """Return what :class:`landsweep.kernels.curvature.spectrum.Eigenpairs` holds, for the axes and what they skip."""
    return vars(
        eigenpairs(product, subspace.skip + dims, subspace.which, subspace.tolerance, floor=FLOOR[dtype], watch=watch)
    )


def along_eigenvectors(
    network: nn.Module, found: Mapping[str, np.ndarray], subspace: SubspaceSpec
) -> tuple[Directions, tuple[np.ndarray, ...]]:
    """Return the directions along eigenvectors, and what :data:`landsweep.disk.directions.EIGEN` names of them."""
    last = slice(subspace.skip, None)
    vectors = found["vectors"][last]
    directions = given_directions(network, vectors, subspace.normalisation)
    return directions, (found["values"][last], found["residuals"][last], cosines(vectors, directions))


def _site(context: Context, member: Member) -> tuple[int, str, int]:
    subspace = subspace_of(context, member)
    return member.model, subspace.split, subspace.draw


def _dtype(context: Context) -> Dtype:
    return context.study.evaluation.stored


def warn(context: Context, names: set[str]) -> None:
    """Say where eigenvectors are bent by their normalisation."""
    for name in sorted(names):
        how = context.study.subspaces[name].normalisation
        if how in ("filter", "layer"):
            text = (
                f"subspaces.{name}.normalisation is {how}, which bends eigenvectors: the directions are not those of "
                "the Hessian, and not orthogonal. Their cosines with the eigenvectors are stored as direction_cosine; "
                "normalisation: none keeps them."
            )
            context.bus(Notice(text))


def _save(context: Context, member: Member, span: Span, eigen: tuple[np.ndarray, ...] = ()) -> None:
    directions, subspace = span.directions, subspace_of(context, member)
    delta = directions.delta if span.more is None else torch.cat([directions.delta, span.more])
    scale = scale_of(context, member, subspace, directions, delta, span.terms)
    more = {"terms": span.terms, "shares": span.shares}
    moved = moves(network_of(context, member.model), subspace, directions)
    with atomic(context.run.directions(member.index)) as temporary:
        save_file(
            {
                "delta": delta.contiguous(),
                "gram": torch.from_numpy(np.ascontiguousarray(directions.gram)),
                "norms": torch.from_numpy(directions.norms),
                "theta_norm": torch.tensor(directions.theta_norm, dtype=torch.float64),
                "scale": torch.from_numpy(scale),
                **{name: torch.from_numpy(np.ascontiguousarray(x)) for name, x in zip(EIGEN, eigen, strict=False)},
                **{name: torch.from_numpy(x) for name, x in more.items() if x is not None},
            },
            temporary,
            dict(moved.metadata()),
        )


def directions_of(context: Context, member: Member, subspace: SubspaceSpec) -> Directions:
    """Return a member's random directions, or those of a file.

    Raises
    ------
    ProblemError
        Where they do not fit the network.
    """
    network = network_of(context, member.model)
    dims, skip = context.study.grid.dims, subspace.skip
    with users_code():  # what does not fit this network fails this member
        match subspace.kind:
            case "file":
                assert subspace.path is not None
                every = read_vectors(context.folder / subspace.path)
                if len(every) < skip + dims:
                    wanted = f"skip + grid.dims = {skip + dims}" if skip else f"grid.dims = {dims}"
                    raise ValueError(f"{subspace.path} holds {len(every)} directions, expected {wanted}.")
                return given_directions(network, every[skip : skip + dims], subspace.normalisation)
            case "random":
                seed = int(member.coords["direction_seed"])
                made = random_directions(network, skip + dims, seed, subspace.normalisation, subspace.ignore)
                return Directions(made.delta[skip:], made.gram[skip:, skip:], made.theta_norm)
            case "hessian":
                raise AssertionError("members with one Hessian get its eigenvectors together")
            case "line" | "plane" | "bilinear" | "barycentric" | "pca":
                raise AssertionError("subspaces of checkpoints have more than directions")
            case "imported":
                raise AssertionError("the directions of imported landscapes are not known")
            case _:
                assert_never(subspace.kind)


def _through(context: Context, member: Member, subspace: SubspaceSpec, found: checkpoints.Checkpoints) -> Span:
    """Return the span of a subspace of checkpoints."""
    network, dims = network_of(context, member.model), context.study.grid.dims
    with users_code():
        if subspace.kind == "pca":
            return principal(network, found.differences, dims, subspace.skip)
        return through(network, subspace.kind, found.differences, list(found.names))


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


def scale_of(
    context: Context,
    member: Member,
    subspace: SubspaceSpec,
    directions: Directions,
    delta: Tensor,
    terms: np.ndarray | None,
) -> np.ndarray:
    """Return ``(d,)`` float64, the multiple of each direction that one unit of coordinate means."""
    if subspace.unit == "l2":
        return 1.0 / directions.norms
    if subspace.unit == "relative":
        if directions.theta_norm == 0:
            raise ProblemError("unit is relative but the norm of the weights is zero, expected unit: multiple or l2")
        return directions.theta_norm / directions.norms
    if subspace.unit == "loss_rise":
        return _loss_rise_scale(context, member, subspace, directions, delta, terms)
    return np.ones(len(directions.norms))


def _loss_rise_scale(
    context: Context,
    member: Member,
    subspace: SubspaceSpec,
    directions: Directions,
    delta: Tensor,
    terms: np.ndarray | None,
) -> np.ndarray:
    """Return, per axis, the multiple at which the loss first exceeds its centre by ``rise`` on either side.

    The multiple is bracketed by doubling and then bisected to 1e-3 relative; a non-finite loss counts as a rise,
    and so does an error.
    """
    with users_code():
        evaluator = Loader(context, context.study.evaluation.dtype, ("loss",)).evaluator(member, delta, "inplace", 1)
        dims = len(directions.norms)
        centre = float(evaluator(multiples(np.zeros((1, dims)), terms))["loss"][0])
        result = np.empty(dims)
        for axis in range(dims):

            def risen(multiple: float, axis: int = axis) -> bool:
                alpha = np.zeros((2, dims))
                alpha[:, axis] = (multiple, -multiple)
                rise = evaluate(evaluator, multiples(alpha, terms))[0]["loss"].astype(np.float64) - centre
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
