"""Checkpoints of users: which files they are, what tensors they hold, and which of these are a network's weights.

Formats are recognised by content and read without executing anything. It imports ``study``, ``base`` and ``kernels``.
"""
