"""The hypercube as an xarray dataset that reads values when they are asked for, and checks what it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from landsweep.base.errors import UserError
from landsweep.disk.store import Landscape
from landsweep.disk.whole import WholeStore
from xarray.backends import BackendArray
from xarray.core import indexing


class _Checked(BackendArray):
    """An array of the store that is read box by box; damage becomes a sentence that names the file."""

    def __init__(self, path: Path, name: str, array: zarr.Array[Any]) -> None:
        self._path, self._name, self._array = path, name, array
        self.shape = array.shape
        # NumPy's strings of any length are not known to pandas, nor to writers of NetCDF.
        self.dtype = np.dtype(object) if array.dtype.kind == "T" else array.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: tuple[int | slice, ...]) -> np.ndarray:
        try:
            return np.asarray(self._array[key]).astype(self.dtype, copy=False)
        except UserError:
            raise
        except Exception:
            Landscape(self._path).find_damage(self._name)
            raise


def open_dataset(path: Path) -> xr.Dataset:
    """Return the dataset of a ``landscape.zarr``: coordinates of dimensions are read at once, all other values later.

    Raises
    ------
    Damaged
        For what is read at once. Asking for other values raises the same.
    """
    Landscape(path)  # that it is one, and not of a newer version
    group = zarr.open_group(WholeStore(path, read_only=True), mode="r", zarr_format=3)  # by the copy of all metadata
    found = {}
    for name, array in group.arrays():
        data: Any = indexing.LazilyIndexedArray(_Checked(path, name, array))
        data = indexing.MemoryCachedArray(indexing.CopyOnWriteArray(data))  # type: ignore[no-untyped-call]
        found[name] = xr.Variable(array.metadata.dimension_names, data, dict(array.attrs))  # type: ignore[union-attr]  # format 3
    return xr.Dataset(found, attrs=dict(group.attrs))
