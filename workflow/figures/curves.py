"""Pictures of numbers that lie on no grid: spectral densities, columns of a table, solutions beside the exact ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.base.naming import label
from landsweep.figures.scales import DECADE, norm_of
from landsweep.figures.style import INK, MAP, SMALL, TINY, count, labels, note

if TYPE_CHECKING:
    import pandas as pd

DECADES = 7
"""A density is drawn over so many decades below its maximum."""
MOST_NAMES = 8
"""A legend lists at most so many names."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
"""Groups have these colours, in their order (of Okabe and Ito, which everybody can tell apart)."""


def density(x: Any, y: Any, ax: Any, *, colour: Any = INK, name: str | None = None) -> Any:
    """Draw the spectral density of a Hessian over its eigenvalues, on a logarithmic scale; call it again for another.

    Parameters
    ----------
    x
        ``(n,)`` eigenvalues, in loss over squared weight.
    y
        ``(n,)`` the density there, whose integral over x is 1. Values that are not finite are left out.
    ax
        The axes.
    colour, name
        The colour of the curve, and its name in a legend.

    Returns
    -------
    Axes
        The axes. The least value that is drawn is 1e-7 of the greatest: smaller ones are rounding.

    Raises
    ------
    ValueError
        Where no value is finite and above 0.
    """
    x, y = (np.asarray(found, dtype=np.float64) for found in (x, y))
    known = np.isfinite(x) & np.isfinite(y)
    if not (known & (y > 0)).any():
        raise ValueError("the density has no finite value above 0, expected one: it was not computed for this member")
    ax.plot(x[known], y[known], color=colour, linewidth=1, label=name)
    highest = max(float(line.get_ydata().max()) for line in ax.get_lines())
    ax.set(yscale="log", ylim=(10.0**-DECADES * highest, 3 * highest))
    labels(ax, "eigenvalue of the Hessian", "density")
    return ax


def scatter(
    table: pd.DataFrame, x: str, y: str, ax: Any, *, by: str | None = None, names: Mapping[str, str] | None = None
) -> Any:
    """Draw two columns of a table against each other, one point a row.

    Parameters
    ----------
    table
        The table, such as ``Run.metrics`` of one representation.
    x, y
        The names of columns. Numbers that are all positive and span a decade stand on a logarithmic scale; texts stand
        side by side, in the order in which they appear.
    ax
        The axes.
    by
        A column that colours the points: up to eight values are groups with a legend, more numbers a colour bar.
    names
        What columns are called in labels, by default as in tables and sentences.

    Returns
    -------
    Axes
        The axes; a note says how many rows lack a value.

    Raises
    ------
    ValueError
        For a name that is no column, more than eight texts in ``by``, and where no row has both values.
    """
    for name in filter(None, (x, y, by)):
        if name not in table:
            raise ValueError(f"{name!r} is no column, expected one of {', '.join(map(str, table.columns))}")
    called = {name: (names or {}).get(name, label(name)) for name in table.columns}
    known = table.dropna(subset=list(dict.fromkeys([x, y])))
    known = known[np.logical_and.reduce([_is_finite(known[name]) for name in (x, y)])]
    if known.empty:
        raise ValueError(f"no row has both {x} and {y}, expected some: `landsweep metrics` prints the table")
    at = [_axis(ax, way, known[name]) for way, name in (("x", x), ("y", y))]
    style = {"markersize": 4.5, "alpha": 0.8, "markeredgewidth": 0}
    values = [] if by is None else list(known[by].drop_duplicates())
    if by is None:
        ax.plot(*at, "o", color=INK, **style)
    elif len(values) <= MOST_NAMES:
        for value, colour in zip(sorted(values, key=_sorting), COLOURS, strict=False):
            own = (known[by] == value).to_numpy()
            ax.plot(at[0][own], at[1][own], "o", color=colour, label=f"{called[by]} = {value}", **style)
        ax.legend(fontsize=TINY, frameon=False, loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=2, handlelength=1)
    elif known[by].dtype.kind in "OUSTb":
        raise ValueError(f"{by} has {len(values)} names, expected at most {MOST_NAMES} colours: leave by out")
    else:
        points = ax.scatter(*at, c=known[by].to_numpy(float), cmap=MAP, norm=norm_of([known[by]]), s=18, linewidths=0)
        bar = ax.figure.colorbar(points, ax=ax)
        bar.set_label(called[by], fontsize=SMALL)
        bar.ax.tick_params(labelsize=TINY)
    labels(ax, called[x], called[y])
    lost = len(table) - len(known)
    note(ax, f"{count(lost, 'row')} of {len(table)} without a value left out" if lost else "")
    return ax


