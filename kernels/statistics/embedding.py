"""What a matrix of distances says: a map of its items in few dimensions, and a tree of clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Embedding:
    """Points whose Euclidean distances are near given ones.

    Parameters
    ----------
    points
        ``(n, dims)`` float64, one row an item, centred; in each column the entry of greatest size is positive.
    share
        The share of the squared distances that the columns explain, 0 to 1: the sum of their eigenvalues over that of
        the absolute values of all. NaN where all distances are 0.
    """

    points: np.ndarray
    share: float


def classical_scaling(distances: np.ndarray, dims: int = 2) -> Embedding:
    """Return the map by classical multidimensional scaling (Torgerson 1952).

    With D2 the squared distances and J = I - 1/n, the columns are eigenvectors of -J D2 J / 2 times the root of their
    eigenvalues, greatest first. Distances that are Euclidean in ``dims`` dimensions are reproduced exactly; others have
    negative eigenvalues, which count against ``share``.

    Parameters
    ----------
    distances
        ``(n, n)`` symmetric, with zeros on its diagonal.
    dims
        The number of columns; those for which there is no positive eigenvalue are 0.

    Examples
    --------
    >>> import numpy as np
    >>> found = classical_scaling(np.array([[0.0, 3.0, 4.0], [3.0, 0.0, 5.0], [4.0, 5.0, 0.0]]))
    >>> round(float(np.linalg.norm(found.points[1] - found.points[2])), 9), round(found.share, 9)
    (5.0, 1.0)
    """
    scale = float(distances.max(initial=0.0))
    points = np.zeros((len(distances), dims))
    if not scale:
        return Embedding(points, np.nan)
    squared = (distances / scale) ** 2
    inner = -(squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()) / 2
    values, vectors = np.linalg.eigh(inner)
    values, vectors = values[::-1], vectors[:, ::-1]
    noise = len(values) * np.finfo(float).eps * np.abs(values).max()
    kept = min(dims, int(np.count_nonzero(values > noise)))
    points[:, :kept] = scale * vectors[:, :kept] * np.sqrt(values[:kept])
    greatest = points[np.abs(points).argmax(axis=0), np.arange(dims)]
    return Embedding(points * np.where(greatest < 0, -1.0, 1.0), float(values[:kept].sum() / np.abs(values).sum()))


@dataclass(frozen=True, eq=False)
class Clustering:
    """A tree of clusters.

    Parameters
    ----------
    merges
        ``(n - 1, 4)`` as :func:`scipy.cluster.hierarchy.linkage` returns them: the two clusters that are joined, the
        distance between them, and the number of items in the new one.
    order
        ``(n,)`` the items as the leaves of the tree, neighbours alike.
    cophenetic
        Pearson's correlation of the distances with the levels at which items are joined, NaN for fewer than 3 items or
        where all distances are equal.
    """

    merges: np.ndarray
    order: np.ndarray
    cophenetic: float

    def cut(self, count: int) -> np.ndarray:
        """Return ``(n,)`` the cluster of each item, from 1, where the tree is cut into at most ``count`` clusters."""
        from scipy.cluster.hierarchy import fcluster

        found = fcluster(self.merges, count, criterion="maxclust")
        first = np.unique(found, return_index=True)[1]  # numbered in the order of the items
        return np.argsort(np.argsort(first))[found - 1] + 1


def hierarchical_clustering(distances: np.ndarray) -> Clustering:
    """Return the tree of average linkage (UPGMA), leaves in the order of least distances between neighbours.

    Parameters
    ----------
    distances
        ``(n, n)`` symmetric, with zeros on its diagonal, n at least 2.

    Examples
    --------
    >>> import numpy as np
    >>> at = np.array([0.0, 10.0, 1.0, 11.5])
    >>> found = hierarchical_clustering(np.abs(at[:, None] - at))
    >>> found.cut(2).tolist(), found.merges[:, 2].tolist()
    ([1, 2, 1, 2], [1.0, 1.5, 10.25])
    """
    from scipy.cluster.hierarchy import cophenet, leaves_list, linkage
    from scipy.spatial.distance import squareform

    condensed = squareform(distances, checks=False)
    merges = linkage(condensed, "average", optimal_ordering=len(distances) <= 1000)  # its time grows with the cube
    agreement = np.nan
    if len(distances) > 2 and np.ptp(condensed) > 0:
        levels = cophenet(merges)
        agreement = float(np.corrcoef(condensed, levels)[0, 1]) if np.ptp(levels) > 0 else np.nan
    return Clustering(merges, leaves_list(merges), agreement)
