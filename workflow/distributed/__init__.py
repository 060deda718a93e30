"""Results that several processes compute together: merge trees by blocks, and products with a Hessian by shares.

It imports ``executors`` and below.
"""
