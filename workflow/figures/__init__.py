"""Pictures, one function each: contours, surfaces, trees, diagrams, densities, and the figures of papers.

Each takes an array of xarray, a merge tree or a table, returns a figure of matplotlib. It imports ``disk`` and lower.
"""
