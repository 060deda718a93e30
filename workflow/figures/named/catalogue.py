"""The figures that ``landsweep figure`` makes of a run, by their names: what they show, what a run lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from landsweep.base.errors import UserError
from landsweep.base.paths import in_command
from landsweep.base.yamlfile import nearest
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.figures.named import drawings, landscaper, xie
from landsweep.figures.named.drawings import Drawn
from landsweep.figures.named.request import Request

MODELLESS = "the run has imported landscapes, whose models are not known"
"""What an imported run lacks for figures of models; nothing that its study could ask for adds them."""


@dataclass(frozen=True)
class Named:
    """A figure that has a name.

    Parameters
    ----------
    words
        What it shows, in a few words.
    missing
        A function that says what a run lacks for it, with the way on; nothing where it can be drawn of some member.
    draw
        A function that draws it.
    options
        The options that it takes beside those that choose members.
    models
        Whether it shows something of models, which imported landscapes do not have.
    """

    words: str
    missing: Callable[[OpenedRun], str]
    draw: Callable[[Request], Drawn]
    options: tuple[str, ...]
    models: bool = False

    def lacks(self, run: OpenedRun) -> str:
        """Return what a run lacks for the figure, with the way on where there is one; nothing where it can be drawn."""
        return MODELLESS if self.models and run.study.imported else self.missing(run)


def _go_on(run: OpenedRun, there: bool, what: str, *stages: str) -> str:
    if there:
        return ""
    if any(run.directory.failures(stage) for stage in stages):
        return f"{what}, and some have failed: `landsweep status {in_command(run.path)}` says why"
    return f"{what}: continue {run.path} with `landsweep run STUDY`"


def _landscapes(run: OpenedRun) -> str:
    return _go_on(run, run.directory.has_landscape, "no landscape is evaluated yet")


def _trees(run: OpenedRun) -> str:
    there = any(run.directory.topology(member.index).exists() for member in run.plan.members)
    return _go_on(run, there, "no merge tree is computed yet", "train", "evaluate", "topology")


def _density(run: OpenedRun) -> str:
    if not run.study.curvature.density:
        return "the study asks for no density: `landsweep run STUDY --set curvature.density=true` adds it"
    there = run.directory.has_landscape and "hessian_density" in Landscape(run.directory.landscape).group
    return _go_on(run, there, "no spectral density is in the store yet", "train", "curvature")


def _models(run: OpenedRun) -> str:
    there = any(run.directory.theta(model.index).exists() for model in run.plan.models)
    return _go_on(run, there, "no model is trained yet", "train")


def _table(run: OpenedRun) -> str:
    return _go_on(run, run.directory.metrics.exists(), "there is no table of metrics yet")


def _several(run: OpenedRun) -> str:
    if len(run.plan.models) < 2 and run.study.imported:
        return "the run has one landscape: import further files into it"
    if len(run.plan.models) < 2:
        return "the run has one model: sweep a parameter, the seed or checkpoints"
    return _table(run)


_FIELD = ("--field", "--scale", "--clip", "--slice")
_TREE = ("--representation", "--scale")
_PLANE = (*_TREE, "--clip", "--slice")
FIGURES: dict[str, Named] = {
    "contour": Named(
        "filled contours of landscapes, curves of lines", _landscapes, drawings.draw_contours, (*_FIELD, "--by")
    ),
    "surface": Named("landscapes as surfaces", _landscapes, drawings.draw_surfaces, _FIELD),
    "tree": Named("merge trees, heights to scale", _trees, drawings.draw_merge_trees, (*_TREE, "--clip")),
    "diagram": Named("persistence diagrams", _trees, drawings.draw_diagrams, _TREE),
    "barcode": Named("persistence barcodes", _trees, drawings.draw_barcodes, _TREE),
    "profile": Named(
        "topological landscape profiles: depth and volume of basins", _trees, drawings.draw_profiles, _TREE
    ),
    "density": Named("spectral densities of Hessians", _density, drawings.draw_densities, (), models=True),
    "solution": Named(
        "predicted fields beside the exact ones", _models, drawings.draw_solutions, ("--folder",), models=True
    ),
    "xie1": Named(
        "one landscape: surface, clipped surface, contours, merge tree, diagram", _trees, xie.draw_pipeline, _PLANE
    ),
    "xie2": Named(
        "a column a model: two subspaces, tree, diagram, density, prediction",
        xie.lacks_columns,
        xie.draw_columns,
        (*_PLANE, "--by", "--folder"),
        models=True,
    ),
    "xie5": Named(
        "landscapes of named variants over seeds, and their metrics", _several, xie.draw_groups, (*_PLANE, "--by")
    ),
    "xie6": Named("metrics over a swept axis", _several, xie.draw_trend, ("--representation", "--by")),
    "landscaper2": Named("one landscape: slice, merge tree, profile, barcode", _trees, landscaper.draw_summary, _PLANE),
    "landscaper3": Named(
        "landscapes and profiles over checkpoints, and metrics", _several, landscaper.draw_course, (*_PLANE, "--by")
    ),
    "landscaper5": Named(
        "quality against SMAD and curvature",
        landscaper.lacks_merit,
        landscaper.draw_merit,
        ("--representation", "--by"),
        models=True,
    ),
    "scatter": Named(
        "any two columns of the table: --x, --y",
        _table,
        drawings.draw_scatter,
        ("--x", "--y", "--by", "--representation"),
    ),
}
"""The keys are the names of the figures."""


def draw(name: str, request: Request) -> Drawn:
    """Draw a figure by its name.

    Raises
    ------
    UserError
        For a name that no figure has, an option that it does not take, and where the run lacks what it shows.
    """
    if name not in FIGURES:
        raise UserError(
            f"there is no figure {name!r}, expected {', '.join(FIGURES)}{nearest(name, list(FIGURES)) or '.'}"
        )
    taken = FIGURES[name].options
    if strange := [option for option in request.given() if option not in taken]:
        more = f" (beside --member and --at, {', '.join(taken)})" if taken else " (beside --member and --at)"
        raise UserError(f"{name} takes no {strange[0]}, expected only what it takes{more}.")
    if missing := FIGURES[name].lacks(request.run):
        raise UserError(f"{name} cannot be drawn: {missing}.")
    return FIGURES[name].draw(request)


def listed(run: OpenedRun) -> str:
    """Return a line for each figure: its name, what it shows, and what the run lacks for it."""
    wide = max(map(len, FIGURES))
    found = {name: figure.lacks(run) for name, figure in FIGURES.items()}
    return "\n".join(
        f"{name:<{wide}}  {figure.words}" + (f" ({found[name]})" if found[name] else "")
        for name, figure in FIGURES.items()
    )
