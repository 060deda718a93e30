"""Making jobs on a site from a study: the layout of the jobs, checks for mistakes, and their submission.

It imports ``predict`` and below.
"""
