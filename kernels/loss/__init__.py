"""The loss as a function of coordinates: data, directions, strategies that evaluate many points, memory.

It imports ``landsweep.kernels.problem``.
"""
