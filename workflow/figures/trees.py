"""The drawing of a merge tree."""

from __future__ import annotations

from typing import Any

import numpy as np
from landsweep.figures.layout import places, shown
from landsweep.figures.scales import Scale, limits
from landsweep.figures.style import INK, JOIN, LEAF, SMALL, count, labels, note
from landsweep.kernels.topology.tree import MergeTree

MOST_LEAVES = 200
"""More minima than this are not told apart in a column."""


def merge_tree(
    tree: MergeTree,
    ax: Any,
    *,
    scale: Scale = "linear",
    clip: float | None = None,
    most: int = MOST_LEAVES,
    name: str = "loss",
) -> Any:
    """Draw a merge tree by its branches: heights to scale, minima equally spaced, no two lines crossing.

    Each branch is a vertical line from its minimum to the saddle where it meets an older one (elder rule), and a
    horizontal line to that one: :func:`landsweep.figures.layout.places`. The oldest goes up to the greatest value.

    Parameters
    ----------
    tree
        The tree; of its pairs those of persistence 0 are left out.
    ax
        The axes.
    scale, clip
        ``linear``; ``log``; or ``clipped``: heights end at ``clip``, by default a little above the highest saddle (of
        the tree of -f, below the lowest).
    most
        Where there are more minima, those of the greatest persistence are drawn, and the label says so.
    name
        What the height is.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        As :func:`landsweep.figures.scales.limits`.
    """
    from matplotlib.collections import LineCollection

    drawn, less = shown(tree, most)
    x, births = places(drawn).astype(float), drawn.node_values[: len(drawn.minima)]
    ends = np.full(len(x), np.nan)
    ends[drawn.pair_branch] = drawn.pair_values[:, 1]
    ends[drawn.branch_end < 0] = drawn.greatest[1]
    heights = np.concatenate([births, ends[np.isfinite(ends)]])
    limits([heights], "linear" if scale == "clipped" else scale, None if scale == "clipped" else clip)
    bottom, top = _ends(drawn, heights, scale, clip)
    open_ = ~np.isfinite(ends)
    ends[open_] = bottom if drawn.negate else top
    younger = drawn.pair_branch
    elder = x[drawn.branch_parent[younger]]
    upright = [[(a, low), (a, high)] for a, low, high in zip(x, births, ends, strict=True)]
    across = [[(a, h), (b, h)] for a, b, h in zip(x[younger], elder, ends[younger], strict=True)]
    width = float(np.clip(60 / max(len(x), 1), 0.5, 1.4))
    ax.add_collection(LineCollection([*upright, *across], colors=INK, linewidths=width, capstyle="projecting"))
    size = float(np.clip(120 / max(len(x), 1), 1.5, 4.5))
    finite = np.isfinite(drawn.pair_values[:, 1])
    ax.plot(elder[finite], ends[younger][finite], "x", color=JOIN, markersize=size, zorder=3, clip_on=True)
    ax.plot(x, births, "o", color=LEAF, markersize=size, zorder=3, clip_on=False)
    ax.set_xlim(-0.6, len(x) - 0.4)
    ax.set_yscale("log" if scale == "log" else "linear")
    ax.set_ylim(bottom, top)
    ax.set_xticks([])
    leaf = ("maximum", "maxima") if drawn.negate else ("minimum", "minima")
    cut = bottom > heights.min() if drawn.negate else top < heights.max()
    clipped = f", {'below' if drawn.negate else 'above'} {bottom if drawn.negate else top:.3g} not shown" if cut else ""
    labels(ax, f"{count(len(x), *leaf)}, {count(len(drawn.joins), 'saddle')}", name + clipped)
    note(
        ax,
        less,
        f"{count(int((~finite).sum()), 'pair')} without a finite saddle, drawn up to the border"
        if not finite.all()
        else "",
        f"{len(drawn.roots)} components, which no saddle joins" if len(drawn.roots) > 1 else "",
    )
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)
    ax.xaxis.label.set_fontsize(SMALL)
    return ax


def _ends(tree: MergeTree, heights: np.ndarray, scale: Scale, clip: float | None) -> tuple[float, float]:
    """Return the least and the greatest height of the drawing."""
    low, high = float(heights.min()), float(heights.max())
    deaths = tree.pair_values[:, 1]
    deaths = deaths[np.isfinite(deaths)]
    if scale == "log":
        room = (high / low) ** 0.03 if high > low else 1.1
        return low / room, high * room
    if scale == "clipped" and (clip is not None or len(deaths)):
        edge = clip if clip is not None else _beyond(*((deaths.min(), high) if tree.negate else (deaths.max(), low)))
        if not (edge < high if tree.negate else edge > low):
            extreme, way = (
                (f"greatest value is {high:.4g}", "below") if tree.negate else (f"least value is {low:.4g}", "above")
            )
            raise ValueError(f"clip is {edge:g} and the {extreme}, expected a clip {way} it")
        return (edge, high + 0.03 * (high - edge)) if tree.negate else (low - 0.03 * (edge - low), edge)
    margin = 0.03 * (high - low) or 0.05 * abs(high) or 0.5
    return low - margin, high + margin


def _beyond(saddle: float, leaf: float) -> float:
    """Return a height a little beyond the last saddle, seen from the outermost leaf."""
    return float(saddle + 0.08 * (saddle - leaf))
