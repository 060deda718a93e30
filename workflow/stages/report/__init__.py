"""Stage report: the table of metrics, the same numbers in the store, figures and a summary.

It imports ``report``, ``session`` and below.
"""
