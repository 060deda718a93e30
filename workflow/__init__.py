"""Distributed sweeps of neural-network loss landscapes: N-D grids into Zarr, merge trees, metrics.

``landsweep.run(study)`` runs a study and returns its :class:`Run`; ``landsweep.open_run(path)`` opens
one that exists; ``landsweep.landscape(model, batches, loss)`` computes one :class:`Landscape` in memory. Names are
loaded on first use, so that ``import landsweep`` touches neither torch nor MPI.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landsweep.api import Run as Run
    from landsweep.api import open_run as open_run
    from landsweep.api import run as run
    from landsweep.base.errors import UserError as UserError
    from landsweep.direct.call import landscape as landscape
    from landsweep.direct.landscape import Landscape as Landscape
    from landsweep.kernels.problem import Batch as Batch
    from landsweep.study.study import Study as Study

__version__ = version("landsweep")

_HOME = {
    "Batch": "landsweep.kernels.problem",
    "Landscape": "landsweep.direct.landscape",
    "Run": "landsweep.api",
    "landscape": "landsweep.direct.call",
    "open_run": "landsweep.api",
    "run": "landsweep.api",
    "Study": "landsweep.study",
    "UserError": "landsweep.base.errors",
}
"""The keys are the public names; each is imported from the module beside it when it is first used."""
__all__ = ["Batch", "Landscape", "Run", "Study", "UserError", "__version__", "landscape", "open_run", "run"]


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'landsweep' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
