"""Stage curvature: eigenvalues, trace and spectral density at every model's weights.

It imports ``stages.models``, ``session`` and below.
"""
