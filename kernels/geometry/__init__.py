"""The geometry of a field's points: grids in blocks, neighbourhoods, graphs, and the total order of vertices.

It imports nothing of ours.
"""
