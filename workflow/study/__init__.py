"""The study file and its sections, the plan of models, members and units, and the user's problem.

It imports ``base`` and ``kernels``.
"""

from landsweep.study.study import Study as Study
