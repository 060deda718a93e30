"""What comes out of comparing members or models with one another: a matrix, a map, clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from landsweep.kernels.statistics.embedding import Clustering, Embedding, classical_scaling, hierarchical_clustering
from landsweep.study.plan import Member, Model

if TYPE_CHECKING:
    import xarray as xr

FOLDER = "distances"
"""The results lie in the folder of this name in the run directory."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The comparison of members, or of models, of a run.

    Parameters
    ----------
    name, text
        The name of its files; what was compared, in words.
    noun, quantity
        What is compared, ``member`` or ``model``; the name of the numbers in the matrix, ``distance`` or ``CKA``.
    items
        The members or models, in the order of rows and columns.
    matrix
        ``(n, n)`` float64, symmetric.
    distances
        ``(n, n)`` float64, the distances that map and clusters are made from; the matrix itself, or what follows from
        it.
    left_out
        The reason why a member or model is not among them, by its index.
    """

    name: str
    text: str
    noun: str
    quantity: str
    items: tuple[Member, ...] | tuple[Model, ...]
    matrix: np.ndarray
    distances: np.ndarray
    left_out: Mapping[int, str]

    @property
    def indices(self) -> list[int]:
        """The indices of the members or models."""
        return [item.index for item in self.items]

    @cached_property
    def embedding(self) -> Embedding:
        """The members or models as points of a plane."""
        return classical_scaling(self.distances)

    @cached_property
    def clustering(self) -> Clustering:
        """The tree of clusters."""
        return hierarchical_clustering(self.distances)

    def axes(self, names: Sequence[str]) -> list[str]:
        """Return those of the sweep's axes on which the items lie."""
        return [name for name in names if name in self.items[0].coords]

    def to_xarray(self, axes: Sequence[str]) -> xr.Dataset:
        """Return the matrix, ``embedding``, ``order`` and ``merges``, with the coordinates of the sweep's ``axes``."""
        import xarray as xr

        coords: dict[str, Any] = {self.noun: self.indices, "other": self.indices}
        for axis in self.axes(axes):
            coords[axis] = (self.noun, [item.coords[axis] for item in self.items])
        order, merges = self.clustering.order, self.clustering.merges
        data = {
            self.quantity.lower(): ((self.noun, "other"), self.matrix, {"long_name": self.text}),
            "embedding": ((self.noun, "coordinate"), self.embedding.points, {"long_name": "classical scaling"}),
            "order": ("leaf", order, {"long_name": "rows as the leaves of the tree of clusters"}),
            "merges": (("merge", "field"), merges, {"long_name": "as scipy.cluster.hierarchy.linkage returns them"}),
        }
        attrs = {"embedding_share": self.embedding.share, "cophenetic": self.clustering.cophenetic}
        return xr.Dataset(data, coords, {"name": self.name, **attrs})
