"""Output for people: figures, sentences and references, made from the files of a run directory.

It imports ``disk`` and below.
"""
