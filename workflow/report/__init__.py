"""What people read: figures, sentences and references, made from what a run directory holds.

It imports ``disk`` and below.
"""
