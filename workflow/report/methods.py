"""A methods paragraph that states every choice of a run, and its references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from landsweep.base.errors import reading
from landsweep.disk.opened import read_study
from landsweep.disk.rundir import RunDir, read_json, remove
from landsweep.report import engines
from landsweep.report.references import BIBTEX
from landsweep.study.study import Scalar, Study
from landsweep.study.subspace_spec import FILE, SubspaceSpec

NORMALISATION = {
    "filter": "rescaled so that each filter has the norm of the corresponding filter of the weights [li2018]",
    "layer": "rescaled so that each parameter tensor has the norm of the corresponding tensor of the weights",
    "model": "rescaled to the norm of the weights",
    "none": "left at unit norm",
}
"""Each value completes a sentence about how directions are normalised."""
UNIT = {
    "multiple": "coordinates are multiples of the stored direction vectors",
    "l2": "coordinates are Euclidean lengths in parameter space",
    "relative": "coordinates are lengths relative to the norm of the weights",
    "imported": "coordinates are those of the file",
    "loss_rise": "coordinate 1 along each axis is where the loss has risen by {rise:g} on either side",
}
"""Each value completes a sentence about the unit of the grid's coordinates."""
CONNECTIVITY = {
    "face": "axis neighbours (face)",
    "freudenthal": "the Freudenthal triangulation",
    "moore": "all neighbours of the surrounding cube (Moore)",
    "knn": "the graph of the {k} nearest neighbours of each grid point at unit spacing, {either} [xie2024]",
    "delaunay": "the Delaunay triangulation of the grid points, with one diagonal of each cell throughout",
    "gabriel": "the Gabriel graph of the grid points [gabriel1969]",
}
"""Each value names a representation in a sentence."""

EQUATIONS = {
    "landsweep.jobs.problems.pinn:Convection": "convection",
    "landsweep.jobs.problems.reaction:Reaction": "reaction",
    "landsweep.jobs.problems.reaction:ReactionDiffusion": "reaction-diffusion",
}
"""The equations that problems of :mod:`landsweep.jobs.problems` learn."""


def methods(run: RunDir, of_stages: Iterable[Callable[[Study], Sequence[str]]] = ()) -> str:
    """Return the paragraph and BibTeX of a run; ``of_stages`` give the sentences of stages that a study may ask for."""
    study = read_study(run)
    session = run.read_provenance()["sessions"][-1]
    sentences = [_imported(study) if study.imported else _sweep(study)]
    if study.checkpoint_files:
        sentences.append(_weights(study))
    if (equation := EQUATIONS.get(study.problem.path)) is not None:
        sentences.append(f"The problem is the {equation} equation of [krishnapriyan2021].")
    sentences += [_subspace(name, s, study) for name, s in study.subspaces.items() if name in study.axes["subspace"]]
    members = run.read_members()["members"]
    sentences += [] if study.imported else [_evaluation(run, study, session)]
    sentences += [_topology(study), *engines.methods(run, len(members))]
    sentences += [sentence for say in of_stages for sentence in say(study)]
    lacking = sum(not run.topology(index).exists() for index in range(len(members)))
    if lacking:
        sentences.append(
            f"{lacking} of these {len(members)} landscapes have no merge tree: they failed or are to come."
        )
    sentences.append(_software(session))
    paragraph = " ".join(sentences)
    cited = dict.fromkeys(key for key in re.findall(r"\[(\w+)\]", paragraph) if key in BIBTEX)
    return paragraph + "\n\n" + "\n\n".join(BIBTEX[key] for key in cited) + "\n"


def _values(values: tuple[Scalar, ...]) -> str:
    return (
        ", ".join(map(str, values)) if len(values) <= 12 else f"{values[0]}, ..., {values[-1]} ({len(values)} values)"
    )


