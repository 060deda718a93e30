"""Stage train: every model's weights, from training or from a checkpoint.

It imports ``session`` and below.
"""
