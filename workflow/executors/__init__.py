"""Who works: one process, MPI ranks or Dask workers run the same items and give the same results.

It imports ``batch`` and below; what an item is, it does not know.
"""
