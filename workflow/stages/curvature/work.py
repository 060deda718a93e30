"""Stage curvature: eigenvalues, trace and spectral density at every model's weights, one file a loss.

A site is the first of the members that share weights, split and draw. Sites are shared over ranks; all ranks work
together on the last ones, too few for all, each rank with its part of the data.
"""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import numpy as np
from landsweep.base.errors import users_code
from landsweep.base.events import Notice
from landsweep.disk.arrays import write_arrays
from landsweep.distributed.sharing import SharedProduct
from landsweep.executors.group import Group
from landsweep.kernels.curvature import spectrum
from landsweep.kernels.curvature.derivatives import Kernels
from landsweep.kernels.curvature.watch import Watch
from landsweep.kernels.loss.theta import ThetaLayout
from landsweep.session.context import Context, Outcome
from landsweep.stages.curvature import STAGE
from landsweep.stages.models.hessian import FLOOR, Item, other_kernels, parts, with_hessian
from landsweep.stages.models.journal import Journal, Teller, state_file
from landsweep.stages.models.loader import Loader, network_of, part_of, problem_of
from landsweep.study.curvature_spec import ENDS, CurvatureSpec, End
from landsweep.study.plan import Member

SKETCH = 20
"""The sketch of Hutch++ has this many vectors."""
MARGIN = 2.0
"""A measured residual is spoken of where it is more than this many times the one that was asked for: it is measured by
a product of its own, which rounds in its own way."""


def run(context: Context, items: list[Member]) -> None:
    """Compute the curvature that the study asks for at the sites ``items``."""
    study = context.study.curvature
    said = set()

    def announce(outcome: Outcome) -> None:
        for text in outcome.note or ():
            if text not in said:  # of kernels it is the same for most models
                context.bus(Notice(f"curvature {outcome.index}: {text}."))
            said.add(text)

    context.run_shared(
        "curvature",
        "Hessians",
        items,
        lambda member, group: context.guarded("curvature", member, lambda: compute_one(context, member, group)),
        lambda member: (
            1 if study.engine == "pyhessian" else parts(context, (member.model, *part_of(member)), study.dtype)
        ),
        before=lambda: STAGE.before(context.run, context.plan, items),
        on_done=announce,
    )


def compute_one(context: Context, member: Member, group: Group) -> list[str]:
    """Write one site's results on rank 0 of the group, and return sentences about them, if any."""
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
            Item("curvature", member.index, STAGE.result(context.run, member.index)),
            lambda product, journal: _by_lanczos(context, member, product, journal),
            study.matrix,
            study.micro_batches,
        )
    if arrays is None:
        return []
    write_arrays(STAGE.result(context.run, member.index), arrays)
    state_file(STAGE.result(context.run, member.index)).unlink(missing_ok=True)
    said = other_kernels(cast(Kernels, str(arrays["kernels"])))
    texts = [text for text in (said, str(arrays.get("doubt", ""))) if text]
    texts += [text for which in ENDS if f"{which}_values" in arrays for text in _imprecise(study, which, arrays)]
    if "trace" in arrays and not arrays["trace_converged"]:
        trace, error = float(arrays["trace"]), float(arrays["trace_error"])
        texts.append(_unsettled(study, trace, error, int(arrays["trace_vectors"])))
    return texts


def _imprecise(study: CurvatureSpec, which: End, arrays: dict[str, Any]) -> list[str]:
    """Return the sentence about the eigenvalues of one end whose residuals are larger than the study asks for."""
    values, residuals = arrays[f"{which}_values"], arrays[f"{which}_residuals"]
    allowed = arrays.get(f"{which}_allowed", study.tolerance * np.abs(values))  # of a state of an earlier version
    over = np.flatnonzero(residuals > MARGIN * allowed)
    if not len(over):
        return []
    worst = over[np.argmax(residuals[over])]
    end = "of greatest magnitude" if which == "magnitude" else f"at the {which} end"
    more = "PyHessian stops where two iterations are close; engine: lanczos goes on"
    if study.engine == "lanczos":
        more = "the loss may not be smooth there" + ("" if study.dtype == "float64" else ", or needs dtype: float64")
    return [
        f"{len(over)} of {len(values)} eigenvalues {end} have larger residuals than curvature.tolerance "
        f"{study.tolerance:g} asks for, the largest is {residuals[worst]:.2g} of eigenvalue {values[worst]:.4g}: {more}"
    ]


