"""The files of a run directory: paths, atomic files, the Zarr store, weights, merge trees, the lock, provenance.

It imports ``study``, ``base`` and ``kernels``.
"""
