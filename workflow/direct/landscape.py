"""One landscape in memory: its points, its merge trees, their metrics."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.distributed.representations import tree_of
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS
from landsweep.kernels.topology.metrics import topology_metrics
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from landsweep.direct.picture import Picture
    from landsweep.figures.scales import Scale
    from torch import Tensor

SHOWN = ("n_minima", "n_saddles", "average_persistence", "smad", "loss_min", "loss_max", "n_nonfinite")
"""These metrics are shown in a notebook."""
DIRECTIONS = {"random": "random direction", "hessian": "Hessian eigenvector", "given": "given direction"}
"""What one direction is called, by the attribute ``directions``."""


class Landscape:
    """The loss around a network's weights on a grid, as :func:`landsweep.landscape` returns it.

    Parameters
    ----------
    dataset
        ``loss`` and ``status`` (1 finite, 2 not) over ``alpha_0, alpha_1, ...``, whose coordinates are those of the
        grid. A point's weights are theta + sum over k of ``alpha_k * direction_scale[k]`` times direction k.
    directions
        ``(d, P)`` the directions, on the CPU, in the dtype and the order of the parameters that require gradients.
    study
        The study of a run that has this landscape.
    notes
        What was said while it was computed: which parameters move, how points were evaluated, what is not finite.

    Examples
    --------
    >>> import landsweep, torch
    >>> torch.manual_seed(0)  # doctest: +ELLIPSIS
    <torch...Generator object at ...>
    >>> x = torch.linspace(-2, 2, 32)[:, None]
    >>> model = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    >>> def loss(model, batch):
    ...     x, y = batch
    ...     return (model(x) - y).square().mean()
    >>> found = landsweep.landscape(model, [(x, x.sin())], loss, points=7, progress=False)
    >>> found
    Landscape(7 x 7 points of 2 random directions, float32)
    >>> found.data.dims, found.data.alpha_0.values.tolist()[:2]
    (('alpha_0', 'alpha_1'), [-1.0, -0.6666666666666667])
    >>> found.merge_tree().shape, found.merge_tree("face").connectivity
    ((7, 7), 'face')
    >>> int(found.metrics["n_minima"]) == len(found.merge_tree().minima)
    True
    """

    def __init__(self, dataset: xr.Dataset, directions: Tensor, study: Study, notes: Sequence[str] = ()) -> None:
        self.dataset, self.directions, self.study, self.notes = dataset, directions, study, tuple(notes)
        self._trees: dict[str, MergeTree] = {}

    @property
    def data(self) -> xr.DataArray:
        """The loss ``(n_0, ..., n_(d-1))`` with the grid's coordinates, and attributes that say how it was made."""
        return self.dataset["loss"]

    def merge_tree(self, representation: str | None = None) -> MergeTree:
        """Return the merge tree, by default that of the first ``connectivity``; it is computed once.

        Parameters
        ----------
        representation
            One of ``face``, ``freudenthal``, ``moore``, ``knn`` and the other names of ``topology.connectivity``.

        Raises
        ------
        UserError
            For another name, or a landscape without a finite value.
        """
        name = representation or self.study.connectivity[0]
        if name not in REPRESENTATIONS:
            names = [str(known) for known in REPRESENTATIONS]
            raise UserError(
                f"merge_tree: representation is {name!r}, expected {', '.join(names)}{nearest(str(name), names) or '.'}"
            )
        if name not in self._trees:
            field = self.data.values
            if not np.isfinite(field).any():
                way_on = "a smaller range, or dtype float64"
                if all((self.data[axis] == 0).any() for axis in self.data.dims):
                    way_on = "that at the weights is not finite either, so look at them, the data and the loss"
                raise UserError(f"merge_tree: no point of the landscape has a finite loss, expected one: {way_on}.")
            topology = self.study.topology
            threads = self.study.evaluation.threads
            tree = tree_of(lambda box: field[box], field.shape, name, topology, threads=threads)
            assert tree is not None
            self._trees[name] = tree
        return self._trees[name]

    @cached_property
    def metrics(self) -> pd.Series[float]:
        """The metrics of the merge tree by name; what is not defined is NaN.

        :func:`landsweep.kernels.topology.metrics.topology_metrics` defines each.
        """
        import pandas as pd

        tree = self.merge_tree()
        least = self.study.topology.threshold.loss(tree.value_range)
        return pd.Series(topology_metrics(tree, min_persistence=least), name=tree.connectivity)

    def plot(self, *, scale: Scale | None = None, clip: float | None = None) -> Picture:
        """Return a figure: filled contours with minima and saddles, beside the merge tree in the same scale.

        A landscape of one dimension is a curve; of more than two, its central slice is shown, without minima and
        saddles, which lie elsewhere. Where no value is finite there is no tree.

        Parameters
        ----------
        scale
            ``linear``, ``log`` or ``clipped``; by default ``log`` where all values are positive and span a decade.
        clip
            The greatest value that is told apart, with ``clipped``.

        Raises
        ------
        UserError
            For a scale of another name, or one in which the values cannot be shown.
        """
        from landsweep.direct.picture import pictured

        tree = self.merge_tree() if np.isfinite(self.data.values).any() else None
        try:
            return pictured(self.data, tree, self.study, scale, clip, repr(self).removeprefix("Landscape").strip("()"))
        except ValueError as error:
            raise UserError(f"plot: {str(error).removesuffix('.')}.") from error

    def save(self, run: str | Path) -> Path:
        """Write the landscape as a run directory, and return its path: ``landsweep.open_run`` and all commands read it.

        The points go into a NetCDF file beside it, named like it, from which ``landsweep import`` would make the same
        run: so it has trees, metrics, tables and figures, and no model. What needs one, such as certificates, is
        refused there.

        Parameters
        ----------
        run
            The run directory, which must not exist yet.

        Raises
        ------
        UserError
            Where it, or the file beside it, exists, or cannot be written.
        """
        from landsweep.base.errors import guard_io
        from landsweep.direct.saving import save

        target = Path(run)
        guard_io(lambda: save(self.data, self.study, target), target)
        return target

    def __repr__(self) -> str:
        grid, dtype = " x ".join(map(str, self.data.shape)), self.data.dtype
        kind = DIRECTIONS[self.data.attrs["directions"]] + "s" * (self.data.ndim > 1)
        return f"Landscape({grid} points of {self.data.ndim} {kind}, {dtype})"

    def _repr_html_(self) -> str:
        """Return the landscape as HTML for a notebook: some of its metrics, its picture, and what was said."""
        import base64

        picture = base64.b64encode(self.plot()._repr_png_()).decode()
        shown = f'<img alt="landscape" style="max-width:100%" src="data:image/png;base64,{picture}">'
        try:
            found = self.metrics
        except UserError as error:
            return f"<div><strong>{html.escape(repr(self))}</strong><p>{html.escape(str(error))}</p>{shown}</div>"
        rows = "".join(f"<tr><td>{name}</td><td>{found[name]:.4g}</td></tr>" for name in SHOWN)
        said = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return (
            f"<div><strong>{html.escape(repr(self))}</strong><table><thead><tr><th>{found.name}</th><th></th></tr>"
            f"</thead><tbody>{rows}</tbody></table>{shown}<ul>{said}</ul></div>"
        )
