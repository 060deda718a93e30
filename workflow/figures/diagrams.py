"""Pictures of persistence pairs: the persistence diagram and the barcode."""

from __future__ import annotations

from typing import Any

import numpy as np
from landsweep.figures.layout import shown
from landsweep.figures.scales import Scale, limits
from landsweep.figures.style import INK, ROOT, TINY, count, labels, note
from landsweep.kernels.topology.tree import MergeTree

MOST_PAIRS = 5000
"""Of more pairs, those of the greatest persistence are drawn."""


def _pairs(tree: MergeTree, scale: Scale) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
    """Return finite pairs ``(p, 2)``, births of the infinite ones, essential classes ``(r, 2)``, what was left out."""
    drawn, less = shown(tree, MOST_PAIRS)
    pairs = drawn.pair_values
    bounded = np.isfinite(pairs[:, 1])
    births = drawn.node_values[: len(drawn.minima)]
    essential = np.stack([births[drawn.branch_end < 0], drawn.greatest[1]], axis=1)
    if scale == "clipped":
        raise ValueError("scale is clipped, expected linear or log: births and deaths are all shown")
    limits([pairs[bounded], essential], scale)
    return pairs[bounded], pairs[~bounded, 0], essential, less


def persistence_diagram(tree: MergeTree, ax: Any, *, scale: Scale = "linear", name: str = "loss") -> Any:
    """Draw birth and death of each pair as a point, the diagonal, and the essential classes as triangles.

    A pair lies as far above the diagonal (of a tree of -f: below) as it persists. The class of each component's global
    minimum never dies; its triangle stands at the greatest value of the component.

    Parameters
    ----------
    tree
        The merge tree; pairs of persistence 0 are left out.
    ax
        The axes.
    scale
        ``linear`` or ``log``, of both axes.
    name
        What is born and dies.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        For scale ``clipped``, or a logarithmic one of values that are not positive.
    """
    pairs, endless, essential, less = _pairs(tree, scale)
    every = np.concatenate([pairs.ravel(), endless, essential[np.isfinite(essential)]])
    low, high = float(every.min()), float(every.max())
    room = (high / low) ** 0.05 if scale == "log" else 0.05 * (high - low)
    if high == low:
        room = 1.1 if scale == "log" else 0.05 * abs(low) or 0.5
    low, high = (low / room, high * room) if scale == "log" else (low - room, high + room)
    ax.plot([low, high], [low, high], color="0.6", linewidth=0.8, zorder=1)
    if len(pairs):
        ax.plot(
            *pairs.T, "o", color=INK, markersize=3.5, alpha=0.75, markeredgewidth=0, label=count(len(pairs), "pair")
        )
    beyond = low if tree.negate else high
    if len(endless):
        text = f"{count(len(endless), 'pair')} whose saddle is not finite"
        ax.plot(endless, np.full(len(endless), beyond), "s", color=INK, markersize=3.5, clip_on=False, label=text)
    what = ("maximum", "least") if tree.negate else ("minimum", "greatest")
    text = f"global {what[0]}, up to the {what[1]} value"
    ax.plot(*essential.T, "v" if tree.negate else "^", color=ROOT, markersize=5, markerfacecolor="white", label=text)
    ax.set(xscale="log" if scale == "log" else "linear", yscale="log" if scale == "log" else "linear")
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    labels(ax, f"birth ({name})", f"death ({name})")
    note(ax, less, "" if len(pairs) or len(endless) else "no pairs: there is one basin")
    ax.legend(
        fontsize=TINY, frameon=False, loc="lower left", bbox_to_anchor=(-0.02, 1), borderaxespad=0.2, handlelength=1
    )
    return ax


def barcode(tree: MergeTree, ax: Any, *, scale: Scale = "linear", name: str = "loss") -> Any:
    """Draw each pair as a bar from its birth to its death, the longest on top; essential classes are blue arrows.

    Each birth has a tick, so that bars shorter than a pixel are seen.

    Parameters
    ----------
    tree, ax, scale, name
        As in :func:`persistence_diagram`; the scale is that of x.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        As :func:`persistence_diagram`.
    """
    from matplotlib.collections import LineCollection

    pairs, endless, essential, less = _pairs(tree, scale)
    every = np.concatenate([pairs.ravel(), endless, essential[np.isfinite(essential)]])
    low, high = float(every.min()), float(every.max())
    end = low if tree.negate else high
    length = np.abs(np.log(pairs[:, 1] / pairs[:, 0])) if scale == "log" else np.abs(pairs[:, 1] - pairs[:, 0])
    bars = pairs[np.argsort(length, kind="stable")]
    bars = np.concatenate([bars, np.stack([endless, np.full(len(endless), end)], axis=1), essential])
    rows = np.arange(len(bars))
    kinds = np.repeat([INK, "0.5", ROOT], [len(pairs), len(endless), len(essential)])
    width = float(np.clip(90 / max(len(bars), 1), 0.3, 3.5))
    lines = [[(a, k), (b, k)] for k, (a, b) in zip(rows, bars, strict=True)]
    ax.add_collection(LineCollection(lines, colors=kinds.tolist(), linewidths=width, capstyle="butt"))
    # A bar may be far shorter than a pixel, so a tick at its birth shows that it is there.
    ax.scatter(bars[:, 0], rows, s=(1.6 * width + 0.5) ** 2, c=kinds.tolist(), marker="|", linewidths=1.0, zorder=2)
    marker = "<" if tree.negate else ">"
    ax.plot(essential[:, 1], rows[len(rows) - len(essential) :], marker, color=ROOT, markersize=4, clip_on=False)
    if len(endless):
        at = rows[len(pairs) : len(pairs) + len(endless)]
        ax.plot(np.full(len(at), end), at, marker, color="0.5", markersize=4, clip_on=False)
    room = (high / low) ** 0.03 if scale == "log" else 0.03 * (high - low)
    if high == low:
        room = 1.1 if scale == "log" else 0.05 * abs(low) or 0.5
    ax.set_xscale("log" if scale == "log" else "linear")
    ax.set_xlim(*((low / room, high * room) if scale == "log" else (low - room, high + room)))
    ax.set_ylim(-0.8, len(bars) - 0.2)
    ax.set_yticks([])
    labels(ax, f"{name}, from birth to death", f"{count(len(pairs) + len(endless), 'pair')}, blue: never ends")
    note(
        ax,
        less,
        f"grey: {count(len(endless), 'pair')} whose saddle is not finite" if len(endless) else "",
        "" if len(pairs) or len(endless) else "no pairs: there is one basin",
    )
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    return ax
