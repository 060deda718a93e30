"""The merge tree of a scalar field: its arrays, and the quantities that follow from them.

The module :mod:`landsweep.kernels.topology.merge_trees` computes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
from landsweep.kernels.geometry.blocks import on_border
from landsweep.kernels.topology.nodes import DEGENERATE, MINIMUM, NAMES, ROOT, SADDLE

_KINDS = {"flag_values": list(NAMES), "flag_meanings": " ".join(n.replace(" ", "_") for n in NAMES.values())}
"""These attributes of the variable ``node_type`` say what each of its values means."""
_SCALARS = ("connectivity", "negate", "n_nonfinite")
"""These fields of a :class:`MergeTree` are single values, neither arrays nor tuples."""
_TUPLES = ("shape", "value_range", "periodic")
"""These fields of a :class:`MergeTree` are tuples."""
_OPTIONAL = ("border_volume", "periodic", "border_class")
"""These fields are not in files of earlier versions."""


@dataclass(frozen=True, eq=False, repr=False)
class MergeTree:
    """The merge tree of a field; its arrays hold vertices as C-order indices, int64 unless stated.

    "Ascending" means in the order of (value, index). A vertex that is not finite counts as +inf. Minima at +inf are
    left out, and so are the pairs and arcs that only they would add. A *branch* is the path from a minimum up to the
    saddle where it meets the branch of an older, that is lower, minimum (elder rule: Edelsbrunner and Harer 2010,
    VII.1), or up to the root. Branch i starts at ``minima[i]``.

    Parameters
    ----------
    shape, connectivity, negate
        The grid points per axis, ``(n,)`` for a graph; the name of the neighbourhood; whether this is the tree of -f.
    pairs
        ``(p, 2)`` a minimum, and the saddle where its branch meets an older one; ascending in (saddle, minimum). A
        saddle where k branches meet is in k - 1 pairs, and may lie at +inf. Plateaus give pairs of lifetime 0.
    roots
        ``(r,)`` the minima that never die, one per connected component, ascending. On a grid this is ``[global_min]``.
    arcs
        ``(a, 2)`` the upper and the lower vertex of each arc, ascending in the upper one, then in the least vertex
        below the arc. Arcs that end in a root node come last, in the order of ``roots``. A component has no such arc
        where its greatest vertex is itself a saddle, or its only vertex.
    arc_branch
        ``(a,)`` the branch that each arc is part of, as an index into ``minima``.
    nodes, node_types, node_values
        ``(n,)`` the vertices: minima, then saddles, then root nodes, the first two ascending; int8 types: 0 for a
        minimum, 1 for a saddle of two branches, 4 for a saddle of more branches, 3 for a root node; float64 values of
        the field there, +inf (-inf if negated) where it is not finite.
    basin_volume
        ``(m,)`` for each minimum, the number of vertices whose steepest descent ends in it.
    arc_volume
        ``(a,)`` for each arc, the number of vertices v with lower <= v < upper in the arc's component; the last arc
        also counts the greatest vertex. The array is empty if the tree was computed without volumes. Vertices whose
        steepest descent ends in a minimum at +inf are in no basin and no arc.
    n_nonfinite
        The number of vertices that are not finite.
    value_range
        The least and the greatest finite value of the field, float.
    border_volume
        ``(m,)`` for each minimum, the number of vertices on the border of the grid that have its value and are
        connected to it at this value: those of its plateau, and in a simplified tree those of the plateaus that ended
        in it. The array is empty for a graph that is no grid, and for trees of earlier versions.
    periodic
        The axes along which the last point is followed by the first, ascending.
    border_class
        ``(a,)`` for each arc that ends in a saddle, the least arc that it meets there on the border of the grid, itself
        if none: the components of {f < s} below them, with s the level of the saddle, are connected by vertices of
        value s on the border alone, perhaps through further such components. Also itself for an arc of length 0, and
        for one that ends in a root node. The array is empty where ``border_volume`` is, and for trees of earlier
        versions.

    Examples
    --------
    >>> import numpy as np
    >>> from landsweep.kernels import merge_tree
    >>> tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0]))
    >>> tree.minima.tolist(), tree.saddles.tolist(), tree.global_min
    ([1, 3, 5], [2, 4], 1)
    >>> tree.pairs.tolist(), tree.lifetimes.tolist()  # (minimum, saddle), and death - birth
    ([[3, 2], [5, 4]], [2.0, 0.5])
    >>> tree.pair_values.tolist()  # birth and death
    [[1.0, 3.0], [3.5, 4.0]]
    >>> tree.basin_volume.tolist()  # vertices whose steepest descent ends in each minimum
    [3, 2, 2]
    """

    shape: tuple[int, ...]
    connectivity: str
    negate: bool
    pairs: np.ndarray
    roots: np.ndarray
    arcs: np.ndarray
    arc_branch: np.ndarray
    nodes: np.ndarray
    node_types: np.ndarray
    node_values: np.ndarray
    basin_volume: np.ndarray
    arc_volume: np.ndarray
    n_nonfinite: int
    value_range: tuple[float, float]
    border_volume: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    periodic: tuple[int, ...] = ()
    border_class: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def global_min(self) -> int:
        """The least vertex in the order of (value, index): the global minimum."""
        return int(self.roots[0])

    @cached_property
    def minima(self) -> np.ndarray:
        """``(m,)`` the minima with a finite value, ascending."""
        return self.nodes[self.node_types == MINIMUM]

    @cached_property
    def saddles(self) -> np.ndarray:
        """``(s,)`` the distinct saddles, ascending."""
        return self.nodes[(self.node_types == SADDLE) | (self.node_types == DEGENERATE)]

    @cached_property
    def join_of(self) -> np.ndarray:
        """``(s,)`` for each saddle, the last one that is joined to it by arcs of length 0.

        A plateau may hold several saddles, how many depends on the order of its vertices; as points of the merge tree
        they are one.
        """
        found = np.arange(len(self.saddles))
        if not len(found):
            return found
        order = np.argsort(self.saddles)
        lower = self.arcs[: len(self._at_saddles), 1]
        at = order[np.minimum(np.searchsorted(self.saddles, lower, sorter=order), len(order) - 1)]
        levels = self.node_values[len(self.minima) :]
        flat = (self.saddles[at] == lower) & (levels[at] == levels[self._at_saddles])
        found[at[flat]] = self._at_saddles[flat]
        while not np.array_equal(found, found[found]):
            found = found[found]
        return found

    @property
    def joins(self) -> np.ndarray:
        """``(j,)`` the saddles without those that are the same point of the tree: the last of each, ascending."""
        return self.saddles[np.unique(self.join_of)]

    @property
    def border_joins(self) -> np.ndarray:
        """``(b,)`` those of :attr:`joins` where two branches meet on the border of the grid, ascending.

        They depend on the sublevel sets alone, not on which of several vertices of one value is the saddle. Where
        ``border_class`` is empty, they are those at a vertex on the border.
        """
        if not len(self.border_class):
            return self.joins[on_border(self.joins, self.shape, self.periodic)]
        meets = np.flatnonzero(self.border_class != np.arange(len(self.arcs)))
        return self.saddles[np.unique(self.join_of[self._at_saddles[meets]])]

    @cached_property
    def _at_saddles(self) -> np.ndarray:
        """``(a - roots,)`` index into ``saddles`` of the upper end of each arc that ends in one."""
        count = len(self.arcs) - np.count_nonzero(self.node_types == ROOT)
        return np.cumsum(np.diff(self.arcs[:count, 0], prepend=-1) != 0) - 1

    @cached_property
    def _eldest(self) -> np.ndarray:
        """``(s,)`` for each saddle, the arc below it whose branch continues above it."""
        return np.searchsorted(self._at_saddles, np.arange(len(self.saddles)))

    @cached_property
    def _ending(self) -> np.ndarray:
        """``(p,)`` the arc in which the branch of each pair ends."""
        return np.delete(np.arange(len(self._at_saddles)), self._eldest)

    @cached_property
    def multiplicity(self) -> np.ndarray:
        """``(s,)`` the number of branches that meet in each saddle, at least 2, int64."""
        return np.bincount(self._at_saddles, minlength=len(self.saddles))

    @cached_property
    def upper_values(self) -> np.ndarray:
        """``(a,)`` float64, the field at the upper end of each arc."""
        above = self.node_values[len(self.minima) :]
        return np.concatenate([above[self._at_saddles], above[len(self.saddles) :]])

    @cached_property
    def lower_values(self) -> np.ndarray:
        """``(a,)`` float64, the field at the lower end of each arc."""
        order = np.argsort(self.nodes)
        return self.node_values[order[np.searchsorted(self.nodes, self.arcs[:, 1], sorter=order)]]

    @cached_property
    def pair_branch(self) -> np.ndarray:
        """``(p,)`` the branch that ends in each pair, as an index into ``minima``."""
        return self.arc_branch[self._ending]

    @cached_property
    def pair_saddle(self) -> np.ndarray:
        """``(p,)`` the saddle of each pair, as an index into ``saddles``."""
        return self._at_saddles[self._ending]

    @cached_property
    def greatest(self) -> tuple[np.ndarray, np.ndarray]:
        """Two arrays ``(r,)``: the greatest vertex of each root's component, and the field there, float64."""
        top = np.full(len(self.minima), -1)
        np.maximum.at(top, self.arc_branch, np.arange(len(self.arcs)))  # of one branch the arcs ascend
        branch = np.flatnonzero(self.branch_end < 0)  # as the roots, ascending
        alone = top[branch] < 0
        vertex = np.where(alone, self.roots, np.append(self.arcs[:, 0], -1)[top[branch]])
        births = self.node_values[: len(self.minima)]
        return vertex, np.where(alone, births[branch], np.append(self.upper_values, 0)[top[branch]])

    @cached_property
    def pair_values(self) -> np.ndarray:
        """``(p, 2)`` float64, birth and death of each pair: the field at its minimum and at its saddle."""
        return np.stack([self.node_values[self.pair_branch], self.upper_values[self._ending]], axis=1)

    @cached_property
    def lifetimes(self) -> np.ndarray:
        """``(p,)`` float64, death - birth of each pair (birth - death if negated), +inf for a saddle at +inf."""
        return _climb(*self.pair_values.T)

    @cached_property
    def _leaf_arc(self) -> np.ndarray:
        """``(m,)`` the lowest arc of each branch (its leaf arc) where this arc ends in a saddle, else -1."""
        leaf, at_saddle = np.full(len(self.minima), -1), slice(len(self._at_saddles))
        starts = np.flatnonzero(self.arcs[at_saddle, 1] == self.minima[self.arc_branch[at_saddle]])
        leaf[self.arc_branch[starts]] = starts
        return leaf

    @cached_property
    def first_saddle(self) -> np.ndarray:
        """``(m,)`` the first saddle above each minimum: the upper end of its leaf arc, -1 where that is no saddle."""
        return np.where(self._leaf_arc < 0, -1, np.append(self.arcs[:, 0], -1)[self._leaf_arc])

    @cached_property
    def first_climb(self) -> np.ndarray:
        """``(m,)`` float64, the rise of the field from each minimum to its first saddle, 0 where it has none."""
        births = self.node_values[: len(self.minima)]
        return _climb(births, np.where(self._leaf_arc < 0, births, np.append(self.upper_values, 0)[self._leaf_arc]))

    @cached_property
    def branch_end(self) -> np.ndarray:
        """``(m,)`` the saddle where each branch meets an older one, -1 for a branch that goes up to the root."""
        end = np.full(len(self.minima), -1)
        end[self.pair_branch] = self.pairs[:, 1]
        return end

    @cached_property
    def branch_parent(self) -> np.ndarray:
        """``(m,)`` the index of the older branch that each branch meets at ``branch_end``, -1 for none."""
        parent = np.full(len(self.minima), -1)
        parent[self.pair_branch] = self.arc_branch[self._eldest[self._at_saddles[self._ending]]]
        return parent

    @cached_property
    def branch_volume(self) -> np.ndarray:
        """``(m,)`` int64, the number of vertices on each branch; raises ValueError without ``arc_volume``."""
        if len(self.arc_volume) != len(self.arcs):
            raise ValueError("the tree has no arc volumes: expected one made with volumes=True.")
        volume = np.zeros(len(self.minima), np.int64)
        np.add.at(volume, self.arc_branch, self.arc_volume)
        return np.where(volume == 0, 1, volume)  # the only vertex of a component has no arc

    @cached_property
    def leaf_volume(self) -> np.ndarray:
        """``(m,)`` int64, the number of vertices below each minimum's first saddle, or on its branch without one."""
        return np.where(self._leaf_arc < 0, self.branch_volume, np.append(self.arc_volume, 0)[self._leaf_arc])

    def simplify(self, min_persistence: float) -> MergeTree:
        """Return :func:`landsweep.kernels.topology.simplify.simplify` of this tree.

        Examples
        --------
        >>> import numpy as np
        >>> from landsweep.kernels import merge_tree
        >>> tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0, 3.5, 5.0]))
        >>> tree.simplify(1.0).lifetimes.tolist()  # the pair of lifetime 0.5 is dropped
        [2.0]
        """
        from landsweep.kernels.topology.simplify import simplify

        return simplify(self, min_persistence)

    def to_networkx(self) -> Any:
        """Return the tree as a ``networkx.DiGraph`` with an edge from each arc's lower to its upper vertex.

        Nodes carry ``type``, ``value`` and, for minima, ``basin_volume``. Edges carry ``branch``, the minimum whose
        branch they are part of, and ``volume`` if the tree has arc volumes.

        Examples
        --------
        >>> import numpy as np
        >>> from landsweep.kernels import merge_tree
        >>> graph = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0])).to_networkx()
        >>> list(graph.edges)
        [(1, 2), (3, 2), (2, 4)]
        >>> graph.nodes[2]
        {'type': 'saddle', 'value': 3.0}
        """
        import networkx as nx

        graph = nx.DiGraph()
        for vertex, kind, value in zip(
            self.nodes.tolist(), self.node_types.tolist(), self.node_values.tolist(), strict=True
        ):
            graph.add_node(vertex, type=NAMES[kind], value=value)
        for vertex, volume in zip(self.minima.tolist(), self.basin_volume.tolist(), strict=True):
            graph.nodes[vertex]["basin_volume"] = volume
        for (upper, lower), branch in zip(self.arcs.tolist(), self.minima[self.arc_branch].tolist(), strict=True):
            graph.add_edge(lower, upper, branch=branch)
        if len(self.arc_volume):
            for (upper, lower), volume in zip(self.arcs.tolist(), self.arc_volume.tolist(), strict=True):
                graph.edges[lower, upper]["volume"] = volume
        return graph

    def to_xarray(self) -> Any:
        """Return pairs, minima, nodes and arcs as an ``xarray.Dataset`` with dimensions of these names.

        Examples
        --------
        >>> import numpy as np
        >>> from landsweep.kernels import merge_tree
        >>> dataset = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0])).to_xarray()
        >>> dataset.birth.values.tolist(), dataset.death.values.tolist()
        ([1.0], [3.0])
        """
        import xarray as xr

        data = {
            "birth": ("pair", self.pair_values[:, 0]),
            "death": ("pair", self.pair_values[:, 1]),
            "lifetime": ("pair", self.lifetimes),
            "pair_vertex": (("pair", "pair_end"), self.pairs),
            "first_saddle": ("minimum", self.first_saddle),
            "branch_parent": ("minimum", self.branch_parent),
            "basin_volume": ("minimum", self.basin_volume),
            "node_type": ("node", self.node_types, _KINDS),
            "node_value": ("node", self.node_values),
            "arc_vertex": (("arc", "arc_end"), self.arcs),
            "arc_branch": ("arc", self.arc_branch),
        }
        if len(self.arc_volume) == len(self.arcs):
            data["arc_volume"] = ("arc", self.arc_volume)
        if len(self.border_volume):
            data["border_volume"] = ("minimum", self.border_volume)
        if len(self.border_class):
            data["border_class"] = ("arc", self.border_class)
        coords = {"minimum": self.minima, "node": self.nodes, "pair_end": ["minimum", "saddle"]}
        attrs = {name: getattr(self, name) for name in _SCALARS} | {"shape": self.shape, "arc_end": "upper, lower"}
        if self.periodic:
            attrs["periodic"] = self.periodic
        return xr.Dataset(data, coords, attrs)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all fields as arrays that ``np.savez`` stores without pickling; ``periodic`` only where it names axes.

        Examples
        --------
        >>> import numpy as np
        >>> from landsweep.kernels import MergeTree, merge_tree
        >>> tree = merge_tree(np.array([2.0, 0.0, 3.0, 1.0, 4.0]))
        >>> np.savez("tree.npz", **tree.to_arrays())
        >>> MergeTree.from_arrays(np.load("tree.npz")) == tree
        True
        """
        return {
            f.name: np.asarray(getattr(self, f.name)) for f in fields(self) if f.name != "periodic" or self.periodic
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> MergeTree:
        """Return the tree that :meth:`to_arrays` wrote; further keys are ignored, a missing one raises ValueError."""
        names = [f.name for f in fields(cls)]
        if missing := [name for name in names if name not in arrays and name not in _OPTIONAL]:
            raise ValueError(f"arrays hold no merge tree: got no {', '.join(missing)}, expected {', '.join(names)}.")
        values = {name: np.asarray(arrays[name]) for name in names if name in arrays}
        scalars = {name: values[name].item() for name in _SCALARS}
        tuples = {name: tuple(values[name].tolist()) for name in _TUPLES if name in values}
        return cls(**(values | scalars | tuples))

    def __eq__(self, other: object) -> bool:
        """Return whether all arrays are equal; a tree with arc volumes does not equal the same tree without them."""
        if not isinstance(other, MergeTree):
            return NotImplemented
        one, two = self.to_arrays(), other.to_arrays()
        return one.keys() == two.keys() and all(map(np.array_equal, one.values(), two.values()))

    def __repr__(self) -> str:
        kind = f"{' x '.join(map(str, self.shape))}, {self.connectivity}{', negated' if self.negate else ''}"
        if self.periodic:
            kind += f", periodic along {', '.join(map(str, self.periodic))}"
        flat = np.count_nonzero(self.lifetimes == 0)
        more = f"; {flat} of the pairs have persistence 0" if flat else ""
        counts = f"{len(self.minima)} minima, {len(self.pairs)} pairs, {len(self.saddles)} saddles{more}"
        return f"MergeTree({kind}: {counts})"


def _climb(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # a difference may pass the greatest float
        return np.where(np.isfinite(high), np.abs(high - low), np.inf)
