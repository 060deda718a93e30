"""Stage certify: which pairs stand above rounding, and above the sampling of the data.

It imports ``stages.models``, ``session`` and below.
"""
