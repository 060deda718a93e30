"""The stages of a run, one folder each: what a stage is, in its record; what it does, beside it.

It imports ``report``, ``session`` and below; no stage runs another.
"""

STAGES = ("train", "curvature", "subspace", "evaluate", "topology", "certify", "report")
"""In this order; ``report`` reduces first."""
OF_THE_PROBLEM = frozenset({"train", "curvature", "subspace", "evaluate", "certify"})
"""Stages that build networks, on GPUs where there are any; the others read what these have stored."""
