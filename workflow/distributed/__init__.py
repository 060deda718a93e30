"""One result that several processes compute together: merge trees by blocks, products with a Hessian by shares.

It imports ``executors`` and below.
"""
