"""One landscape around a network at hand, from Python: no study file, no run directory.

:func:`landsweep.landscape` gives the work of a run's stages a context in memory, so that it has the same kernels and
the same bits: ``given`` checks the arguments and makes a problem and a study of them, ``memory`` is that context,
``compute`` goes through trial, directions and points, and ``landscape`` holds what comes out.
"""
