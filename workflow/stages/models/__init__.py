"""The parts of a trained model that several stages need: its data and strategies on a rank, their choice, its Hessian.

It imports ``session`` and below.
"""
