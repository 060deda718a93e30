"""Checks for mistakes in study and site, made before anything is written or waits in a queue."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.batch.site import Site, builtin_sites, load_site
from landsweep.stages import BY_NAME
from landsweep.study.files import check_files
from landsweep.study.study import Study

MANY_NODES = 16
"""Beyond this many nodes a warning is given where Python lies on a file system that is not made for it."""
GRACE_IN_UNITS = 2
"""The warning before a time limit must come this many units before the end: a unit may take twice the time it was sized
for, on a node that others slow down."""
CONTAINERS = ("SHIFTER_RUNTIME", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER", "PODMANHPC_IMAGE")
"""One of these environment variables is set inside a container, which needs no such warning."""


def check_problem(study: Study, folder: Path) -> None:
    """Check that the study's problem and the files that it names exist, before a rank finds out hours later.

    Raises
    ------
    UserError
        Where the problem's file or module, or a file that the study names, does not exist.
    """
    check_files(study, folder)
    file = study.problem.file(folder)
    module = study.problem.path.rpartition(":")[0]
    if file is not None and not file.is_file():
        raise UserError(
            f'problem.path {study.problem.path!r}: {file} does not exist, expected "package.module:Class" or '
            '"file.py:Class" relative to the study.'
        )
    if file is None and importlib.util.find_spec(module.partition(".")[0]) is None:
        raise UserError(
            f"problem.path {study.problem.path!r}: there is no module {module}, expected one that is installed here."
        )


def check_job(study: Study, stages: tuple[str, ...], site: Site, name: str) -> None:
    """Check that a study and the site of one of its jobs fit together.

    Raises
    ------
    UserError
        Where units do not fit into the warning time before the time limit, the study wants a GPU that the site lacks,
        or the job has too few ranks for Dask.
    """
    ranks = site.nodes * site.ranks_per_node
    if study.executor.kind == "dask" and ranks > 1 and ranks < 3:
        raise UserError(
            f"executor.kind is dask, but a job on {name} has {ranks} ranks, expected at least 3 (the scheduler, "
            f"the one that plans, and workers): ask for more with --nodes, or use --set executor.kind=mpi."
        )
    unit, cuda = study.executor.unit_seconds, study.evaluation.device == "cuda"
    if site.scheduler == "slurm" and unit * GRACE_IN_UNITS > site.grace:
        raise UserError(
            f"executor.unit_seconds is {unit:g}, but {name} warns only {site.grace} s before the end (grace), expected "
            f"units of at most {site.grace / GRACE_IN_UNITS:g} s: use --set executor.unit_seconds="
            f"{site.grace / GRACE_IN_UNITS:g} or --site-set grace={GRACE_IN_UNITS * unit:.0f}."
        )
    if site.scheduler == "slurm" and site.grace >= site.seconds:
        raise UserError(
            f"--time is {site.time}, expected more than the {site.grace} s before the end at which the ranks are "
            "warned (grace): ask for more, or use --site-set grace=..."
        )
    if site.scheduler == "slurm" and any(BY_NAME[name].problem for name in stages) and cuda and not site.gpus_per_node:
        raise UserError(
            f"evaluation.device is cuda, but nodes of {name} have no GPUs (gpus_per_node is 0): use --set "
            "evaluation.device=auto, or another site."
        )


def many_nodes(nodes: int, software: tuple[str, ...] | None = None) -> str | None:
    """Return a warning where many nodes would load Python from a file system that is not made for it, else None.

    ``software`` names folders on file systems made for software; by default, those of every profile.
    """
    if nodes <= MANY_NODES or any(os.environ.get(name) for name in CONTAINERS):
        return None
    if software is None:
        software = tuple(sorted({folder for name in builtin_sites() for folder in load_site(name).software}))
    if any(Path(sys.prefix).is_relative_to(folder) for folder in software):
        return None
    where = f"one of {', '.join(software)}" if software else "a file system for software"
    return (
        f"Warning: {nodes} nodes load Python and torch from {sys.prefix}, thousands of small files for each rank: a "
        f"container, or an environment on {where}, starts faster (docs/cluster.md)."
    )
