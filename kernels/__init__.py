"""Pure computation on arrays and modules: no Zarr, no MPI, no files.

``merge_tree``, ``graph_merge_tree`` and ``segmentation`` are those of :mod:`landsweep.kernels.topology.merge_trees`,
``MergeTree`` is that of :mod:`landsweep.kernels.topology.tree`.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["MergeTree", "graph_merge_tree", "merge_tree", "segmentation"]


def __getattr__(name: str) -> Any:  # numba takes half a second, and most who import this package do not need it
    if name in __all__:
        from landsweep.kernels.topology import merge_trees as topology
        from landsweep.kernels.topology import tree

        return getattr(tree if name == "MergeTree" else topology, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _find_cache() -> None:
    """Give numba a folder for compiled code where it would find none: beside the code, or in the user's cache.

    Containers often have neither; numba then refuses to import what asks for a cache.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    wanted = [Path(__file__).parent]
    with suppress(RuntimeError):  # a container's user may have no home
        wanted.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"))
    if any(os.access(next(p for p in (folder, *folder.parents) if p.exists()), os.W_OK) for folder in wanted):
        return
    with suppress(OSError):  # where that is full too, there is no cache
        cache = Path(tempfile.gettempdir()) / f"landsweep-{os.getuid()}"
        cache.mkdir(mode=0o700, exist_ok=True)
        mine = cache.stat().st_uid == os.getuid()  # compiled code of somebody else is not to be run
        os.environ["NUMBA_CACHE_DIR"] = str(cache) if mine else tempfile.mkdtemp(prefix="landsweep-")


_find_cache()
