"""Jobs that a run says it has submitted, without a batch system."""

import os
import time

from landsweep.batch import local, records


def submitted(directory, **changes):
    """Record a job of this machine, which is this test's own process; return its identifier."""
    id_ = f"{local.PREFIX}{os.getpid()}"
    job = {"name": "all", "script": "all.sh", "stages": ("train", "evaluate"), "site": "local", "scheduler": "none"}
    job |= {"nodes": 1, "ranks": 2, "submission": 1, "time": time.time(), "id": id_, "born": local.birth(id_)}
    records.add(directory, records.Submitted(**job | changes))
    return id_
