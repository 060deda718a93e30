"""One session of a run on one rank: the context of every stage, the progress for people, and how a worker takes part.

It imports ``distributed`` and below.
"""
