"""A landscape in memory as a run directory: a file of its points, imported as those of other tools are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from landsweep.base.errors import UserError
from landsweep.disk.rundir import atomic
from landsweep.exchange.importing import Importing, import_run
from landsweep.executors.serial import SerialExecutor

if TYPE_CHECKING:
    import xarray as xr
    from landsweep.study.study import Study

SUFFIX = ".nc"
"""The file of the points is named like the run directory with this suffix."""


def save(data: xr.DataArray, study: Study, run: Path) -> None:
    """Write a landscape's points, those of the run of a study, beside a run directory, and the run directory.

    Raises
    ------
    UserError
        Where one of them exists.
    """
    file = run.with_name(run.name + SUFFIX)
    for path in (run, file):
        if path.exists():
            raise UserError(f"save: {path} exists already, expected the name of a new run directory.")
    with atomic(file) as partial:  # classic NetCDF, which SciPy writes and reads
        data.to_dataset().to_netcdf(partial, engine="scipy", format="NETCDF3_64BIT")
    topology = study.topology
    chosen = {
        "topology.connectivity": list(study.connectivity),
        "topology.min_persistence": topology.min_persistence,
        "topology.k": topology.k,
    }
    overrides = tuple(f"{key}={json.dumps(value)}" for key, value in chosen.items())
    import_run(Importing((file,)), run, SerialExecutor(), overrides=overrides)