def _sweep(study: Study) -> str:
    axes = "; ".join(f"{name.replace('_', ' ')} = {_values(values)}" for name, values in study.axes.items())
    params = ", ".join(f"{k} = {v}" for k, v in study.problem.params.items())
    return (
        f"We evaluated loss landscapes of {study.problem.path.rpartition(':')[2]}"
        f"{f' ({params})' if params else ''} for every combination of {axes}."
    )


def _imported(study: Study) -> str:
    files = study.axes[FILE]
    number = f"The {len(files)} landscapes were" if len(files) > 1 else "The landscape was"
    return (
        f"{number} not evaluated by landsweep, but imported from {_values(files)} ({', '.join(study.fields)}; "
        f"{study.evaluation.dtype})."
    )


def _weights(study: Study) -> str:
    spec, files = study.checkpoint, study.checkpoint_files
    key = f" (entry {spec.key})" if spec.key else ""
    number = f"{len(files)} checkpoint{'s' * (len(files) > 1)}"
    return f"Weights were read from {number}, {spec.pattern or _values(files)}{key}."


def _subspace(name: str, subspace: SubspaceSpec, study: Study) -> str:
    d = study.grid.dims
    ranges = subspace.ranges(d)
    grid = " x ".join(map(str, study.grid.shape))
    span = (
        f"[{ranges[0][0]:g}, {ranges[0][1]:g}]" + (f"^{d}" if d > 1 else "")
        if len(set(ranges)) == 1
        else " x ".join(f"[{a:g}, {b:g}]" for a, b in ranges)
    )
    match subspace.kind:
        case "random":
            ignored = f" with zero components in {_values(subspace.ignore)} parameters," if subspace.ignore else ""
            made = f"{d} Gaussian directions,{ignored} orthonormalised and then {NORMALISATION[subspace.normalisation]}"
        case "hessian":
            made = _eigenvectors(subspace, d)
        case "file":
            scaled = "left as given" if subspace.normalisation == "none" else NORMALISATION[subspace.normalisation]
            made = f"{d} directions read from {subspace.path} and {scaled}"
        case "line" | "plane" | "bilinear" | "barycentric" | "pca":
            made = _of_checkpoints(subspace, d)
        case "imported":
            made = f"{d} directions that the imported file does not tell"
        case _:
            assert_never(subspace.kind)
    unit = UNIT[subspace.unit].format(rise=subspace.rise)
    return f"Subspace '{name}': {made}, on a {grid} grid over {span}; {unit}."


def _of_checkpoints(subspace: SubspaceSpec, dims: int) -> str:
    """Return what a subspace of checkpoints is, and what its coordinates are."""
    files = _values(subspace.files)
    if subspace.kind == "pca":
        first, last = subspace.skip + 1, subspace.skip + dims
        which = f"components {first} to {last}" if dims > 1 else f"component {first}"
        return (
            f"principal {which} of the differences of the weights in {files} from the trained weights [li2018], each "
            "as long as the checkpoint farthest along it"
        )
    corners = f"the weights in {files}"
    if len(subspace.files) < subspace.corners(dims):
        corners = f"the trained weights and those in {files}"
    if subspace.align:
        corners += ", whose units were permuted to match those of the first [ainsworth2023],"
    return {
        "line": f"the line through {corners} at coordinates 0 and 1",
        "plane": f"the plane through {corners}, spanned by u = w1 - w0 and the part of w2 - w0 that is orthogonal to u "
        "[garipov2018]",
        "bilinear": f"the bilinear surface through {corners} at (0, 0), (1, 0), (0, 1) and (1, 1)",
        "barycentric": f"the affine space through {corners}, with the barycentric weights of all but the first as "
        "coordinates",
    }[subspace.kind]


def eigenvalues(which: str, count: int) -> str:
    """Return ``the 3 largest eigenvalues``."""
    number, plural = ("", "") if count == 1 else (f"{count} ", "s")
    if which == "magnitude":
        return f"the {number}eigenvalue{plural} of the greatest magnitude"
    return f"the {number}{which} eigenvalue{plural}"


