"""Stage evaluate: every point of the hypercube, unit by unit.

It imports ``stages.models``, ``session`` and below.
"""
