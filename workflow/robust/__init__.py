"""How far results depend on the analysis: the stored grids again, at other resolutions, extents and connectivities.

It imports ``pipeline`` and below.
"""
