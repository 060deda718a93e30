"""What tests look at in figures: texts that cover one another, colours of pixels."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text


def field(values: Any, *axes: Any, name: str = "loss") -> xr.DataArray:
    """An array with coordinates as figures take it; axes from -1 to 1 where none are given."""
    values = np.asarray(values, dtype=float)
    along = axes or [np.linspace(-1, 1, n) for n in values.shape]
    coords = {f"alpha_{k}": (f"alpha_{k}", np.asarray(a), {"long_name": f"direction {k}"}) for k, a in enumerate(along)}
    return xr.DataArray(values, coords, list(coords), name=name)


def overlapping(figure: Any) -> list[tuple[str, str]]:
    """The pairs of visible texts of a figure whose boxes overlap, and texts that leave the figure."""
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    hidden = _hidden(figure)
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in hidden]
    boxes = [t.get_window_extent().padded(-1.0) for t in texts]
    found = [(t.get_text(), "the border") for t, b in zip(texts, boxes, strict=True) if not _inside(b, figure.bbox)]
    return found + [
        (texts[i].get_text(), texts[k].get_text())
        for i, k in combinations(range(len(texts)), 2)
        if boxes[i].overlaps(boxes[k])
    ]


def _hidden(figure: Any) -> set[Text]:
    """Labels of ticks outside the limits of their axis, and all of axes that are off: none of them is drawn."""
    found: set[Text] = set()
    for axes in figure.findobj(Axes):
        if not axes.axison:
            found |= {*axes.xaxis.findobj(Text), *axes.yaxis.findobj(Text)}
    for axis in figure.findobj(Axis):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-9 * (high - low)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low - slack <= tick.get_loc() <= high + slack:
                found |= {tick.label1, tick.label2}
    return found


def _inside(box: Any, outer: Any) -> bool:
    return box.x0 >= outer.x0 - 1 and box.y0 >= outer.y0 - 1 and box.x1 <= outer.x1 + 1 and box.y1 <= outer.y1 + 1


def pixel(panel: Any, x: float, y: float) -> np.ndarray:
    """The colour ``(3,)`` of the pixel that shows a point of a panel, from 0 to 1."""
    canvas = FigureCanvasAgg(panel.figure)
    canvas.draw()
    image = np.asarray(canvas.buffer_rgba())
    column, row = panel.transData.transform((x, y))
    return image[round(image.shape[0] - row), round(column), :3] / 255
