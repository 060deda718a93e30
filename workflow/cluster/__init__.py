"""From a study to jobs on a site: which jobs, what can go wrong with them, and how they are submitted.

It imports ``predict`` and below.
"""
