"""Small multiples: panels of one size, those of a group in one colour scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.figures.planes import colour_bar, contour, curve, label
from landsweep.figures.scales import Scale, norm_of
from landsweep.figures.style import LETTERS_PER_INCH, LINE_INCHES, wrapped

if TYPE_CHECKING:
    import xarray as xr

PANEL_INCHES = 2.7
"""A panel is at least this many inches high, and 1.2 times as wide as it is high."""
MIN_INCHES = 6.5
"""A figure of several panels is at least this many inches wide."""
MAX_PANELS = 16
"""A figure shows at most this many members."""
MOST_COLUMNS = 5


def sheet(
    count: int, title: str = "", *, columns: int = 0, shape: float = 1 / 1.2, projection: str | None = None
) -> tuple[Any, list[Any]]:
    """Return a figure of so many panels of one size, and their axes.

    Parameters
    ----------
    count
        The number of panels.
    title
        The title of the figure, which gets as many lines as it takes.
    columns
        Panels in a row, by default up to five.
    shape
        The height of a panel over its width.
    projection
        ``3d`` for axes with three dimensions.
    """
    from matplotlib.figure import Figure

    columns = min(columns or MOST_COLUMNS, count)
    rows = -(-count // columns)
    width = 4.2 if count == 1 else max(MIN_INCHES, PANEL_INCHES * 1.2 * columns + 0.5)
    lines = wrapped(title, int(LETTERS_PER_INCH * width)) if title else ""
    height = (width - 0.5) / columns * shape * rows + 0.6 + LINE_INCHES * lines.count("\n")
    figure = Figure(figsize=(width, height), layout="constrained")
    panels = np.ravel(figure.subplots(rows, columns, squeeze=False, subplot_kw={"projection": projection}))
    for panel in panels[count:]:
        panel.set_axis_off()
    if lines:
        figure.suptitle(lines, fontsize=10)
    return figure, list(panels[:count])


def small_multiples(
    arrays: Sequence[xr.DataArray],
    titles: Sequence[str],
    *,
    title: str = "",
    scale: Scale = "linear",
    clip: float | None = None,
    groups: Sequence[str] | None = None,
    periodic: Sequence[str] = (),
    columns: int = 0,
    mark: Callable[[Any, int], None] | None = None,
) -> Any:
    """Draw fields of one or two dimensions side by side, all of a group in one colour scale.

    Parameters
    ----------
    arrays, titles
        The fields, and what stands above each.
    title
        What stands above all.
    scale, clip
        As in :func:`landsweep.figures.scales.limits`, over all fields of a group.
    groups
        The name of each field's group, such as its split, its checkpoint or its architecture: groups stand below each
        other, each with a colour bar of its own. By default all fields are one group.
    periodic
        As in :func:`landsweep.figures.planes.contour`.
    columns
        Panels in a row, by default up to five.
    mark
        A function that is called with each panel and its number, to draw on it.

    Returns
    -------
    Figure
        The figure.

    Raises
    ------
    ValueError
        As :func:`landsweep.figures.scales.limits`, and for no array.
    """
    from matplotlib.figure import Figure

    if not len(arrays):
        raise ValueError("there is nothing to draw: got no array, expected one at least")
    names = list(groups) if groups is not None else [""] * len(arrays)
    members = {name: [k for k, other in enumerate(names) if other == name] for name in dict.fromkeys(names)}
    columns = min(columns or MOST_COLUMNS, max(map(len, members.values())))
    rows = [-(-len(own) // columns) for own in members.values()]
    width = max(MIN_INCHES, PANEL_INCHES * 1.2 * columns + 0.8)
    lines = wrapped(title, int(LETTERS_PER_INCH * width)) if title else ""
    each = PANEL_INCHES + 0.1 + 0.25 * (groups is not None)
    figure = Figure(figsize=(width, sum(rows) * each + 0.3 + LINE_INCHES * lines.count("\n")), layout="constrained")
    parts = np.ravel(figure.subfigures(len(rows), 1, squeeze=False, height_ratios=rows))
    for part, (name, own), height in zip(parts, members.items(), rows, strict=True):
        fields = [arrays[k] for k in own]
        norm = norm_of(fields, scale, clip)
        panels = np.ravel(part.subplots(height, columns, squeeze=False))
        for panel, k in zip(panels, own, strict=False):
            if arrays[k].ndim > 1:
                contour(arrays[k], panel, scale=scale, norm=norm, periodic=periodic, bar=False)
            else:
                curve(arrays[k], panel, scale=scale, norm=norm, periodic=periodic)
            panel.set_title(titles[k], fontsize=9)
            if mark is not None:
                mark(panel, k)
        for panel in panels[len(own) :]:
            panel.set_axis_off()
        if any(field.ndim > 1 and np.isfinite(field).any() for field in fields):
            colour_bar(part, list(panels[: len(own)]), norm, fields, label(fields[0]))
        if name:
            part.suptitle(name, fontsize=9)
    if lines:
        figure.suptitle(lines, fontsize=10)
    return figure
