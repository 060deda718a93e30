"""Reduce the Zarr array argv[1] over all ranks in blocks of argv[2:4], around periodic axes argv[4:].

It prints each rank's growth of resident memory.
"""

import json
import sys
from pathlib import Path

import numpy as np
import zarr
from landsweep.distributed.reduction import BlockedField, reduced_merge_tree
from landsweep.executors.group import MpiGroup
from landsweep.kernels.geometry.blocks import Blocks
from mpi4py import MPI


def resident(name: str) -> int:
    """Return a number of /proc/self/status, in bytes: VmRSS now, VmHWM at most since the last ``clear_refs``."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


comm = MPI.COMM_WORLD
array, group = zarr.open_array(sys.argv[1], mode="r"), MpiGroup(comm)
tiny = np.zeros((8, 8), array.dtype)
reduced_merge_tree(
    BlockedField(tiny.__getitem__, Blocks(tiny.shape, (4, 4), tuple(map(int, sys.argv[4:]))), "freudenthal"), group
)  # loads compiled code
comm.Barrier()
before = resident("VmRSS")
Path("/proc/self/clear_refs").write_text("5")
blocks = Blocks(array.shape, tuple(map(int, sys.argv[2:4])), tuple(map(int, sys.argv[4:])))
tree = reduced_merge_tree(BlockedField(lambda box: np.asarray(array[box]), blocks, "freudenthal"), group)
grown = comm.gather(resident("VmHWM") - before)
group.close()
if tree is not None:
    print(json.dumps({"grown": grown, "minima": len(tree.minima)}))
