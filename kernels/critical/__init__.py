"""Critical points: minima and saddles of a smooth function of few coordinates, and the merge tree that they make.

It imports ``kernels.topology`` and below, and knows nothing of losses: a function comes as a
:class:`landsweep.kernels.critical.surface.Surface`.
"""
