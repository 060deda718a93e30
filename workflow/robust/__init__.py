"""How far a run's numbers depend on how its landscapes were analysed: ``landsweep robust`` and ``Run.robust``.

:mod:`.specification` lists the choices and judges counts, :mod:`.claims` correlates, both without I/O;
:mod:`.collect` reads a run, :mod:`.report` and :mod:`.figure` write what people read.
"""
