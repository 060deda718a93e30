"""Pictures of a field on a grid: filled contours, surfaces, curves, and the slices that they show of more axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.figures.critical import MINIMUM, SADDLE, Critical, draw_critical
from landsweep.figures.scales import LEVELS, Scale, extension, finite, levels_of, norm_of
from landsweep.figures.style import INK, JOIN, LEAF, MAP, SMALL, TINY, decades, labels, note

if TYPE_CHECKING:
    import xarray as xr

HATCH = {"facecolor": "0.88", "edgecolor": "0.6", "hatch": "////"}
"""What has no finite value looks so."""
MOST_LINES = 300
"""Along axes of more points than this, points are finer than lines: pixels are drawn, in the colours of their bands."""
LINES_UP_TO = 1e240
"""matplotlib takes 1e250 for the greatest number that a contour may have, and 1e-250 for the least."""
BAR_INCHES, BAR_GAP_INCHES, BAR_LENGTH_INCHES = 0.13, 0.08, 4.0
"""A colour bar is so wide, so far from the panels, and at most so long."""
MOST_FACES = 150
"""A surface has at most this many points along an axis."""


def plane(array: xr.DataArray, at: Mapping[str, float] | None = None) -> xr.DataArray:
    """Return the slice of one or two dimensions that a figure shows.

    Parameters
    ----------
    array
        A field on a grid of any dimensions, with coordinates.
    at
        The coordinates at which axes are cut, each at the nearest grid point. Of more than two axes that are left, all
        but the first two are cut in the middle. Axes of one point are cut at it, as long as another one is left.

    Returns
    -------
    DataArray
        The slice; the coordinates at which it was cut are its coordinates without a dimension.

    Raises
    ------
    ValueError
        For a name that is no axis, a coordinate outside the grid, and where no axis is left.

    Examples
    --------
    >>> import numpy as np
    >>> import xarray as xr
    >>> axes = {f"alpha_{k}": np.linspace(-1, 1, 5) for k in range(3)}
    >>> cube = xr.DataArray(np.zeros((5, 5, 5)), axes)
    >>> cut = plane(cube, {"alpha_0": 0.4})
    >>> cut.dims, float(cut.alpha_0)
    (('alpha_1', 'alpha_2'), 0.5)
    """
    places: dict[str, int] = {}
    for name, value in (at or {}).items():
        if name not in array.dims:
            raise ValueError(f"the slice names {name!r}, expected {', '.join(map(str, array.dims))}")
        along = np.asarray(array[name], dtype=np.float64)
        low, high = along.min(), along.max()
        slack = 1e-9 * max(abs(low), abs(high))
        if not low - slack <= value <= high + slack:
            raise ValueError(f"the slice is at {name} = {value:g}, expected {low:g} to {high:g}")
        places[name] = int(np.abs(along - value).argmin())
    left = [str(name) for name in array.dims if name not in places]
    if not left:
        raise ValueError("the slice leaves no axis, expected one or two that are not named")
    wide = [name for name in left if array.sizes[name] > 1] or left[:1]
    keep = wide[:2]
    places |= {name: array.sizes[name] // 2 for name in left if name not in keep}
    return array.isel(places)


def cut_words(array: xr.DataArray) -> str:
    """Return where a slice lies, such as ``at direction 2 = 0.5``; empty for a landscape that was not cut."""
    cut = [c for name, c in array.coords.items() if str(name).startswith("alpha_") and not c.ndim]
    return f"at {', '.join(f'{axis_name(c)} = {float(c):.3g}' for c in cut)}" if cut else ""


def axis_name(coordinate: xr.DataArray) -> str:
    """Return what an axis is called, without its unit."""
    return str(coordinate.attrs.get("long_name", coordinate.name)).replace("_", " ")


def label(array: xr.DataArray) -> str:
    """Return the label of an array or a coordinate: its name, with its unit in brackets where it has one."""
    unit = array.attrs.get("units")
    return axis_name(array) + (f" [{unit}]" if unit else "")


def lacking(array: xr.DataArray) -> str:
    """Return how many points of an array are not evaluated yet, and how many others have no finite value."""
    bad = int((~np.isfinite(np.asarray(array, dtype=np.float64))).sum())
    if not bad:
        return ""
    waiting = int(np.asarray(array.coords["pending"]).sum()) if "pending" in array.coords else 0
    if not waiting:
        return f"hatched: {bad:,} of {array.size:,} points not finite"
    more = f", {bad - waiting:,} not finite" if bad > waiting else ""
    return f"hatched: {waiting:,} of {array.size:,} points not evaluated yet{more}"


def constant(array: xr.DataArray) -> str:
    """Return a note on an array whose finite values are all the same, empty for others."""
    values = finite([array])
    return f"constant: {values[0]:.4g}" if len(values) and values.min() == values.max() else ""


def contour(
    array: xr.DataArray,
    ax: Any,
    *,
    scale: Scale = "linear",
    clip: float | None = None,
    levels: int | Sequence[float] = LEVELS,
    norm: Any = None,
    critical: Critical | None = None,
    periodic: Sequence[str] = (),
    bar: bool = True,
) -> Any:
    """Draw filled contours of a field of two dimensions, the first along x and the second along y.

    Where values are not finite, the panel is grey and hatched, and a note below says how many there are.

    Parameters
    ----------
    array
        ``(n, m)`` values with coordinates; attributes ``long_name`` and ``units`` make the labels.
    ax
        The axes.
    scale, clip
        As in :func:`landsweep.figures.scales.limits`.
    levels
        How many bands, or their borders.
    norm
        A norm of matplotlib, such as :func:`landsweep.figures.scales.norm_of` makes for several arrays, in place of
        ``scale`` and ``clip``.
    critical
        Minima and saddles to draw, joined as the tree joins them.
    periodic
        The names of axes whose last point is followed by the first: the first layer is drawn again behind the last.
    bar
        Whether to draw a colour bar beside the panel; several panels may share one (:func:`colour_bar`).

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        For an array that has not two axes, of two points at least, and as :func:`landsweep.figures.scales.limits`.
    """
    _check(array, "contour")
    closed = _closed(array, periodic)
    x, y = (np.asarray(closed[name], dtype=np.float64) for name in closed.dims)
    values = np.ma.masked_invalid(np.asarray(closed, dtype=np.float64).T)
    norm = norm if norm is not None else norm_of([array], scale, clip)
    borders = levels_of(norm, levels)
    ax.set_rasterization_zorder(1)  # in a vector format, fills of many points are pixels, and all else is lines
    if values.mask.any():  # contours leave out every cell with such a point, and points between such cells
        ax.patch.set(**HATCH)
    if not values.mask.all():
        _fill(ax, x, y, values, norm, borders)
    ax.set(xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))
    labels(ax, *(label(array[name]) for name in array.dims))
    note(ax, lacking(array), constant(array))
    if critical is not None:
        lengths = [period(array, name) if name in periodic else None for name in array.dims]
        draw_critical(ax, critical, lengths)
    if bar and not values.mask.all():
        colour_bar(ax.figure, ax, norm, [array], label(array))
    return ax


def _fill(ax: Any, x: np.ndarray, y: np.ndarray, values: np.ma.MaskedArray[Any, Any], norm: Any, borders: Any) -> None:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    style = {"cmap": MAP, "norm": norm, "zorder": 0.5}
    sizes = np.abs(borders[borders != 0])
    large = max(len(x), len(y)) > MOST_LINES or sizes.max() > LINES_UP_TO or sizes.min() < 1 / LINES_UP_TO
    if large:  # each pixel in the colour of its band
        middle = np.asarray(norm(0.5 * borders[:-1] + 0.5 * borders[1:]))  # sums of great numbers overflow
        from matplotlib import colormaps

        colours = colormaps[MAP](middle)
        banded = ListedColormap(colours).with_extremes(under=colormaps[MAP](0.0), over=colormaps[MAP](1.0))
        style |= {"cmap": banded, "norm": BoundaryNorm(borders, len(colours))}
    if large or values.mask.any():
        ax.pcolormesh(x, y, values, shading="nearest", **style)
    if not large:
        within = np.clip(values, -LINES_UP_TO, LINES_UP_TO)
        ends = SimpleNamespace(vmin=borders[0], vmax=borders[-1])
        ax.contourf(x, y, within, borders, extend=extension([values.compressed()], ends), **style)
        ax.contour(x, y, values, borders[2:-1:3], colors="black", linewidths=0.25, alpha=0.4, zorder=0.6)


def colour_bar(figure: Any, axes: Any, norm: Any, arrays: Sequence[Any], name: str) -> Any:
    """Draw the colour bar that panels share, named after what it shows; return it.

    Where values lie beyond an end of the norm, the bar has an arrow there, and its label says at which value it ends.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm

    extend = extension(arrays, norm)
    said = [f"above {norm.vmax:.3g} clipped"] if extend in ("max", "both") else []
    said += [f"below {norm.vmin:.3g} clipped"] if extend in ("min", "both") else []
    log = isinstance(norm, LogNorm)
    ticks, form = decades(norm.vmin, norm.vmax) if log else (None, None)
    boxes = [ax.get_position(original=True) for ax in np.ravel(axes)]
    wide = (max(box.x1 for box in boxes) - min(box.x0 for box in boxes)) * figure.bbox.width / figure.dpi
    tall = (max(box.y1 for box in boxes) - min(box.y0 for box in boxes)) * figure.bbox.height / figure.dpi
    found = figure.colorbar(
        ScalarMappable(norm, MAP),
        ax=axes,
        extend=extend,
        ticks=ticks,
        format=form,
        fraction=BAR_INCHES / wide,  # by default shares of all panels together, which is much of a row of them
        pad=BAR_GAP_INCHES / wide,
        shrink=min(1.0, BAR_LENGTH_INCHES / tall),
        aspect=None,
    )
    if log:
        found.minorticks_off()  # most of the time that a figure takes is that of its ticks
    found.set_label(", ".join([name, *said]), fontsize=SMALL)
    found.ax.tick_params(labelsize=TINY, which="both")
    return found


