"""The parameters of a network: what each is for, which of them move, and what of a network its weights do not hold.

It imports ``kernels.problem`` at most.
"""
