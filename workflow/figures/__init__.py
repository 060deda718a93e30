"""Pictures, one function each: contours, surfaces, trees, diagrams, profiles, densities, and the figures of papers.

Each draws an array of xarray, a merge tree or a table into given axes of matplotlib. It imports ``disk`` and lower.
"""
