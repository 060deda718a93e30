"""Batch systems: site profiles, scripts, Slurm's commands, and what is remembered of submitted jobs.

It imports ``disk`` and below, and knows nothing of stages.
"""
