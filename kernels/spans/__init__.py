"""Subspaces through checkpoints: how they are spanned, how networks are aligned, what lies near them.

It imports ``kernels.loss`` and below.
"""
