"""The specification curve of a claim: sorted estimates above, the choices behind each below."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.figures.style import save
from landsweep.robust.claims import signed

if TYPE_CHECKING:
    import pandas as pd
    from landsweep.robust.claims import Claim

OWN = "#d55e00"
"""Points of the study's own specification have this colour."""
OTHER = "#222222"
"""Points of all other specifications have this colour."""
SPREAD = "0.78"
"""Lines that show the range over series have this shade of grey."""
ROW_INCHES = 0.19
"""Each row of choices is this many inches high."""


def choices(estimates: pd.DataFrame) -> list[tuple[str, list[tuple[str, str, Any]]]]:
    """Return the groups of choices, each with its choices in their order: label, column and value."""

    def extent(value: float) -> str:
        return f"{100 * value:g} % of range"

    def stride(value: int) -> str:
        return "every point" if value == 1 else f"every {value}{'nd' if value == 2 else 'th'}"

    def threshold(value: str) -> str:
        return "all pairs" if value == "0" else f"≥ {value}"

    groups: list[tuple[str, str, Callable[[Any], str]]] = [
        ("extent", "spec_extent", extent),
        ("resolution", "spec_stride", stride),
        ("representation", "representation", str),
        ("persistence", "spec_threshold", threshold),
    ]
    return [
        (name, [(text(value), column, value) for value in estimates[column].unique()]) for name, column, text in groups
    ]


def draw_curve(claim: Claim, title: str, path: Path) -> None:
    """Draw a claim's specification curve (Simonsohn, Simmons and Nelson 2020) as a PNG.

    The upper panel shows the estimates in ascending order, with the range over series. The lower panel has a dot in the
    row of every choice that an estimate was made with, and at the right the median estimate of that choice. The study's
    own specification is orange. Claims without a defined estimate are not drawn.
    """
    from matplotlib.figure import Figure

    shown = claim.estimates.dropna(subset=["rho"]).sort_values(["rho", "spec_extent"], kind="stable", ignore_index=True)
    if shown.empty:
        return
    groups = choices(claim.estimates)
    rows = sum(len(rows) for _, rows in groups) + len(groups) - 1
    heights = (2.6, ROW_INCHES * (rows + 1))
    figure = Figure(figsize=(9, sum(heights) + 1.1), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=heights)
    own = shown["spec_default"].to_numpy()
    _estimates(above, shown, own, claim)
    _matrix(below, claim, shown, own, groups)
    above.set_title(f"{title}\n{claim.text}", fontsize=9, loc="left")
    save(figure, path, dpi=130)


def _estimates(panel: Any, shown: pd.DataFrame, own: np.ndarray, claim: Claim) -> None:
    x, size = np.arange(len(shown)), _size(len(shown))
    several = int(shown["n_series"].max()) > 1
    if several:
        panel.vlines(x, shown["rho_low"], shown["rho_high"], color=SPREAD, linewidth=size * 0.6, zorder=1)
    panel.axhline(0, color="0.4", linewidth=0.8)
    label = "other specifications" + (": over models, bars their range by direction" if several else "")
    panel.scatter(x[~own], shown["rho"][~own], s=size**2, color=OTHER, zorder=2, linewidth=0, label=label)
    panel.scatter(
        x[own], shown["rho"][own], s=(size + 3) ** 2, color=OWN, zorder=3, linewidth=0, label="the study's own"
    )
    panel.set(ylabel=f"rank correlation\nwith {claim.axis}", ylim=(-1.08, 1.08), xlim=(-1.5, len(shown) + 0.5))
    panel.tick_params(bottom=False, labelbottom=False)
    panel.legend(fontsize=8, frameon=False, loc="lower right", ncols=2, bbox_to_anchor=(1, -0.14), borderpad=0)
    panel.spines[["top", "right", "bottom"]].set_visible(False)


def _matrix(
    panel: Any, claim: Claim, shown: pd.DataFrame, own: np.ndarray, groups: list[tuple[str, list[tuple[str, str, Any]]]]
) -> None:
    size, height = _size(len(shown)), 0
    ticks, labels = [], []
    beside(panel, 1, -0.9, "median", bold=True)
    for name, rows in groups:
        beside(panel, 0, height - 0.9, name, bold=True)
        for text, column, value in rows:
            made = (shown[column] == value).to_numpy()
            panel.axhspan(height - 0.42, height + 0.42, color="0.95", linewidth=0, zorder=0)
            for mask, colour, wider in ((made & ~own, OTHER, 0.0), (made & own, OWN, 3.0)):
                at = np.flatnonzero(mask)
                area = (0.8 * size + wider) ** 2
                panel.scatter(at, np.full(len(at), height), s=area, color=colour, linewidth=0, zorder=2)
            beside(panel, 1, height, signed(shown["rho"][made].median()) if made.any() else "-")
            ticks.append(height)
            labels.append(text)
            height += 1
        height += 1
    panel.set_yticks(ticks, labels, fontsize=8)
    panel.set_ylim(height - 1.4, -1.4)
    panel.tick_params(length=0)
    panel.set_xticks([])
    missing = len(claim.estimates) - len(shown)
    more = f"; {missing} more have no defined correlation" if missing else ""
    panel.set_xlabel(f"{len(shown)} specifications, ascending{more}", fontsize=9)
    panel.spines[:].set_visible(False)


def beside(panel: Any, side: int, height: float, text: str, bold: bool = False) -> None:
    """Write to the left (side 0) or right (side 1) of a panel."""
    panel.annotate(
        text,
        (side, height),
        xycoords=("axes fraction", "data"),
        xytext=(8 * side - 4, 0),
        textcoords="offset points",
        ha="left" if side else "right",
        va="center",
        fontsize=8,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )


def _size(count: int) -> float:
    """Return the diameter of a dot, in points, that keeps ``count`` of them apart on the page."""
    return float(np.clip(420 / count, 1.2, 5))
