"""gudhi, which is optional."""

from __future__ import annotations

from typing import Any


def gudhi() -> Any:
    """Return the module gudhi.

    Raises
    ------
    ImportError
        Where it is missing, with a sentence that says how to install it.
    """
    try:
        import gudhi
    except ImportError as error:
        raise ImportError(
            "gudhi is missing, which computes bottleneck distances and the loops of grids of three and more or of "
            "periodic axes: expected pip install 'landsweep[diagrams]'."
        ) from error
    return gudhi