def _eigenvectors(subspace: SubspaceSpec, dims: int) -> str:
    first, last = subspace.skip + 1, subspace.skip + dims
    which = f"the eigenvectors of {eigenvalues(subspace.which, dims)}"
    if subspace.skip:
        which = f"eigenvectors {first} to {last}, counted from {eigenvalues(subspace.which, 1)},"
    scaled = "" if subspace.normalisation == "none" else f", {NORMALISATION[subspace.normalisation]}"
    return (
        f"{which} of the Hessian of the loss on split "
        f"'{subspace.split}', draw {subspace.draw}, by Lanczos' method [lanczos1950] to residuals of "
        f"{subspace.tolerance:g} of the eigenvalue{scaled}"
    )


def _evaluation(run: RunDir, study: Study, session: dict[str, object]) -> str:
    how = error = ""
    if run.has_landscape:
        file, cure = run.landscape / "zarr.json", remove(run.landscape)
        with reading(file, cure):
            chosen = read_json(file, cure)["attributes"]["evaluation"]
        how = (
            f" on {chosen['device']} ({chosen['strategy']}, {chosen['width']} points at once, CPU threads per rank: "
            f"{chosen['threads']})"
        )
        if study.evaluation.stored != "float64" and chosen["float64_error"]:
            worst = ", ".join(f"{name} {value:.1g}" for name, value in chosen["float64_error"].items())
            error = f" At a few points they differ from float64 by at most, relative to the greatest value: {worst}."
    norm = ""
    if study.evaluation.batchnorm == "recomputed":
        norm = " Statistics of normalisation layers were recomputed from the data at each point."
    if study.hessian_fields:
        error += (
            f" {' and '.join(study.hessian_fields)} are extreme eigenvalues of the Hessian at each point [li2018], by "
            f"Lanczos' method [lanczos1950] to residuals of {study.evaluation.hessian_tolerance:g} of the eigenvalue."
        )
    if study.alpha_fields:
        error += (
            f" {' and '.join(study.alpha_fields)} are derivatives of the loss by the coordinates of the grid, by "
            "automatic differentiation."
        )
    return (
        f"The fields ({_values(study.fields)}) were evaluated in {study.evaluation.dtype}{how}, each point's "
        f"parameters as theta + alpha Delta in one product.{norm}{error}"
    )


def _topology(study: Study) -> str:
    either = "joined where both list each other" if study.topology.mutual else "joined where either lists the other"
    names = " and on ".join(CONNECTIVITY[c].format(k=study.topology.k, either=either) for c in study.connectivity)
    threshold = study.topology.threshold
    kept = f", of which pairs of persistence below {threshold} were dropped" if threshold.value else ""
    sets, order = "Sublevel", "value, index"
    if study.topology.negate:
        sets, order = "Superlevel", "-value, index"
        kept += "; what is counted as minima are maxima"
    return (
        f"{sets}-set merge trees [carr2003] and 0-dimensional persistence pairs [edelsbrunner2002] were computed on "
        f"{names}{_periodic(study)}, with vertices ordered by ({order}){kept}; "
        "only pairs of persistence above 0 count, saddles are the distinct points where their branches join, and "
        "average persistence is the mean distance of the finite pairs to the diagonal, (death - birth)/sqrt(2) "
        "[xie2024]."
    )


def _periodic(study: Study) -> str:
    if not study.periodic:
        return ""
    axes = " and ".join(f"alpha_{axis}" for axis in study.periodic)
    return f", around the periodic ax{'is' if len(study.periodic) == 1 else 'es'} {axes}"


def _software(session: dict[str, object]) -> str:
    versions = session["versions"]
    assert isinstance(versions, dict)
    shown = ", ".join(
        f"{name} {versions[name]}" for name in ("landsweep", "torch", "numpy", "zarr", "numba") if name in versions
    )
    return f"Software: {shown}, Python {versions['python']}, {session['ranks']} rank(s)."
