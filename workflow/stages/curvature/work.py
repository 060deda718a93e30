"""Stage curvature: eigenvalues, trace and spectral density at every model's weights, one file a loss.

A site is the first of the members that share weights, split and draw. Sites are shared over ranks; all ranks work
together on the last ones, too few for all, each rank with its part of the data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from landsweep.base.errors import users_code
from landsweep.base.events import Notice
from landsweep.disk.arrays import write_arrays
from landsweep.distributed.sharing import SharedProduct
from landsweep.executors.group import Group
from landsweep.kernels.curvature import spectrum
from landsweep.kernels.problem import trainable_parameters
from landsweep.session.context import Context, Outcome
from landsweep.stages.curvature import STAGE
from landsweep.stages.models.hessian import FLOOR, parts, with_hessian
from landsweep.stages.models.loader import Loader, network_of, part_of, problem_of
from landsweep.study.curvature_spec import ENDS
from landsweep.study.plan import Member

SKETCH = 20
"""The sketch of Hutch++ has this many vectors."""


def run(context: Context, items: list[Member]) -> None:
    """Compute the curvature that the study asks for at the sites ``items``."""
    study = context.study.curvature

    def announce(outcome: Outcome) -> None:
        for text in outcome.note or ():
            context.bus(Notice(f"curvature {outcome.index}: {text}."))

    context.run_shared(
        "curvature",
        "Hessians",
        items,
        lambda member, group: context.guarded("curvature", member, lambda: compute_one(context, member, group)),
        lambda member: (
            1 if study.engine == "pyhessian" else parts(context, (member.model, *part_of(member)), study.dtype)
        ),
        done_before=len(set(context.plan.sites.values())) - len(items),
        on_done=announce,
    )


def compute_one(context: Context, member: Member, group: Group) -> list[str]:
    """Write one site's results on rank 0 of the group, and return a sentence about them, if any."""
    study, site = context.study.curvature, (member.model, *part_of(member))
    arrays: dict[str, Any] | None
    if study.engine == "pyhessian":
        arrays = _by_pyhessian(context, member)
    else:
        arrays = with_hessian(
            context,
            group,
            site,
            study.dtype,
            lambda product: _by_lanczos(context, member, product),
            study.matrix,
            study.micro_batches,
        )
    if arrays is None:
        return []
    write_arrays(STAGE.result(context.run, member.index), arrays)
    if "trace" in arrays and not arrays["trace_converged"]:
        more = "allow more with curvature.trace_vectors"
        if study.engine == "pyhessian":
            more = "PyHessian stops where two running means are close; engine: lanczos goes on"
        elif study.trace == "hutchinson":
            more += ", or use hutch++"
        return [
            f"the trace is {arrays['trace']:.4g} with a standard error of {arrays['trace_error']:.2g} after "
            f"{arrays['trace_vectors']} vectors, more than curvature.trace_error asks for: {more}"
        ]
    return []


def _by_lanczos(context: Context, member: Member, product: SharedProduct) -> dict[str, Any]:
    study = context.study.curvature
    arrays: dict[str, Any] = {"gradient_norm": float(product.gradient.norm()), "size": product.size}
    for which in ENDS:
        if k := getattr(study, which):
            found = spectrum.eigenpairs(product, k, which, study.tolerance, study.seed, floor=FLOOR[study.dtype])
            arrays |= _eigenvalues(which, found)
    if study.trace != "none":
        layers = [(name, p.numel()) for name, p in trainable_parameters(network_of(context, member.model))]
        trace = spectrum.trace(
            product,
            study.trace_error,
            sketch=SKETCH if study.trace == "hutch++" else 0,
            sizes=[n for _, n in layers],
            most=study.trace_vectors,
            seed=study.seed,
        )
        arrays |= _trace(trace, study.trace_error) | {
            "layers": np.array([name for name, _ in layers]),
            "layer_traces": trace.parts,
            "layer_errors": trace.part_errors,
        }
    if study.density:
        density = spectrum.spectrum(product, study.density_vectors, study.density_steps, study.seed)
        arrays |= {"density_nodes": density.nodes, "density_weights": density.weights}
    return arrays | {"products": product.products}


def _by_pyhessian(context: Context, member: Member) -> dict[str, Any]:
    from landsweep.kernels.curvature.pyhessian import PyHessian

    study = context.study.curvature
    arrays: dict[str, Any] = {}
    with users_code():
        engine = PyHessian(
            problem_of(context, member.model),
            network_of(context, member.model),
            Loader(context, "float32").data(member.model, *part_of(member)),
            context.device(),
        )
        if study.magnitude:
            arrays |= _eigenvalues("magnitude", engine.eigenpairs(study.magnitude, study.tolerance, seed=study.seed))
        if study.trace != "none":
            arrays |= _trace(engine.trace(most=study.trace_vectors, seed=study.seed), study.trace_error)
    return arrays


def _eigenvalues(which: str, found: spectrum.Eigenpairs) -> dict[str, Any]:
    return {f"{which}_values": found.values, f"{which}_residuals": found.residuals}


def _trace(found: spectrum.Trace, error: float) -> dict[str, Any]:
    return {
        "trace": found.value,
        "trace_error": found.error,
        "trace_vectors": found.samples,
        "trace_converged": found.error <= error * abs(found.value),
    }
