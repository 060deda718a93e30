"""Checkpoints drawn on the landscapes on which they are projected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from landsweep.disk.directions import OWN, load_geometry, read_projections
from landsweep.disk.opened import OpenedRun
from landsweep.study.plan import Member

SPANNING = {"marker": "*", "color": "#ffd92f", "markersize": 8, "markeredgecolor": "black", "markeredgewidth": 0.5}
"""Checkpoints that span a landscape are drawn in this style."""
PATH = {
    "marker": "o",
    "markersize": 3.5,
    "linewidth": 1.2,
    "markeredgecolor": "white",
    "markeredgewidth": 0.4,
}
"""Checkpoints of a trajectory are drawn in this style, joined in their order."""
SIZE = 6
"""The names of checkpoints are written in this size, in points."""
PLACES = [(sign * (3 + away), up) for away in (0, 8, 16) for up in (2, -8, 9, -15) for sign in (1, -1)]
"""A name is written at the first of these distances from its point, in points, at which it covers no other."""
COLOURS = ("#e7298a", "#66c2ff", "#ff7f0e", "#b3de69", "#ffffff")
"""Trajectories of one landscape are drawn in these colours."""


def draw_projections(panel: Any, run: OpenedRun, member: Member, axes: Sequence[np.ndarray]) -> None:
    """Draw a member's projected checkpoints on its landscape of one or two dimensions, with a legend of residuals.

    Checkpoints that span the landscape stand with the shortest part of their file's name that tells them apart, and
    trajectories with the numbers of their first and last checkpoint on it. Beside a curve they stand at their own loss.
    What lies outside the grid is not drawn, and is counted in the legend.
    """
    found = read_projections(run.directory, member.index)
    if found is None:
        return
    low, high = (np.array([end(axis) for axis in axes]) for end in (np.min, np.max))
    slack = 1e-3 * (high - low)  # corners lie on the border, but for rounding
    inside = ((found.coordinates >= low - slack) & (found.coordinates <= high + slack)).all(axis=1)
    named: list[tuple[np.ndarray, str, str]] = []
    for number, path in enumerate(dict.fromkeys(found.paths.tolist())):
        chosen, spanning = found.paths == path, not path
        what = "spanning it" if spanning else path
        style = SPANNING if spanning else PATH | {"color": COLOURS[(number - int(found.paths[0] == "")) % len(COLOURS)]}
        at = np.where(inside[:, None], found.coordinates, np.nan)[chosen]
        if len(axes) == 1:
            at = np.column_stack([at[:, 0], found.losses[chosen]])
        label = f"{what}: {_residuals(found.residuals[chosen], found.distances[chosen])}"
        if outside := int((chosen & ~inside).sum()):
            label += f", {outside} outside"
        join = not spanning and len(axes) > 1  # along a curve, a chord would pass for the loss
        panel.plot(at[:, 0], at[:, 1], label=label, clip_on=False, linestyle="-" if join else "none", **style)
        shown = np.flatnonzero(np.isfinite(at).all(axis=1))
        texts = short(found.names[chosen].tolist()) if spanning else list(map(str, range(len(at))))
        kept = shown if spanning else shown[[0, -1]] if len(shown) > 1 else shown
        named += [(at[k], texts[k], str(style["color"])) for k in kept]
    _name(panel, named)
    shares = load_geometry(run.directory.directions(member.index)).shares
    for axis, share in zip((panel.xaxis, panel.yaxis), shares[: len(axes)], strict=False):
        if np.isfinite(share):
            axis.set_label_text(f"{axis.get_label_text()} ({share:.1%} of the variance)")
    panel.legend(fontsize=6, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18), handlelength=1.2)


def short(names: Sequence[str]) -> list[str]:
    """Return for each file the shortest end of its path, without suffix, that tells it from the others.

    Examples
    --------
    >>> short([OWN, "runs/a/model-00001/theta.safetensors", "runs/a/model-00002/theta.safetensors"])
    ['model', 'model-00001', 'model-00002']
    >>> short(["step1.pt", "step20.pt"])
    ['step1', 'step20']
    """
    paths = [None if name == OWN else PurePosixPath(name).with_suffix("").parts for name in names]
    known = [path for path in paths if path is not None]
    common = 0  # parts at the end that all share say nothing
    while len(known) > 1 and all(len(path) > common + 1 for path in known):
        if len({path[-1 - common] for path in known}) > 1:
            break
        common += 1
    ends = ["model" if path is None else path[-1 - common] for path in paths]
    several = {end for end in ends if ends.count(end) > 1}
    whole = ["/".join(path or ()) for path in paths]
    return [whole[k] if end in several and whole[k] else end for k, end in enumerate(ends)]


def _name(panel: Any, named: Sequence[tuple[np.ndarray, str, str]]) -> None:
    """Write names beside points, each at the first place around its point where it covers no other name.

    A name for which all places are taken is left out; the legend counts the checkpoints by path.
    """
    from matplotlib.patheffects import withStroke

    if not named:
        return
    figure = panel.figure
    width, height = panel.get_position().size * figure.get_size_inches() * 72  # in points
    (left, right), (bottom, top) = panel.get_xlim(), panel.get_ylim()
    taken: list[tuple[float, float, float, float]] = []
    for at, text, colour in named:
        x, y = (at - (left, bottom)) / (right - left, top - bottom) * (width, height)
        long, high = 0.62 * SIZE * len(text), 1.1 * SIZE
        for across, up in PLACES:
            begin = x + across if across > 0 else x + across - long
            box = (begin, y + up, begin + long, y + up + high)
            if box[0] >= -1 and box[2] <= width + 1 and not any(_overlap(box, other) for other in taken):
                break
        else:
            continue
        taken.append(box)
        panel.annotate(
            text,
            at,
            (box[0] - x, box[1] - y),
            textcoords="offset points",
            fontsize=SIZE,
            color=colour,
            path_effects=[withStroke(linewidth=1.4, foreground=_halo(colour))],
        )


def _halo(colour: str) -> str:
    """Return black around light colours and white around dark ones, which are read on any landscape then."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(colour)
    return "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _residuals(residuals: np.ndarray, distances: np.ndarray) -> str:
    """Return the residual norms in words: how far the checkpoints lie from what the figure shows."""
    if residuals.max() <= 1e-5 * max(distances.max(), np.finfo(float).tiny):
        return "on the landscape"
    low, high = residuals.min(), residuals.max()
    low = low if low > 1e-5 * high else 0.0
    spread = f"{high:.2g}" if f"{low:.2g}" == f"{high:.2g}" else f"{low:.2g} to {high:.2g}"
    return f"residual {spread} (distance {distances[residuals.argmax()]:.2g})"
