"""Where the points of a field lie: grids in blocks, neighbourhoods, graphs, and the total order of vertices.

It imports nothing of ours.
"""
