"""Persistence diagrams: distances between them, and homology of higher dimensions; it imports ``topology``."""
