"""The dependence of results on the analysis: stored grids at other resolutions, extents and connectivities.

It imports ``pipeline`` and below.
"""
