"""Persistence diagrams: those of merge trees, the loops of sublevel sets, and distances between diagrams.

It imports ``topology`` and ``geometry``. A diagram is an array ``(n, 2)`` of births and deaths, birth below death.
"""
