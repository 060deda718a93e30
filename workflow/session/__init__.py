"""One session of a run on one rank: what every stage is given, what people see of it, how a worker takes part.

It imports ``distributed`` and below.
"""
