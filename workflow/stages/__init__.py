"""The stages of a run, each a module with ``run(context)``."""

STAGES = ("train", "curvature", "subspace", "evaluate", "topology", "certify", "report")
"""In this order; ``report`` reduces first."""
OF_THE_PROBLEM = frozenset({"train", "curvature", "subspace", "evaluate", "certify"})
"""Stages that build networks, on GPUs where there are any; the others read what these have stored."""
