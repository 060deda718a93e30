"""What several stages need of a trained model: its data and strategies on a rank, the choice of these, its Hessian.

It imports ``session`` and below.
"""
