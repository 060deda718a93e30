"""A run from study to report: which stages run, what a changed study makes stale, how far a run is.

It imports ``stages`` and below.
"""
