"""What all figures share: colours, sizes, notes below panels, ticks, titles, files."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from landsweep.disk.rundir import atomic
from numpy.typing import ArrayLike

MAP = "viridis"
"""Numbers have these colours, which also those can order who do not tell red from green, and in grey."""
INK, ROOT, PALE = "#222222", "#0072b2", "#9ecae1"
"""Lines of trees and diagrams, what belongs to the global minimum, and areas have these colours."""
LEAF, JOIN = "#0072b2", "#d55e00"
"""On white, minima and saddles have these colours (of Okabe and Ito)."""
SMALL, TINY = 8, 7
"""Labels, and ticks and notes, are written in these sizes, in points."""
LETTERS_PER_INCH, LINE_INCHES = 12, 0.17
"""Of a title in 10 points so many letters fit into an inch, and each further line takes so many."""
KINDS = (".png", ".svg", ".pdf")
"""A figure is written into files that end so."""


def note(ax: Any, *texts: str) -> None:
    """Write what a reader must know of a panel below the label of its x axis, one line each; empty texts are left out.

    The label makes room for itself, and lines are about as wide as the panel, so that no note covers anything.
    """
    letters = max(20, int(13 * ax.get_window_extent().width / ax.figure.get_dpi()))
    said = [wrapped(text, letters) for text in texts if text]
    if said:
        ax.set_xlabel("\n".join(filter(None, [ax.get_xlabel(), *said])))


def labels(ax: Any, x: str, y: str) -> None:
    """Label both axes in the size of all figures."""
    from matplotlib.ticker import AutoLocator

    ax.set_xlabel(x, fontsize=SMALL)
    ax.set_ylabel(y, fontsize=SMALL)
    ax.tick_params(labelsize=TINY)
    if type(locator := ax.xaxis.get_major_locator()) is AutoLocator:
        locator.set_params(nbins=6, steps=[1, 2, 5, 10])  # else labels of negative numbers touch
    log_ticks(ax)


def log_ticks(ax: Any) -> None:
    """Label logarithmic axes by their limits: call it again where these change."""
    from matplotlib.ticker import NullFormatter

    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() == "log":
            locator, form = decades(*axis.get_view_interval())
            axis.set_major_locator(locator)
            axis.set_major_formatter(form)
            axis.set_minor_formatter(NullFormatter())


def unlabel(ax: Any, ways: str) -> None:
    """Take the label of ``x`` or ``y``, or of both (``xy``), from a panel whose neighbour has it; notes stay."""
    if "x" in ways:
        ax.set_xlabel(ax.get_xlabel().partition("\n")[2])
    if "y" in ways:
        ax.set_ylabel("")


def decades(low: float, high: float) -> tuple[Any, Any]:
    """Return where a logarithmic axis has labels, and their form: few enough that none touches another.

    Over less than a decade these are round numbers, over less than three 1, 2, 5, 10, ..., and else powers of ten.
    """
    from matplotlib.ticker import FuncFormatter, LogFormatterSciNotation, LogLocator, MaxNLocator

    short = FuncFormatter(lambda x, place: f"{x:.4g}")
    if high < 10 * low:
        return MaxNLocator(4, steps=[1, 2, 5, 10]), short
    if high < 1000 * low:
        return LogLocator(subs=(1.0, 2.0, 5.0)), short
    return LogLocator(numticks=7), LogFormatterSciNotation(labelOnlyBase=True)


def count(n: int, one: str, many: str = "") -> str:
    """Return ``1 minimum`` or ``2 minima``; the plural is that of the word where it is left out.

    Examples
    --------
    >>> count(1, "saddle"), count(1200, "minimum", "minima")
    ('1 saddle', '1,200 minima')
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def wrapped(text: str, letters: int) -> str:
    """Return a text in as few lines of so many letters as it takes, which are about equally long."""
    lines = fill(text, letters, break_on_hyphens=False).count("\n") + 1
    tried = (fill(text, width, break_on_hyphens=False) for width in range(max(1, len(text) // lines), letters + 1))
    return next((found for found in tried if found.count("\n") < lines), text)


def number(panel: Any, values: ArrayLike, whole: bool = False) -> None:
    """Set the ticks of a linear y axis: one of one value, whole ones for counts, none rounded away from its place."""
    from matplotlib.ticker import Formatter, MaxNLocator

    class Numbers(Formatter):  # the default one writes a common factor, where the legend stands
        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:.3g}"

        def format_ticks(self, values: Any) -> list[str]:
            found = np.unique(np.asarray(values, dtype=np.float64))
            slack = 0.01 * np.diff(found).min() if len(found) > 1 else np.inf
            tries = ([f"{v:.{digits}g}" for v in values] for digits in range(3, 17))
            right = (t for t in tries if np.abs(np.array(t, dtype=np.float64) - np.asarray(values)).max() <= slack)
            return next(right, [str(v) for v in values]) if len(found) else []

    panel.yaxis.set_major_formatter(Numbers())
    given = np.asarray(values, dtype=np.float64)
    known = np.unique(given[~np.isnan(given)])
    if len(known) == 1:
        panel.set_yticks(known.tolist())
    elif whole:
        panel.yaxis.set_major_locator(MaxNLocator(integer=True))


def save(figure: Any, path: Path, dpi: int = 120) -> None:
    """Write a figure as PNG, SVG or PDF, by the end of the file's name; the file appears whole.

    Texts of an SVG stay texts, and it has no date, so that the same figure is the same file.
    """
    import matplotlib as mpl

    kind = path.suffix.lstrip(".").lower()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "landsweep"}), atomic(path) as partial:
        figure.savefig(partial, dpi=dpi, format=kind, **({"metadata": {"Date": None}} if kind == "svg" else {}))
