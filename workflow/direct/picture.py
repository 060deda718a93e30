"""The picture of one landscape: contours beside the merge tree."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import xarray as xr
from landsweep.disk.opened import OpenedRun
from landsweep.figures.critical import critical
from landsweep.figures.marks import words
from landsweep.figures.planes import contour, curve, cut_words, plane
from landsweep.figures.scales import Scale, best_scale, limits
from landsweep.figures.style import LETTERS_PER_INCH, SMALL, TINY, wrapped
from landsweep.figures.trees import merge_tree
from landsweep.kernels.topology.metrics import POSITIVE
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.study import Study
from matplotlib.figure import Figure

WIDTH, HEIGHT = 8.2, 3.6
"""The size of a picture with a tree, in inches; without one it is half as wide."""


class Picture(Figure):
    """A figure of matplotlib that a notebook shows, whichever backend it has, where it is the value of a cell."""

    def _repr_png_(self) -> bytes:
        """Return the figure as PNG."""
        written = io.BytesIO()
        self.savefig(written, format="png", dpi=110)
        return written.getvalue()


def pictured(
    data: xr.DataArray, tree: MergeTree | None, study: Study, scale: Scale | None, clip: float | None, title: str
) -> Picture:
    """Return the picture of a landscape and its tree, where it has one.

    Raises
    ------
    ValueError
        As :func:`landsweep.figures.scales.limits`.
    """
    shown = plane(data)
    scale = scale or best_scale([data])
    if scale == "clipped" and clip is None:
        low, high = limits([shown], scale)
        clip = high if high > low else None  # of a constant there is nothing to clip
    found = Picture(figsize=(WIDTH if tree is not None else WIDTH / 2, HEIGHT), layout="constrained")
    left, *right = np.ravel(found.subplots(1, 1 if tree is None else 2, squeeze=False))
    points: Any = None
    if tree is not None:
        least = max(POSITIVE, study.topology.threshold.loss(tree.value_range))
        whole = all(data.sizes[name] == 1 for name in data.dims if name not in shown.dims)
        if whole:
            axes = [data[name].values for name in data.dims]
            at = [list(data.dims).index(name) for name in shown.dims]
            points = critical(tree, axes, least, field=data.values)
            points = type(points)(
                points.minima[:, at],
                points.saddles[:, at],
                points.minimum_values,
                points.saddle_values,
                points.joints[:, :, at],
            )
        merge_tree(tree.simplify(least), right[0], scale=scale, clip=clip)
        right[0].set_title(f"merge tree ({tree.connectivity})", fontsize=SMALL)
    if shown.ndim == 1:
        curve(shown, left, scale=scale, clip=clip, critical=points)
    else:
        contour(shown, left, scale=scale, clip=clip, critical=points)
    if points is not None and shown.ndim == 2:
        said = words(cast(OpenedRun, SimpleNamespace(study=study)))
        found.supxlabel(wrapped(said, int(1.4 * LETTERS_PER_INCH * found.get_figwidth())), fontsize=TINY)
    left.set_title(cut_words(shown) if tree is None or points is None else "", fontsize=SMALL)
    found.suptitle(wrapped(title, int(LETTERS_PER_INCH * found.get_figwidth())), fontsize=10)
    return found
