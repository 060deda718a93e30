"""Reduce the field in argv[1] over all ranks; the root writes what each rank counted, and the tree.

And once more around two periodic axes: along one of them a rank is its own neighbour.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
from landsweep.distributed.reduction import BlockedField, Ledger, reduced_merge_tree
from landsweep.executors.group import MpiGroup
from landsweep.kernels.geometry.blocks import Blocks
from mpi4py import MPI

folder = Path(sys.argv[1])
field = np.load(folder / "field.npy", mmap_mode="r")
group, ledger = MpiGroup(MPI.COMM_WORLD), Ledger()
blocks = Blocks(field.shape, (11, 8, 5))
tree = reduced_merge_tree(BlockedField(field.__getitem__, blocks, "moore", volumes=True), group, ledger)
around = Blocks(field.shape, (11, 8, 9), (0, 2))
other = reduced_merge_tree(BlockedField(field.__getitem__, around, "moore", volumes=True), group)
group.close()
ledgers = MPI.COMM_WORLD.gather(asdict(ledger))
if tree is not None and other is not None:
    np.savez(folder / "tree.npz", **tree.to_arrays())
    np.savez(folder / "around.npz", **other.to_arrays())
    (folder / "ledgers.json").write_text(json.dumps(ledgers))
