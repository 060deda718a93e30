"""The problem of a study of imported landscapes: a file in the place of a network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import numpy as np
from landsweep.base.errors import UserError
from landsweep.exchange.opening import FileLandscape, open_landscape
from landsweep.kernels.geometry.blocks import Box
from landsweep.study.plan import coordinates_of
from landsweep.study.study import Study
from landsweep.study.subspace_spec import IMPORTED


class Imported:
    """A landscape that is in a file of another tool; it has no network, and refuses to make one.

    Parameters
    ----------
    file
        The file, as it is named on the sweep's axis ``file``.
    array, fill_values, raw
        As of :func:`landsweep.exchange.opening.open_landscape`.
    """

    def __init__(self, file: str, array: str | None = None, fill_values: Sequence[str] = (), raw: bool = False) -> None:
        self._path, self._array, self._fill_values, self._raw = Path(file), array, tuple(fill_values), raw

    @cached_property
    def landscape(self) -> FileLandscape:
        """The landscape; raises UserError where the file holds none."""
        if not self._path.exists():
            raise UserError(
                f"{self._path} does not exist, expected the file of an imported landscape: put it back, or name the "
                "folder in which the study's files lie with --folder."
            )
        return open_landscape(self._path, self._array, self._fill_values, raw=self._raw)

    def check(self, study: Study) -> None:
        """Check that the file holds the landscape of a study.

        Raises
        ------
        UserError
            Where its shape, its coordinates or its fields are others.
        """
        found, path = self.landscape, self._path
        if found.shape != study.grid.shape:
            raise UserError(
                f"{path} has {_by(found.shape)} points, the study {_by(study.grid.shape)}, expected the same in all "
                "files of a run: import this one into a run of its own."
            )
        (name,) = study.axes["subspace"]
        for axis, (own, other) in enumerate(
            zip(found.coordinates or (), coordinates_of(study, str(name)), strict=False)
        ):
            if not np.array_equal(own, np.array(other)):
                k = int(np.flatnonzero(own != np.array(other))[0])
                raise UserError(
                    f"{path} has other coordinates along axis {axis} than the study (point {k}: {own[k]!r}, "
                    f"{other[k]!r}), expected the same in all files of a run: import this one into a run of its own."
                )
        if lacking := [name for name in study.fields if name not in found.fields]:
            raise UserError(
                f"{path} has no {', '.join(lacking)}, expected every field of the study: leave it out of fields."
            )
        if study.evaluation.stored == "float32" and found.dtype == "float64":
            raise UserError(
                f"{path} holds float64 numbers, the study's evaluation.dtype is {study.evaluation.dtype}, which would "
                "round them, expected float64."
            )

    def read(self, study: Study, box: Box) -> dict[str, np.ndarray]:
        """Return every field of the study on a box of the grid; raises UserError as :meth:`check` does."""
        self.check(study)
        return {name: self.landscape.read(name, box) for name in study.fields}

    def _refuse(self) -> NoReturn:
        raise UserError(
            f"the landscape of {self._path} is {IMPORTED} and has no model, expected a study with a problem of your "
            "own."
        )

    def build(self, seed: int) -> NoReturn:
        """Refuse: there is no network."""
        self._refuse()

    def batches(self, split: str = "train", draw: int = 0) -> NoReturn:
        """Refuse: there are no data."""
        self._refuse()

    def loss(self, model: object, batch: object) -> NoReturn:
        """Refuse: there is no loss to compute."""
        self._refuse()


def _by(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
