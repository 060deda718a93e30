"""The executors: one process, MPI ranks or Dask workers run the same items and give the same results.

It imports ``batch`` and below, and knows nothing of what the items are.
"""
