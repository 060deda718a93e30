"""Scaling studies: the runs that they consist of, the times in their logs, tables and plots.

It imports ``cluster`` and below.
"""
