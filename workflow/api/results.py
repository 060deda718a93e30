"""A run directory that exists: its landscapes, metrics and trees, and what is made of them."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landsweep.base.errors import UserError, reading
from landsweep.base.yamlfile import nearest
from landsweep.disk.opened import OpenedRun, read_run
from landsweep.disk.rundir import read_json
from landsweep.study.study import Scalar

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from landsweep.kernels.diagrams.contour import ContourTree
    from landsweep.kernels.topology.tree import MergeTree
    from landsweep.page.inline import Explorer
    from landsweep.robust.collect import Robustness


LISTED = 12
"""A message names at most so many values of an axis."""


class Run(OpenedRun):
    """A run directory: its landscapes, metrics and merge trees.

    Parameters
    ----------
    path
        The run directory.

    Raises
    ------
    UserError
        Where ``path`` holds no run.

    Examples
    --------
    This example opens the run of the study that ``landsweep new my_study`` makes, with 5 x 5 points:

    >>> import landsweep
    >>> run = landsweep.open_run("runs/my_study")
    >>> run
    Run('runs/my_study', 6 members of 5 x 5 points; noise: 3, seed: 1, subspace: 1, direction_seed: 2)
    >>> run.dataset.loss.sel(noise=0.1, seed=0).dims
    ('subspace', 'direction_seed', 'alpha_0', 'alpha_1')
    >>> run.metrics.columns[:7].to_list()
    ['member', 'model', 'noise', 'seed', 'subspace', 'direction_seed', 'representation']
    >>> run.failures
    {}
    """

    def __init__(self, path: str | Path) -> None:
        found = read_run(path)
        super().__init__(found.directory, found.study, found.plan)

    @property
    def dataset(self) -> xr.Dataset:
        """The hypercube and all arrays beside it, read lazily; dimensions are the sweep axes, then ``alpha_*``.

        Reading values whose file is lost or damaged raises UserError, which names the file. Other readers of Zarr, also
        ``xarray.open_zarr``, take a lost file for NaN, which the array ``status`` tells from other NaN.
        """
        from landsweep.disk.lazy import open_dataset

        if not self.directory.has_landscape:
            raise UserError(f"{self.path} has no landscapes yet: continue it with `landsweep run STUDY`.")
        dataset = open_dataset(self.directory.landscape)
        coordinates = [name for name in dataset.data_vars if str(name).startswith("coordinate_")]
        dataset = dataset.set_coords(coordinates)
        for attrs in (dataset.attrs, *(variable.attrs for variable in dataset.variables.values())):
            attrs |= {k: json.dumps(v) for k, v in attrs.items() if _structured(v)}  # other formats have no mappings
        return dataset

    @property
    def metrics(self) -> pd.DataFrame:
        """The table with one row per member and representation: coordinates, model quality, metrics; missing is NaN."""
        import pandas as pd

        if not self.directory.metrics.exists():
            from landsweep.pipeline.status import stage_counts

            counts = stage_counts(self.directory, self.study, self.plan)
            done = ", ".join(f"{c.stage} {c.done} of {c.total or '?'}" for c in counts)
            raise UserError(f"{self.path} has no metrics yet ({done} done): continue it with `landsweep run STUDY`.")
        with reading(self.directory.metrics):
            return pd.read_parquet(self.directory.metrics)

    @property
    def failures(self) -> dict[tuple[str, int], str]:
        """The traceback of each failed model or member, by its stage and index."""
        found = {}
        for key, path in self.directory.failures().items():
            with reading(path):
                found[key] = str(read_json(path)["traceback"])
        return found

    def member(self, **coords: Scalar) -> int:
        """Return the index of the only member at ``coords``; axes of length 1 may be left out.

        Raises
        ------
        UserError
            Where no member, or more than one, has these coordinates, or a name is no axis.

        Examples
        --------
        >>> import landsweep
        >>> run = landsweep.open_run("runs/my_study")
        >>> run.member(noise=0.2, direction_seed=1)
        5
        >>> run.member(noise=0.2)
        Traceback (most recent call last):
        landsweep...UserError: noise=0.2 fits 2 members, expected one: choose among ...
        """
        for name in coords:
            if name not in self.plan.axes:
                axes = list(self.plan.axes)
                raise UserError(
                    f"{name!r} is no axis of this run, expected {', '.join(axes)}{nearest(name, axes) or '.'}"
                )
        found = [m for m in self.plan.members if all(m.coords[k] == v for k, v in coords.items())]
        if len(found) != 1:
            given = ", ".join(f"{k}={v!r}" for k, v in coords.items()) or "no coordinates"
            options = [f"{name}: {_listed(values)}" for name, values in self.plan.axes.items() if len(values) > 1]
            among = f"choose among {'; '.join(options)}" if options else "the run has one, so leave them out"
            raise UserError(f"{given} fits {len(found)} members, expected one: {among}.")
        return found[0].index

    def merge_tree(self, representation: str | None = None, **coords: Scalar) -> MergeTree:
        """Return the merge tree of one member, such as ``run.merge_tree(beta=5, seed=0, direction_seed=0)``.

        ``representation`` is one of the study's ``topology.connectivity``, by default its first, or ``resolved``: the
        tree of the minima and saddles of the loss itself, where ``resolve.enabled`` asks for them. Its vertices are
        those minima, then the saddles, in the order of :class:`landsweep.kernels.critical.resolved.Resolved`.

        Raises
        ------
        UserError
            Where the coordinates do not fit exactly one member, or the tree of this member was not computed.

        Examples
        --------
        >>> import landsweep
        >>> tree = landsweep.open_run("runs/my_study").merge_tree(noise=0.1, direction_seed=1)
        >>> tree.shape, tree.connectivity
        ((5, 5), 'moore')
        >>> len(tree.pairs) == len(tree.minima) - 1  # all minima but the global one end at a saddle
        True
        """
        from landsweep.disk.trees import read_tree

        return read_tree(self.directory, self.member(**coords), representation or self.study.connectivity[0])

    def contour_tree(self, **coords: Scalar) -> ContourTree:
        """Return the contour tree of one member's landscape, such as ``run.contour_tree(beta=5, seed=0)``.

        It is that of Freudenthal's triangulation of the whole grid, whatever the study's connectivity.

        Raises
        ------
        UserError
            Where the coordinates do not fit exactly one member, its landscape is not complete, or it has no contour
            tree: a line, or a landscape with points that are not finite.

        Examples
        --------
        >>> import landsweep
        >>> tree = landsweep.open_run("runs/my_study").contour_tree(noise=0.1, direction_seed=1)
        >>> len(tree.arcs) == len(tree.nodes) - 1
        True
        """
        from landsweep.distances.contours import contour_tree_of

        return contour_tree_of(self, self.plan.members[self.member(**coords)])

    def explore(self, **coords: Scalar) -> Explorer:
        """Return the explorer of one member, which a notebook shows, such as ``run.explore(beta=5, seed=0)``.

        It is the explorer of the page that ``landsweep report`` writes: slices of the landscape, the merge tree and the
        barcode, linked. It needs no network. Its attribute ``html`` is the whole page.

        Raises
        ------
        UserError
            Where the coordinates do not fit exactly one member, no point of it is evaluated, or a file is damaged.

        Examples
        --------
        >>> import landsweep
        >>> landsweep.open_run("runs/my_study").explore(noise=0.1, direction_seed=1)
        Explorer('runs/my_study: noise = 0.1, direction_seed = 1')
        """
        from landsweep.page.inline import Explorer

        return Explorer(self, self.plan.members[self.member(**coords)])

    def parameters(self, **coords: Scalar) -> pd.DataFrame:
        """Return which parameters of one member's network its directions move, such as ``run.parameters(seed=0)``.

        One row a tensor: ``parameter``, ``shape``, ``numbers``, ``state`` (``moved``; ``still``: not ignored, but the
        directions are zero there; ``ignored``; ``frozen``), the Euclidean ``norm`` of the weights, and that of the part
        of each direction, ``direction_0`` and so on, NaN for frozen parameters and ignored ones.

        Raises
        ------
        UserError
            Where the coordinates do not fit exactly one member, its directions are not made yet, or an earlier version
            made them.

        Examples
        --------
        >>> import landsweep
        >>> table = landsweep.open_run("runs/my_study").parameters(noise=0.1, direction_seed=0)
        >>> dict(zip(table.parameter, table.state))  # doctest: +NORMALIZE_WHITESPACE
        {'0.weight': 'moved', '0.bias': 'ignored', '2.weight': 'moved', '2.bias': 'ignored',
         '4.weight': 'moved', '4.bias': 'ignored'}
        """
        import pandas as pd
        from landsweep.disk.directions import load_moves

        index = self.member(**coords)
        path = self.directory.directions(index)
        if self.study.imported:
            raise UserError(
                f"{self.path} has imported landscapes, whose directions are not known, expected another run."
            )
        if not path.exists():
            raise UserError(f"member {index} has no directions yet: continue {self.path} with `landsweep run STUDY`.")
        rows = [
            {"parameter": e.name, "shape": e.shape, "numbers": e.size, "state": e.state, "norm": e.norm}
            | {f"direction_{k}": norm for k, norm in enumerate(e.directions)}
            for e in load_moves(path).entries
        ]
        return pd.DataFrame(rows)

    def robust(self, metrics: Sequence[str] | None = None) -> Robustness:
        """Recompute the topology from the stored grids under other choices of analysis; nothing is written.

        Parameters
        ----------
        metrics
            The names of the metrics whose rank correlation with the sweep's numeric axes is compared. Without it, the
            metrics of :data:`landsweep.robust.claims.CLAIM_METRICS` are compared.

        Returns
        -------
        Robustness
            ``table`` (one row per member and specification), ``verdicts`` (are counts resolved?), ``claims`` (rank
            correlations in every specification) and ``left_out``, as ``landsweep robust`` writes them.

        Raises
        ------
        UserError
            For an unknown metric, or a run without a finished member.

        Examples
        --------
        >>> import landsweep
        >>> found = landsweep.open_run("runs/my_study").robust(["n_saddles"])
        >>> [(claim.metric, claim.axis) for claim in found.claims]
        [('n_saddles', 'noise')]
        >>> len(found.claims[0].estimates)  # specifications, each with a rank correlation
        16
        """
        from landsweep.robust.collect import collect

        return collect(self, metrics)

    def relations(
        self,
        metrics: Sequence[str] | None = None,
        against: Sequence[str] | None = None,
        *,
        given: str | None = None,
        within: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Return how metrics depend on axes, quality and curvature, and how sure that is; nothing is written.

        The unit is the trained model: landscapes of other direction seeds and draws are averaged first. Subspaces,
        representations and splits are never mixed. ``docs/relations.md`` names every method and its source.

        Parameters
        ----------
        metrics
            The metrics, by default every number of landscapes.
        against
            What they are related with, by default every axis, figure of merit and number of the Hessian.
        given
            The column that partial correlations hold fixed, by default ``loss_range``; ``"none"`` for none.
        within
            The axes whose combinations of values are groups, by default those that differ beside ``against``.

        Returns
        -------
        pandas.DataFrame
            One row per stratum (``subspace``, ``representation``, ``split``), ``metric`` and column ``against`` of a
            ``kind``. By ``method``, ``estimate`` is Spearman's rho (``spearman``), Cliff's delta of the last group over
            the first (``mann-whitney``, and ``sign`` for splits of the same models) or epsilon squared of several
            groups (``kruskal-wallis``), with its 95 % interval ``low`` to ``high`` over ``n_models`` models, two-sided
            ``p`` (``exact``: over all permutations) and ``p_holm``, adjusted for all rows. ``tau`` and ``tau_p`` are
            Kendall's. ``partial`` is the estimate given the column ``given``, ``within`` that within the ``n_groups``
            combinations of ``within_axes``, ``between`` rho of their means. ``medians`` are those of groups.
            ``variance_directions`` and ``variance_models`` are the metric's components of variance. Where there is no
            estimate, ``why_not`` says why. ``sentence`` says all of it. ``attrs["notes"]`` says what is missing.

        Raises
        ------
        UserError
            Where no member is finished, a name is unknown, or there is nothing to relate.

        Examples
        --------
        >>> import landsweep
        >>> found = landsweep.open_run("runs/my_study").relations(["loss_range"], ["noise"])
        >>> found.sentence[0]
        'loss range and noise: not enough models (3, at least 4)'
        """
        from landsweep.relations.table import answer, complete
        from landsweep.stages import measured

        table = complete(self.metrics, self.plan)
        found = answer(table, list(self.plan.axes), measured(map(str, table)), metrics, against, given, within)
        frame = found.frame
        frame.attrs["notes"] = found.notes
        return frame

    def distances(
        self,
        metric: str = "wasserstein",
        *,
        order: float = 1.0,
        representation: str | None = None,
        normalised: bool = False,
        min_persistence: float | str | None = None,
        loops: bool = False,
    ) -> xr.Dataset:
        """Return the distances between the persistence diagrams of all members; nothing is written.

        Parameters
        ----------
        metric
            ``bottleneck`` or ``wasserstein``.
        order
            The order of the Wasserstein distance, at least 1.
        representation
            The representation of the merge trees, by default the study's first.
        normalised
            Whether each landscape's values are (f - min f) / (max f - min f).
        min_persistence
            The threshold below which pairs are left out, such as 0.1 or ``"1%"``; by default the study's.
        loops
            Whether loops are compared, which ``homology.loops`` asks for, instead of components.

        Returns
        -------
        xarray.Dataset
            ``distance`` over (``member``, ``other``) with the sweep's coordinates, ``embedding``, ``order`` and
            ``merges``, as ``landsweep distances`` writes them. What that command has stored is not computed again.

        Raises
        ------
        UserError
            For a choice that the run does not have, and where fewer than two members have a diagram.

        Examples
        --------
        >>> import landsweep
        >>> found = landsweep.open_run("runs/my_study").distances(normalised=True)
        >>> found.distance.shape, float(found.distance.sel(member=0, other=0))
        ((6, 6), 0.0)
        """
        from landsweep.distances.diagrams import Choice
        from landsweep.distances.matrix import measure

        choice = Choice.of(
            self,
            metric,
            order=order,
            representation=representation,
            normalised=normalised,
            min_persistence=min_persistence,
            loops=loops,
        )
        return measure(self, choice).to_xarray(list(self.plan.axes))

    def cka(self, layer: str | None = None) -> xr.Dataset:
        """Return linear CKA between the hidden activations of all models, of one layer or the mean over all.

        The study's section ``activations`` says which layers are stored. The dataset has ``cka`` over (``model``,
        ``other``) with the sweep's coordinates, ``embedding``, ``order`` and ``merges``.

        Raises
        ------
        UserError
            Where no activations of this layer are stored, or of fewer than two models.
        """
        from landsweep.distances.activations import compare_activations

        return compare_activations(self, layer).to_xarray(list(self.plan.axes))

    def __repr__(self) -> str:
        axes = ", ".join(f"{name}: {len(values)}" for name, values in self.plan.axes.items())
        grid = " x ".join(map(str, self.plan.grid_shape))
        return f"Run({str(self.path)!r}, {len(self.plan.members)} members of {grid} points; {axes})"

    def _repr_html_(self) -> str:
        """Return the run as HTML for a notebook: its size, how far each stage is, and a member to explore."""
        from landsweep.pipeline.status import stage_counts

        try:
            counts = stage_counts(self.directory, self.study, self.plan)
        except UserError as error:
            return f"<div><strong>{html.escape(repr(self))}</strong><p>{html.escape(str(error))}</p></div>"
        rows = "".join(
            f"<tr><td>{html.escape(c.stage)}</td><td>{c.done}</td><td>{c.total or '?'}</td><td>{c.failed}</td></tr>"
            for c in counts
        )
        return (
            f"<div><strong>{html.escape(repr(self))}</strong><table><thead><tr><th>stage</th><th>done</th><th>of</th>"
            f"<th>failed</th></tr></thead><tbody>{rows}</tbody></table>{self._explorer()}</div>"
        )

    def _explorer(self) -> str:
        """Return the explorer of the first member that has a landscape; else why there is none."""
        from landsweep.page.inline import Explorer
        from landsweep.page.standing import members_of

        try:
            found = zip(self.plan.members, members_of(self), strict=True)
            there = [member for member, said in found if said["state"] == "finished"]
            return Explorer(self, there[0])._repr_html_() if there else "<p>No landscape is finished yet.</p>"
        except UserError as error:
            return f"<p>{html.escape(str(error))}</p>"


def open_run(path: str | Path) -> Run:
    """Open an existing run directory.

    Examples
    --------
    >>> import landsweep
    >>> landsweep.open_run("runs/my_study").study.grid.shape
    (5, 5)
    >>> landsweep.open_run("runs/nothing")
    Traceback (most recent call last):
    landsweep...UserError: runs/nothing holds no run, expected a run directory such as runs/NAME: ...
    """
    return Run(path)


def _listed(values: Sequence[Scalar]) -> str:
    """Return the values of an axis as they are written in Python, of many the first and the last."""
    named = [repr(value) for value in values]
    return ", ".join(named if len(named) <= LISTED else [*named[: LISTED - 1], "...", named[-1]])


def _structured(value: Any) -> bool:
    """Return whether an attribute is more than a number, a text, or a list of numbers, which NetCDF can hold."""
    if isinstance(value, list | tuple):
        return not value or not all(isinstance(v, int | float) for v in value)
    return isinstance(value, bool) or not isinstance(value, int | float | str)
