"""A member's landscape: its field as an array with coordinates, and its picture with all that belongs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.disk.opened import OpenedRun
from landsweep.disk.store import Landscape, Status
from landsweep.figures.marks import draw_marks, lacking
from landsweep.figures.planes import colour_bar, contour, curve, label, period, plane
from landsweep.figures.scales import Scale, best_scale, finite, norm_of
from landsweep.figures.style import note
from landsweep.study.plan import Member, coordinates_of
from landsweep.study.study import HESSIAN_FIELDS

if TYPE_CHECKING:
    import xarray as xr

RATIO = "hessian_ratio"
"""The ratio of the extreme eigenvalues of the Hessian at every point (Li et al. 2018, figure 7), made of two fields."""
UNITS = {
    "multiple": "multiples of δ",
    "l2": "Euclidean norm",
    "relative": "share of |θ|",
    "loss_rise": "1: loss + {rise:g}",
    "imported": "",  # not known
}
"""The units of coordinates, by ``subspaces.*.unit``."""


def field_of(run: OpenedRun, landscape: Landscape, member: Member, field: str = "loss") -> xr.DataArray:
    """Return a member's field on its grid, with coordinates, names and units, float64.

    The coordinate ``pending`` says where it is not evaluated yet, and the field is NaN.

    Raises
    ------
    ValueError
        For a field that the run does not have, or one of several numbers at a point.
    Damaged
        Where the store is damaged.
    """
    import xarray as xr

    scalar = [name for name in run.study.fields if not run.study.numbers(name)]
    known = [*scalar, *([RATIO] if set(HESSIAN_FIELDS) <= set(scalar) else [])]
    if field not in known:
        raise ValueError(f"field is {field!r}, expected one of {', '.join(known)}, with one number at a point")
    held = landscape.holds(member.position)
    if not held:
        values = np.full(run.study.grid.shape, np.nan)
    elif field == RATIO:
        low, high = (landscape.read_member(name, member.position) for name in HESSIAN_FIELDS[::-1])
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.abs(low / high)
    else:
        values = landscape.read_member(field, member.position)
    spec = run.study.subspaces[str(member.coords["subspace"])]
    units = UNITS[spec.unit].format(rise=spec.rise)
    coordinates = coordinates_of(run.study, str(member.coords["subspace"]))
    along = {
        f"alpha_{k}": (f"alpha_{k}", np.array(points), {"long_name": f"direction {k}", "units": units})
        for k, points in enumerate(coordinates)
    }
    name = "|least / greatest eigenvalue|" if field == RATIO else field.replace("_", " ")
    found = xr.DataArray(values.astype(np.float64), along, list(along), name=field, attrs={"long_name": name})
    status = landscape.read_member("status", member.position) if held else np.zeros(found.shape)
    return found.assign_coords(pending=(found.dims, status == Status.NOT_EVALUATED))


def periodic_of(run: OpenedRun) -> tuple[str, ...]:
    """Return the names of a run's periodic axes."""
    return tuple(f"alpha_{k}" for k in run.study.periodic)


def draw_landscape(
    panel: Any,
    run: OpenedRun,
    landscape: Landscape,
    member: Member,
    *,
    field: str = "loss",
    scale: Scale = "linear",
    clip: float | None = None,
    norm: Any = None,
    at: Mapping[str, float] | None = None,
    bar: bool = True,
) -> xr.DataArray:
    """Draw a member's landscape: a curve, filled contours, or the slice of more dimensions.

    A loss of one or two dimensions has its minima and saddles on it, and the checkpoints that are projected on it.

    Parameters
    ----------
    panel, run, landscape, member, field
        The axes; the run with its store; the member and its field.
    scale, clip, norm, bar
        As in :func:`landsweep.figures.planes.contour`.
    at
        As in :func:`landsweep.figures.planes.plane`.

    Returns
    -------
    DataArray
        What is drawn.

    Raises
    ------
    ValueError
        As these functions.
    """
    shown = plane(field_of(run, landscape, member, field), at)
    _draw(panel, run, member, shown, field == "loss", scale, clip, norm, bar)
    return shown


