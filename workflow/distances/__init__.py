"""Distances between a run's members: their persistence diagrams, one by one; a map and clusters of the members.

It imports ``stages`` and below; nothing in a run depends on it.
"""
