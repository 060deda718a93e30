"""Pure computation on arrays and modules: no Zarr, no MPI, no files.

``merge_tree``, ``graph_merge_tree`` and ``segmentation`` are those of :mod:`landsweep.kernels.topology`.
"""

from typing import Any

__all__ = ["graph_merge_tree", "merge_tree", "segmentation"]


def __getattr__(name: str) -> Any:  # numba takes half a second, and most who import this package do not need it
    if name in __all__:
        from landsweep.kernels import topology

        return getattr(topology, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
