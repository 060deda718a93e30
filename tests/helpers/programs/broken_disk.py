"""Run a study while rank 1 loses its file system in the middle of the evaluation."""

import sys

from landsweep.base.launch import detect
from landsweep.cli.main import main
from landsweep.disk.store import Landscape

write = Landscape.write_unit


def broken(self, unit, values, status):
    raise RuntimeError("the file system is gone")


if __name__ == "__main__":
    if detect().rank == 1:
        Landscape.write_unit = broken
    sys.argv = ["landsweep", "run", sys.argv[1], "--out", sys.argv[2]]
    main()
