"""A run from study to report: the stages that run, the results that a changed study makes stale, the progress.

It imports ``stages`` and below.
"""
