"""Rank correlations and differences of groups with their uncertainty; it knows of numbers only."""
