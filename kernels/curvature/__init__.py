"""The Hessian of a loss: products, eigenpairs, trace and spectral density, at one point or at many.

It imports ``loss`` and ``landsweep.kernels.problem``.
"""