def _unsettled(study: CurvatureSpec, trace: float, error: float, vectors: int) -> str:
    """Return the sentence about a trace whose error is larger than the study asks for, and what would make it so."""
    said = f"the trace is {trace:.4g} with a standard error of {error:.2g} after {vectors} vectors"
    needed = spectrum.vectors_needed(trace, error, vectors, study.trace_error)
    if study.engine == "lanczos" and vectors < study.trace_vectors:
        return (
            f"{said}, and more would not tell it from 0: curvature.trace_error {study.trace_error:g} of it takes at "
            f"least {_round(needed)} vectors, more than curvature.trace_vectors {study.trace_vectors}; allow more of "
            "them, or a larger trace_error"
        )
    more = f"that takes at least {_round(needed)} vectors, so allow more with curvature.trace_vectors"
    if study.engine == "pyhessian":
        more = "PyHessian stops where two running means are close; engine: lanczos goes on"
    elif study.trace == "hutchinson":
        more += ", or use hutch++"
    return f"{said}, more than curvature.trace_error asks for: {more}"


def _round(vectors: float) -> str:
    """Return a number of vectors rounded up to two digits."""
    unit = 10 ** max(0, int(np.log10(max(vectors, 1))) - 1)
    return f"{int(np.ceil(vectors / unit)) * unit:,}"


def _by_lanczos(context: Context, member: Member, product: SharedProduct, journal: Journal) -> dict[str, Any]:
    study = context.study.curvature
    arrays: dict[str, Any] = {"gradient_norm": float(product.gradient.norm()), "size": product.size}

    def ends(which: End, k: int, watch: Watch) -> dict[str, Any]:
        floor = FLOOR[study.dtype]
        found = spectrum.eigenpairs(product, k, which, study.tolerance, study.seed, floor=floor, watch=watch)
        return _eigenvalues(which, found)

    for which in ENDS:
        if k := getattr(study, which):
            name = f"{which} eigenvalues" if which != "magnitude" else "eigenvalues of greatest magnitude"
            arrays |= journal.part(name, partial(ends, which, k))
    if study.trace != "none":
        layout = ThetaLayout(network_of(context, member.model))
        sketch = SKETCH if study.trace == "hutch++" else 0

        def estimate(watch: Watch) -> dict[str, Any]:
            found = spectrum.trace(
                product,
                study.trace_error,
                sketch=sketch,
                sizes=layout.sizes,
                most=study.trace_vectors,
                seed=study.seed,
                watch=watch,
            )
            return _trace(found, study.trace_error) | {
                "layers": np.array(layout.names),
                "layer_traces": found.parts,
                "layer_errors": found.part_errors,
            }

        arrays |= journal.part("trace", estimate)
    if study.density:

        def quadratures(watch: Watch) -> dict[str, Any]:
            found = spectrum.spectrum(product, study.density_vectors, study.density_steps, study.seed, watch)
            return {"density_nodes": found.nodes, "density_weights": found.weights}

        arrays |= journal.part("density", quadratures)
    return arrays | {
        "products": product.products,
        "kernels": np.array(product.kernels),
        "doubt": np.array(product.doubt),
    }


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
            watch=Teller(context, "curvature", member.index),
        )
        if study.magnitude:
            arrays |= _eigenvalues("magnitude", engine.eigenpairs(study.magnitude, study.tolerance, seed=study.seed))
        if study.trace != "none":
            arrays |= _trace(engine.trace(most=study.trace_vectors, seed=study.seed), study.trace_error)
    return arrays | {"kernels": np.array(engine.kernels), "doubt": np.array(engine.doubt)}


def _eigenvalues(which: str, found: spectrum.Eigenpairs) -> dict[str, Any]:
    return {
        f"{which}_values": found.values,
        f"{which}_residuals": found.residuals,
        f"{which}_allowed": found.allowed,
    }


def _trace(found: spectrum.Trace, error: float) -> dict[str, Any]:
    return {
        "trace": found.value,
        "trace_error": found.error,
        "trace_vectors": found.samples,
        "trace_converged": found.error <= error * abs(found.value),
    }
