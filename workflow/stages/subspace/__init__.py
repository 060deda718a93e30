"""Stage subspace: every member's directions.

It imports ``stages.models``, ``session`` and below.
"""
