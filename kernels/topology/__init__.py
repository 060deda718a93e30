"""Merge trees of fields on grids and graphs, and what is measured of them.

It imports ``geometry``.
"""
