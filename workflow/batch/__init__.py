"""Batch systems: site profiles, scripts, Slurm's commands, and the records of submitted jobs.

It imports ``disk`` and below, and knows nothing of stages.
"""
