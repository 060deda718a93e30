"""Scaling studies: which runs they take, what their logs say, tables and plots.

It imports ``cluster`` and below.
"""