def surface(
    array: xr.DataArray,
    ax: Any,
    *,
    scale: Scale = "linear",
    clip: float | None = None,
    norm: Any = None,
    critical: Critical | None = None,
) -> Any:
    """Draw a field of two dimensions as a surface in axes with ``projection="3d"``, coloured by height.

    Each facet has the colour of the mean height of its four corners. Heights are the values, with scale ``log`` their
    decimal logarithms, with ``clipped`` at most the clip. Points without a finite value are holes, and a note says how
    many there are.

    Parameters
    ----------
    array, ax, scale, clip, norm, critical
        As in :func:`contour`. Of an axis of more than 150 points every second, third, ... is drawn, and a note says so.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        As :func:`contour`.
    """
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    _check(array, "surface")
    norm = norm if norm is not None else norm_of([array], scale, clip)
    every = [-(-n // MOST_FACES) for n in array.shape]
    x, y = (np.asarray(array[name], dtype=np.float64)[::k] for name, k in zip(array.dims, every, strict=True))
    values = np.asarray(array, dtype=np.float64)[:: every[0], :: every[1]]
    values = np.where(np.isfinite(values), values, np.nan)

    def height(found: np.ndarray) -> np.ndarray:
        top = np.minimum(found, norm.vmax) if scale == "clipped" else found
        return np.log10(top) if scale == "log" else top

    across, along = np.meshgrid(x, y, indexing="ij")
    if np.isfinite(values).any():
        part = height(values) / 4
        middle = part[:-1, :-1] + part[1:, :-1] + part[:-1, 1:] + part[1:, 1:]  # NaN beside a point without a value
        mean = np.nan_to_num(10**middle if scale == "log" else middle, nan=norm.vmin)
        faces = colormaps[MAP](np.asarray(norm(mean)))
        faces[np.isnan(middle), 3] = 0.0
        ax.plot_surface(
            across,
            along,
            height(values),
            facecolors=faces,
            rstride=1,
            cstride=1,
            linewidth=0,
            shade=False,
            antialiased=False,
            rasterized=True,
        )
        low, high = (float(f(height(values))) for f in (np.nanmin, np.nanmax))
        ax.set_zlim(low, high if high > low else low + (0.05 * abs(low) or 0.5))
    if critical is not None:
        ax.computed_zorder = False
        for at, tall, marker, colour in (
            (critical.saddles, critical.saddle_values, "x", SADDLE),
            (critical.minima, critical.minimum_values, "o", MINIMUM),
        ):
            inside = tall <= norm.vmax if scale == "clipped" else np.full(len(at), True)
            style = {"edgecolors": "black", "linewidths": 0.5} if marker == "o" else {"linewidths": 1.0}
            ax.scatter(*at[inside].T, height(tall[inside]), marker=marker, c=colour, s=12, zorder=5, **style)
    labels(ax, *(label(array[name]) for name in array.dims))
    clipped = f", above {norm.vmax:.3g} clipped" if extension([array], norm) in ("max", "both") else ""
    height_of = f"log10 {label(array)}" if scale == "log" else label(array) + clipped
    ax.text2D(0.0, 0.97, f"height: {height_of}", transform=ax.transAxes, fontsize=SMALL)  # beside z it may be cut off
    ax.tick_params(axis="z", labelsize=TINY, pad=0)
    ax.view_init(elev=35, azim=-60)
    for way in ("x", "y", "z"):
        getattr(ax, f"{way}axis").set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    strided = " x ".join(map(str, every))
    said = f"one of {strided} points drawn" if max(every) > 1 else "", lacking(array).replace("hatched", "holes")
    ax.text2D(0.5, 0.0, "\n".join(filter(None, said)), transform=ax.transAxes, ha="center", va="top", fontsize=TINY)
    ax.set_box_aspect(None, zoom=0.8)  # room for the labels
    return ax


def curve(
    array: xr.DataArray,
    ax: Any,
    *,
    scale: Scale = "linear",
    clip: float | None = None,
    norm: Any = None,
    critical: Critical | None = None,
    periodic: Sequence[str] = (),
    colour: str = INK,
) -> Any:
    """Draw a field of one dimension as a curve, with its minima and saddles on it; its gaps are hatched.

    Parameters
    ----------
    array, ax, scale, clip, norm, critical, periodic
        As in :func:`contour`, for an array of one axis.
    colour
        The colour of the line.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        For an array of more axes, and as :func:`landsweep.figures.scales.limits`.
    """
    if array.ndim != 1:
        raise ValueError(f"curve draws one axis, got {array.ndim}: cut the array with plane()")
    norm = norm if norm is not None else norm_of([array], scale, clip)
    closed = _closed(array, periodic)
    x, values = (np.asarray(found, dtype=np.float64) for found in (closed[closed.dims[0]], closed))
    values = np.where(np.isfinite(values), values, np.nan)
    single = len(x) == 1 or bool(
        (
            np.isnan(np.pad(values, 1, constant_values=np.nan)[:-2])
            & np.isnan(np.pad(values, 1, constant_values=np.nan)[2:])
            & ~np.isnan(values)
        ).any()
    )
    ax.plot(x, values, color=colour, linewidth=1.2, marker="." if single else "none", markersize=3)
    if (bad := np.isnan(values)).any() and len(x) > 1:
        half = np.gradient(x) / 2
        for k in np.flatnonzero(bad):
            ax.axvspan(max(x[k] - half[k], x.min()), min(x[k] + half[k], x.max()), zorder=0, linewidth=0, **HATCH)
    if critical is not None:
        for at, height, marker, mark in (
            (critical.saddles, critical.saddle_values, "x", JOIN),
            (critical.minima, critical.minimum_values, "o", LEAF),
        ):
            if len(at):
                ax.plot(at[:, 0], height, marker, color=mark, markersize=4, linestyle="none", zorder=3)
    ax.set_yscale("log" if scale == "log" else "linear")
    if len(finite([array])):
        low, high = norm.vmin, norm.vmax
        room = 0.05 * (high - low)
        ax.set_ylim(*((low / 1.1, high * 1.1) if scale == "log" else (low - room, high + (scale != "clipped") * room)))
    else:
        ax.set_yticks([])
    if len(x) > 1:
        ax.set_xlim(x.min(), x.max())
    clipped = f", above {norm.vmax:.3g} not shown" if extension([array], norm) in ("max", "both") else ""
    labels(ax, label(array[array.dims[0]]), label(array) + clipped)
    note(ax, lacking(array), constant(array))
    return ax


def _check(array: xr.DataArray, what: str) -> None:
    if array.ndim != 2 or min(array.shape) < 2:
        got = " x ".join(map(str, array.shape)) or "a single number"
        raise ValueError(f"{what} draws two axes of at least two points, got {got}: cut the array with plane()")


def period(array: xr.DataArray, name: Any) -> float:
    """Return the length of a periodic axis: its last point and its first are one step apart."""
    along = np.asarray(array[name], dtype=np.float64)
    return float((along[-1] - along[0]) * len(along) / (len(along) - 1))


def _closed(array: xr.DataArray, periodic: Sequence[str]) -> xr.DataArray:
    """Return an array with its first layer behind the last along periodic axes."""
    import xarray as xr

    for name in (n for n in array.dims if n in periodic and array.sizes[n] > 1):
        first = array.isel({name: [0]}).assign_coords({name: array[name].values[:1] + period(array, name)})
        array = xr.concat([array, first], name, coords="minimal", compat="override", join="override")
    return array
