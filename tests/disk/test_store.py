"""Small arrays beside the fields: they are written over as wholes, also by two sessions at once."""

import json
import threading

import numpy as np
import pytest
import zarr
from landsweep.base.errors import Damaged
from landsweep.disk.rundir import SCHEMA_VERSION
from landsweep.disk.store import Landscape


@pytest.fixture
def landscape(tmp_path):
    attributes = {"fields": ["loss"], "schema_version": SCHEMA_VERSION, "sweep_ndim": 0}
    group = zarr.open_group(tmp_path / "l.zarr", mode="w", zarr_format=3, attributes=attributes)
    for name, dtype in {"loss": "f4", "status": "u1"}.items():
        group.create_array(name, shape=(3,), chunks=(3,), shards=(3,), dtype=dtype)
    return Landscape(tmp_path / "l.zarr", "r+")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (np.arange(6.0), np.zeros(3)),
        (np.arange(6.0), np.zeros((2, 3))),
        (np.ones((2, 3)), np.arange(4)),
        (np.array(2.0), np.array(["face", "moore"])),
        (np.ones(3), np.empty((0, 2))),
    ],
    ids=["shorter", "more axes", "fewer axes", "another type", "empty"],
)
def test_an_array_is_written_over_whatever_stood_there(landscape, first, then):
    for data in (first, then):
        landscape.put("x", data, ["abc"[k] for k in range(data.ndim)], long_name="letters")
    landscape.consolidate()
    array = zarr.open_group(landscape.path, mode="r")["x"]
    assert array.metadata.dimension_names == tuple("ab"[: then.ndim])
    np.testing.assert_array_equal(np.asarray(array[...]).astype(then.dtype), then)
    if then.size:
        np.testing.assert_array_equal(landscape.get("x").astype(then.dtype), then)


def test_two_sessions_that_write_the_same_arrays_never_miss_one(landscape):
    names = np.array(["moore", "resolved"])
    landscape.put("representation", names, ["representation"])
    stop, found = threading.Event(), []

    def other():
        mine = Landscape(landscape.path, "r+")
        while not stop.is_set():
            try:
                mine.put("representation", names, ["representation"])
                assert mine.get("representation").tolist() == names.tolist()
                json.loads((landscape.path / "representation" / "zarr.json").read_text())
            except (Damaged, OSError, AssertionError) as error:
                found.append(error)

    threads = [threading.Thread(target=other) for _ in range(2)]
    for thread in threads:
        thread.start()
    stop.wait(1.0)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not found