def _draw(
    panel: Any,
    run: OpenedRun,
    member: Member,
    shown: xr.DataArray,
    marked: bool,
    scale: Scale,
    clip: Any = None,
    norm: Any = None,
    bar: bool = True,
) -> None:
    periodic = periodic_of(run)
    if shown.ndim == 1:
        curve(shown, panel, scale=scale, clip=clip, norm=norm, periodic=periodic)
    else:
        contour(shown, panel, scale=scale, clip=clip, norm=norm, periodic=periodic, bar=bar)
    if marked and shown.ndim == run.study.grid.dims:
        mark(panel, run, member, shown)
        if shown.ndim == 1:
            _fit(panel, shared=norm is not None or clip is not None)


def draw_together(
    panels: Sequence[Any],
    run: OpenedRun,
    landscape: Landscape,
    members: Sequence[Member | None],
    *,
    scale: Scale | None = None,
    clip: float | None = None,
    at: Mapping[str, float] | None = None,
) -> list[str]:
    """Draw the losses of members in one scale, with the colour bar that they share; return what could not be drawn so.

    Where there is no scale that fits all, each has one of its own, and a panel that has none says why.

    Parameters
    ----------
    panels, run, landscape, members
        An axes for each member, which stays empty for None; the run with its store.
    scale, clip, at
        As in :func:`draw_landscape`; without a scale, ``log`` where that says more, and ``linear`` for curves.

    Returns
    -------
    list of str
        Sentences.

    Raises
    ------
    ValueError
        Where a scale or a clip is given that does not fit, and as :func:`landsweep.figures.planes.plane`.
    """
    there = []
    for panel, member in zip(panels, members, strict=True):
        if member is None:
            panel.set(xticks=[], yticks=[], frame_on=False)  # the name of its row stays
        else:
            there.append((panel, member, plane(field_of(run, landscape, member), at)))
    fields = [shown for _, _, shown in there]
    curves = not fields or fields[0].ndim == 1

    def best(of: Sequence[xr.DataArray]) -> Scale:
        return scale or ("linear" if curves else best_scale(of))

    said: list[str] = []
    norm: Any = None
    try:
        norm = norm_of(fields, best(fields), clip)
    except ValueError as error:
        if scale is not None or clip is not None:
            raise
        said.append(f"the landscapes have a colour scale each, as none fits all: {error}")
    for panel, member, shown in there:
        try:
            _draw(panel, run, member, shown, True, best([shown] if norm is None else fields), None, norm, norm is None)
        except ValueError as error:
            panel.set(xticks=[], yticks=[])
            note(panel, f"not drawn: {error}")
            said.append(f"landscape {member.index} is not drawn: {error}")
            continue
        marked = shown.ndim == run.study.grid.dims and bool(np.isfinite(shown).any())
        note(panel, lacking(run, member) if marked else "")
    if norm is not None and not curves and len(finite(fields)):
        colour_bar(panels[0].figure, list(panels), norm, fields, label(fields[0]))
    return said


def _fit(panel: Any, shared: bool) -> None:
    """Make room for what stands beside a curve at its own height, below or above it, unless panels share limits."""
    lines = panel.get_lines()
    for line in lines:
        line.set_clip_on(shared)
    heights = np.concatenate([np.asarray(line.get_ydata(), dtype=np.float64) for line in lines])
    log = panel.get_yscale() == "log"
    heights = heights[np.isfinite(heights) & ((heights > 0) | (not log))]
    if shared or not len(heights):
        return
    (low, high), least, greatest = panel.get_ylim(), heights.min(), heights.max()
    room = 1.1 if log else 0.05 * (max(high, greatest) - min(low, least))
    panel.set_ylim(
        low if low <= least else least / room if log else least - room,
        high if high >= greatest else greatest * room if log else greatest + room,
    )


def mark(panel: Any, run: OpenedRun, member: Member, shown: xr.DataArray) -> None:
    """Draw what belongs on a loss of one or two dimensions: its minima and saddles, and projected checkpoints."""
    if shown.ndim > 2 or not np.isfinite(shown).any():
        return
    axes, periodic = [shown[name].values for name in shown.dims], periodic_of(run)
    lengths = [period(shown, name) if name in periodic else None for name in shown.dims]
    draw_marks(panel, run, member, axes, lengths, np.asarray(shown))
    if run.directory.trajectory(member.index).exists():
        from landsweep.figures.trajectories import draw_projections  # torch, which takes a second

        draw_projections(panel, run, member, axes)
