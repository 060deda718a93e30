"""How topology, curvature and quality depend on one another and on the axes of a sweep, and how sure that is.

It takes the table of metrics, and imports ``disk`` and below.
"""