def _sorting(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value


def _is_finite(column: pd.Series[Any]) -> np.ndarray:
    return np.isfinite(column.to_numpy(float)) if column.dtype.kind in "fiub" else np.full(len(column), True)


def _axis(ax: Any, way: str, column: pd.Series[Any]) -> np.ndarray:
    """Return where the values of a column stand along an axis, which gets their scale or names."""
    if column.dtype.kind not in "fiu":
        names = list(dict.fromkeys(column))
        getattr(ax, f"set_{way}ticks")(range(len(names)), [str(name) for name in names])
        getattr(ax, f"set_{way}lim")(-0.5, len(names) - 0.5)
        return column.map({name: k for k, name in enumerate(names)}).to_numpy(float)
    values = column.to_numpy(float)
    if 0 < values.min() <= values.max() / DECADE:
        getattr(ax, f"set_{way}scale")("log")
    elif (values == np.round(values)).all():  # counts
        from matplotlib.ticker import MaxNLocator

        getattr(ax, f"{way}axis").set_major_locator(MaxNLocator(integer=True))
    return values


def solution(prediction: Mapping[str, Any], axes: Sequence[Any]) -> Sequence[Any]:
    """Draw the field that a network has learnt, the exact one, and their difference, as far as there are axes.

    Parameters
    ----------
    prediction
        What a problem's method ``predict(model)`` returns: ``coordinates``, one or two 1-D arrays by name; ``values``,
        the field at all of their combinations; ``exact``, the same exactly, or None; perhaps ``name``, u without it.
    axes
        One to three axes: the first shows the learnt field, the second the exact one in the same colours, the third
        the absolute value of the difference. Of one coordinate, the first shows both as curves, and the second the
        difference. The last coordinate runs along y.

    Returns
    -------
    sequence of Axes
        The axes.

    Raises
    ------
    ValueError
        Where the shapes do not fit.
    """
    grid = {str(name): np.asarray(along, dtype=np.float64) for name, along in prediction["coordinates"].items()}
    name, values = str(prediction.get("name", "u")), np.asarray(prediction["values"], dtype=np.float64)
    exact = None if prediction.get("exact") is None else np.asarray(prediction["exact"], dtype=np.float64)
    shape = tuple(map(len, grid.values()))
    for what, found in (("values", values), ("exact", exact)):
        if found is not None and (found.shape != shape or not 1 <= len(shape) <= 2):
            raise ValueError(f"predict() returned {what} of shape {found.shape}, expected {shape}, of one or two axes")
    arguments = ", ".join(grid)
    if len(shape) == 1:
        (along,) = grid.values()
        axes[0].plot(along, values, color=COLOURS[1], linewidth=1.2, label="network")
        if exact is not None:
            axes[0].plot(along, exact, color=INK, linewidth=0.8, linestyle="--", label="exact")
        axes[0].legend(fontsize=TINY, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
        labels(axes[0], arguments, name)
        for ax in axes[1:2]:
            if exact is not None:
                ax.plot(along, np.abs(values - exact), color=INK, linewidth=1)
            labels(ax, arguments, f"|error of {name}|")
        return axes
    shared = norm_of([values] if exact is None else [values, exact])
    pictures = [("network", values, shared, "viridis")]
    if exact is not None:
        wrong = np.abs(values - exact)
        pictures += [("exact", exact, shared, "viridis"), ("|network - exact|", wrong, norm_of([wrong]), "cividis")]
    for ax, (title, found, norm, colours) in zip(axes, pictures, strict=False):
        drawn = ax.pcolormesh(
            *grid.values(), np.ma.masked_invalid(found).T, shading="nearest", norm=norm, cmap=colours, rasterized=True
        )
        ax.set_title(title, fontsize=SMALL)
        labels(ax, *grid)
        bar = ax.figure.colorbar(drawn, ax=ax)
        bar.set_label(f"{name}({arguments})" if norm is shared else f"error of {name}", fontsize=SMALL)
        bar.ax.tick_params(labelsize=TINY)
    return axes
