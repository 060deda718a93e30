"""One landscape from Python, without a study and without files.

It imports ``figures`` and below, and computes with the same kernels as a run.
"""
