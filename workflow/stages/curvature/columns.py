"""The results of the stage curvature: columns of the table of metrics, and arrays of the store."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from landsweep.disk.arrays import read_arrays
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape
from landsweep.stages.curvature import STAGE
from landsweep.stages.stage import Row
from landsweep.stages.tables import put_columns, remove_arrays
from landsweep.study.curvature_spec import ENDS
from landsweep.study.plan import Plan
from landsweep.study.study import DIRECTION_AXES, HESSIAN_FIELDS

COLUMNS = {
    "hessian_top_eigenvalue": "largest eigenvalue of the Hessian at the weights (loss / squared parameter)",
    "hessian_lowest_eigenvalue": "smallest eigenvalue of the Hessian at the weights (loss / squared parameter)",
    "hessian_eigenvalue_ratio": "|smallest / largest| eigenvalue",
    "hessian_trace": "trace of the Hessian at the weights (loss / squared parameter)",
    "hessian_trace_error": "standard error of hessian_trace (loss / squared parameter)",
    "hessian_gradient_norm": "norm of the gradient at the weights (loss / parameter)",
}
"""The keys are the numbers that :func:`table` gives, the values say what each of them means, with its unit."""
ASIDE = ("hessian_trace_error",)
"""These say how sure others are, and nothing of the Hessian."""
DENSITY_POINTS = 1001
"""The spectral density is stored at this many points."""
DENSITY_SIGMA = 0.005
"""The density is smoothed by Gaussians whose width is this share of the span of all eigenvalues."""


def table(run: OpenedRun) -> Row:
    """Return the function that gives :data:`COLUMNS` of a member's site; it gives none if the study asks for none."""
    if not run.study.curvature.asked:
        return lambda member, representation: {}
    found = {site: _numbers(run, site) for site in set(run.plan.sites.values())}
    return lambda member, representation: found[run.plan.sites[member.index]]


def _stored(run: OpenedRun, site: int) -> dict[str, np.ndarray]:
    """Return what was found out at a site; nothing where the site failed, or is to come."""
    path = STAGE.result(run.directory, site)
    return read_arrays(path) if path.exists() else {}


def _numbers(run: OpenedRun, site: int) -> dict[str, float]:
    """Return :data:`COLUMNS` of one site; a number that was not asked for, or could not be found out, is NaN."""
    stored = _stored(run, site)
    values = np.concatenate(
        [stored[f"{which}_values"] for which in ENDS if f"{which}_values" in stored] or [np.zeros(0)]
    )
    top = low = np.nan
    # The eigenvalue of the greatest magnitude is also the largest, or the smallest: its sign says which.
    strongest = stored.get("magnitude_values", np.zeros(1))[0]
    if "largest_values" in stored or strongest > 0:
        top = float(values.max())
    if "smallest_values" in stored or strongest < 0:
        low = float(values.min())
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.abs(np.float64(low) / top))
    found = (top, low, ratio, *(float(stored.get(k, np.nan)) for k in ("trace", "trace_error", "gradient_norm")))
    return dict(zip(COLUMNS, found, strict=True))


def pack(run: OpenedRun, landscape: Landscape, table: pd.DataFrame) -> None:
    """Put the numbers, the eigenvalues, the traces by layer and the densities into the store, on the axes of losses."""
    old = [name for name in landscape.group if name.startswith("hessian_") and name not in HESSIAN_FIELDS]
    remove_arrays(run, landscape, old)
    if not run.study.curvature.asked:
        return
    plan = run.plan
    put_columns(landscape, plan, table, COLUMNS, [axis for axis in plan.axes if axis not in DIRECTION_AXES])
    stored = {site: _stored(run, site) for site in sorted(set(plan.sites.values()))}
    put = _Put(landscape, plan, stored)
    for which in ENDS:
        end = f"the eigenvalues of greatest {which}" if which == "magnitude" else f"the {which} eigenvalues"
        dims = (f"hessian_{which}",)
        put.array(f"hessian_{which}_eigenvalue", put.named(f"{which}_values"), dims, end)
        put.array(f"hessian_{which}_residual", put.named(f"{which}_residuals"), dims, f"|H v - lambda v| of {end}")
    put.layers()
    put.density()


class _Put:
    """A writer that puts the results of sites into arrays over the axes that tell losses apart."""

    def __init__(self, landscape: Landscape, plan: Plan, stored: dict[int, dict[str, np.ndarray]]) -> None:
        self._landscape, self._stored = landscape, stored
        self._axes = [axis for axis in plan.axes if axis not in DIRECTION_AXES]
        keep = [list(plan.axes).index(axis) for axis in self._axes]
        self._shape = [plan.sweep_shape[k] for k in keep]
        self._at = {site: tuple(plan.members[site].position[k] for k in keep) for site in stored}

    def named(self, name: str) -> dict[int, np.ndarray]:
        """Return the array ``name`` of each site that has it."""
        return {site: arrays[name] for site, arrays in self._stored.items() if name in arrays}

    def array(
        self, name: str, values: dict[int, np.ndarray], dims: tuple[str, ...], text: str, **attrs: object
    ) -> None:
        """Write one array, with NaN where a site has no value or fewer values; write none if no site has a value."""
        if not values:
            return
        inner = tuple(max(n) for n in zip(*(v.shape for v in values.values()), strict=True))
        data = np.full((*self._shape, *inner), np.nan)
        for site, value in values.items():
            index: tuple[Any, ...] = (*self._at[site], *(slice(n) for n in value.shape))
            data[index] = value
        self._landscape.put(name, data, [*self._axes, *dims], long_name=text, **attrs)

    def layers(self) -> None:
        """Write the traces of parameters by name, because models may differ in their layers."""
        layers = self.named("layers")
        names = list(dict.fromkeys(str(name) for found in layers.values() for name in found))
        if not names:
            return
        self._landscape.put("hessian_layer", np.array(names), ["hessian_layer"], long_name="parameter")
        for name, key in (("hessian_layer_trace", "layer_traces"), ("hessian_layer_trace_error", "layer_errors")):
            rows = {site: np.full(len(names), np.nan) for site in layers}
            for site, own in layers.items():
                rows[site][[names.index(str(n)) for n in own]] = self._stored[site][key]
            what = (
                "standard error of hessian_layer_trace" if "error" in name else "trace of a parameter's diagonal block"
            )
            self.array(name, rows, ("hessian_layer",), what)

    def density(self) -> None:
        """Write the quadratures as they are, and the densities that follow from them on one grid."""
        from landsweep.kernels.curvature.spectrum import Spectrum

        nodes, weights = self.named("density_nodes"), self.named("density_weights")
        if not nodes:
            return
        dims = ("hessian_vector", "hessian_step")
        self.array("hessian_density_node", nodes, dims, "Ritz values of stochastic Lanczos quadrature")
        self.array("hessian_density_weight", weights, dims, "their weights, which sum to 1 for each random vector")
        low, high = (float(f([f(x) for x in nodes.values()])) for f in (np.min, np.max))
        span = (high - low) or abs(high) or 1.0
        grid = np.linspace(low - 0.05 * span, high + 0.05 * span, DENSITY_POINTS)
        sigma = DENSITY_SIGMA * span
        self._landscape.put("hessian_x", grid, ["hessian_x"], long_name="eigenvalue")
        densities = {site: Spectrum(nodes[site], weights[site]).density(grid, sigma) for site in nodes}
        text = f"spectral density, its integral 1, smoothed by Gaussians of width {sigma:.3g}"
        self.array("hessian_density", densities, ("hessian_x",), text, sigma=sigma)
