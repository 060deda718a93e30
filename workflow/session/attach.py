"""The way in which another process takes part in a run.

A :class:`landsweep.session.context.Context` is sent as an :class:`Address`. The process that receives it makes the
context from the run directory, once, so that it keeps its network, data and strategies from one item to the next.
"""

from __future__ import annotations

import copyreg
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError
from landsweep.base.events import Bus, Event
from landsweep.disk import lock, provenance
from landsweep.disk.content import Bound, Source
from landsweep.disk.opened import read_study
from landsweep.disk.rundir import RunDir
from landsweep.executors.dask.executor import DaskExecutor
from landsweep.executors.dask.protocol import Elsewhere, enter, stop_flag
from landsweep.session.context import Context
from landsweep.study.plan import make_plan

_contexts: dict[str, Context] = {}
"""The key is the token of the session that this process takes part in, the value its context, so that it is made
once."""


@dataclass(frozen=True)
class Address:
    """The data that another process needs to take part in a run; each session has its own ``token`` and ``lock``."""

    token: str
    run: Path
    folder: Path
    lock: str | None
    ranks: int
    ranks_per_node: int
    allow_mixed: bool
    found: tuple[Source, ...]
    versions: tuple[tuple[str, str], ...] = field(default_factory=lambda: tuple(sorted(provenance.versions().items())))


def _travel(context: Context) -> tuple[Any, ...]:
    """Return how a context is pickled: as the address of its run."""
    executor = context.executor
    assert isinstance(executor, DaskExecutor)
    address = Address(
        executor.token,
        context.run.path.absolute(),
        context.folder.absolute(),
        lock.token(context.run.lock),
        executor.size,
        executor.workers.per_node,
        context.allow_mixed,
        context.bound.found if context.bound is not None else (),
    )
    return attach, (address,)


copyreg.pickle(Context, _travel)


def attach(address: Address) -> Context:
    """Return the context of a run in this process.

    Raises
    ------
    UserError
        Where this process has other versions of the packages that compute, or does not see the run directory.
    """
    if address.token not in _contexts:
        _check_numerics(dict(address.versions))
        run = RunDir(address.run)
        if not run.members.exists():
            raise UserError(
                f"{_where()} does not see the run directory {address.run}, expected one on a file system that all "
                "workers share: run the study in such a one."
            )
        study = read_study(run)
        executor = Elsewhere(address.ranks, address.ranks_per_node)
        context = Context(
            study,
            address.folder,
            make_plan(study, run.read_members()["history"]),
            run,
            executor,
            Bus(),
            _unheard,
            stop_flag(address.token),
            allow_mixed=address.allow_mixed,
            bound=Bound(run, study, address.folder, address.found) if address.found else None,
        )
        context.prepare_process()
        _contexts.clear()  # of a session before
        _contexts[address.token] = context
        enter(address.token, executor, lock.Fence(run.lock, address.lock))
    return _contexts[address.token]


def _unheard(event: Event) -> None:
    """Ignore an event: the root writes the log of this process."""


def _check_numerics(there: dict[str, str]) -> None:
    here = provenance.versions()
    differing = [
        name for name in ("python", *provenance.PACKAGES) if name != "mpi4py" and here.get(name) != there.get(name)
    ]
    if differing:
        have, expected = (", ".join(f"{n} {v.get(n, 'missing')}" for n in differing) for v in (here, there))
        raise UserError(
            f"{_where()} has {have}, expected {expected} as in the process that plans, since last bits depend on them: "
            "start its workers from the same environment."
        )


def _where() -> str:
    from distributed import get_worker

    return f"Worker {get_worker().name} on {socket.gethostname()}"
