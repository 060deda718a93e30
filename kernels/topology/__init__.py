"""Merge trees of fields on grids and graphs, and the metrics of these trees.

It imports ``geometry``.
"""
