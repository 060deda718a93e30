"""The Python API, named as the command line is: ``run`` makes a run, ``open_run`` opens one, both as a :class:`Run`."""

from landsweep.api.calls import run as run
from landsweep.api.results import Run as Run
from landsweep.api.results import open_run as open_run
