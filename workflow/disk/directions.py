"""Files of directions, one per member: the vectors and their geometry; and of checkpoints projected on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from landsweep.base.errors import UserError, reading
from landsweep.disk.arrays import read_arrays, write_arrays
from landsweep.disk.rundir import RunDir
from landsweep.kernels.parameters.table import Entry
from landsweep.kernels.spans.span import derivatives_of_multiples, multiples
from safetensors import safe_open
from safetensors.torch import load_file

OWN = "the model's own weights"
"""What a model's trained weights are called among checkpoints."""


@dataclass(frozen=True)
class Geometry:
    """The geometry that ``directions/member-*.safetensors`` holds beside the vectors, float64.

    Parameters
    ----------
    gram, norms, theta_norm
        The inner products ``(d, d)`` and the norms ``(d,)`` of the vectors, and the norm of theta.
    scale
        ``(d,)`` the multiple of each stored vector that one unit of the grid's coordinate means.
    eigenvalues, residuals, cosines
        ``(d,)`` the eigenvalues and residuals of the Hessian's eigenvectors, and the cosines of these with the
        directions; NaN for directions that do not come from eigenvectors.
    shares
        ``(d,)`` the share of the checkpoints' variance that each principal component explains, NaN for others.
    terms
        ``(m, d)`` the exponents of the coordinates in the multiples of the stored vectors, of which there are more than
        directions; None where there are not. See :mod:`landsweep.kernels.spans.span`.
    """

    gram: np.ndarray
    norms: np.ndarray
    theta_norm: float
    scale: np.ndarray
    eigenvalues: np.ndarray
    residuals: np.ndarray
    cosines: np.ndarray
    shares: np.ndarray
    terms: np.ndarray | None = None

    def multiples(self, coordinates: np.ndarray) -> np.ndarray:
        """Return ``(n, m)``, the multiples of the stored vectors at ``(n, d)`` coordinates of the grid."""
        return multiples(coordinates * self.scale, self.terms)

    def gradient_by_coordinates(self, coordinates: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return the first of what :meth:`by_coordinates` returns."""
        if self.terms is None:
            return gradient * self.scale
        first, _ = derivatives_of_multiples(coordinates * self.scale, self.terms)
        return np.einsum("nk,nki->ni", gradient, first * self.scale)

    def by_coordinates(
        self, coordinates: np.ndarray, gradient: np.ndarray, hessian: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return derivatives by the coordinates of the grid from those by the multiples of the stored vectors.

        For coordinates a and multiples m(a), with the Jacobian J of m, ``gradient`` ``(n, m)`` becomes J^T g, and
        ``hessian`` ``(n, m, m)`` becomes J^T H J + sum over k of g_k times the second derivatives of m_k.
        """
        if self.terms is None:
            return gradient * self.scale, hessian * np.outer(self.scale, self.scale)
        first, second = derivatives_of_multiples(coordinates * self.scale, self.terms)
        first, second = first * self.scale, second * np.outer(self.scale, self.scale)
        bent = np.einsum("nk,nkij->nij", gradient, second)
        return np.einsum("nk,nki->ni", gradient, first), np.einsum("nki,nkl,nlj->nij", first, hessian, first) + bent


EIGEN = ("eigenvalues", "residuals", "cosines")
"""A file of directions holds these arrays where the directions come from eigenvectors of the Hessian."""


def load_geometry(path: Path) -> Geometry:
    """Read a member's geometry without its vectors; raise :class:`~landsweep.base.errors.Damaged` where this fails."""
    with reading(path), safe_open(path, framework="np") as file:
        gram, norms, theta_norm, scale = (file.get_tensor(k) for k in ("gram", "norms", "theta_norm", "scale"))
        names = set(file.keys())
        unknown = np.full(len(norms), np.nan)
        eigenvalues, residuals, cosines, shares = (
            file.get_tensor(k) if k in names else unknown for k in (*EIGEN, "shares")
        )
        terms = file.get_tensor("terms") if "terms" in names else None
    return Geometry(gram, norms, float(theta_norm), scale, eigenvalues, residuals, cosines, shares, terms)


def load_delta(path: Path) -> torch.Tensor:
    """Read a member's ``(m, P)`` vectors, the directions first.

    Raises
    ------
    Damaged
        Where this fails.
    """
    with reading(path):
        delta: torch.Tensor = load_file(path)["delta"]
    return delta


MOVES = "moves"
"""Metadata of a file of directions under this name say which parameters the directions move."""


@dataclass(frozen=True)
class Moves:
    """Which parameters a member's directions move.

    Parameters
    ----------
    entries
        Every parameter, in module order.
    unmatched
        The patterns of ``ignore`` that match no parameter.
    """

    entries: Sequence[Entry]
    unmatched: Sequence[str]

    def metadata(self) -> Mapping[str, str]:
        """Return the metadata for a file of directions; norms have six digits."""

        def short(value: float) -> float:
            return float(f"{value:.6g}")

        rows = [
            asdict(e) | {"norm": short(e.norm), "directions": [short(x) for x in e.directions]} for e in self.entries
        ]
        return {MOVES: json.dumps({"entries": rows, "unmatched": list(self.unmatched)})}


def has_moves(path: Path) -> bool:
    """Return whether a file of directions says which parameters they move; those of earlier versions do not."""
    with reading(path), safe_open(path, framework="np") as file:
        return MOVES in (file.metadata() or {})


def load_moves(path: Path) -> Moves:
    """Read which parameters a member's directions move.

    Raises
    ------
    UserError
        Where an earlier version wrote the file, without this table.
    Damaged
        Where it cannot be read.
    """
    with reading(path):
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
        if MOVES not in metadata:
            raise UserError(
                f"{path} has no table of parameters, as an earlier landsweep wrote it, expected one: run again "
                "into another directory with --out for the table; what is here is whole."
            )
        found = json.loads(metadata[MOVES])
        return Moves([_entry(**e) for e in found["entries"]], found["unmatched"])


def _entry(*, shape: list[int], directions: list[float], size: int | None = None, **rest: Any) -> Entry:
    """Return an entry of the table; before it held sizes, complex numbers were counted once."""
    return Entry(shape=tuple(shape), directions=tuple(directions), size=prod(shape) if size is None else size, **rest)


@dataclass(frozen=True)
class Projections:
    """The checkpoints that span a member's landscape, then those of its trajectories.

    Parameters
    ----------
    names
        ``(n,)`` their files; :data:`OWN` for the model's own weights.
    paths
        ``(n,)`` the names of their trajectories, empty for those that span the landscape.
    coordinates
        ``(n, d)`` float64, the coordinates on the grid of the nearest point of the landscape's subspace.
    residuals
        ``(n,)`` float64, the distance from that point, in units of weights.
    distances
        ``(n,)`` float64, the distance from the model's own weights.
    losses
        ``(n,)`` the loss of the checkpoint's own network, not of the nearest point, on the member's data.
    """

    names: np.ndarray
    paths: np.ndarray
    coordinates: np.ndarray
    residuals: np.ndarray
    distances: np.ndarray
    losses: np.ndarray


def write_projections(run: RunDir, member: int, found: Projections) -> None:
    """Write a member's projected checkpoints; the file appears whole."""
    write_arrays(run.trajectory(member), vars(found))


def read_projections(run: RunDir, member: int) -> Projections | None:
    """Return a member's projected checkpoints, None where there are none.

    Raises
    ------
    Damaged
        Where they cannot be read.
    """
    file = run.trajectory(member)
    if not file.exists():
        return None
    found = Projections(**read_arrays(file))
    return found if len(found.names) else None
