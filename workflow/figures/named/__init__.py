"""The figures of a run that have names: what ``landsweep figure`` is asked for, and what each of them puts together.

It imports the functions of ``figures``, and lower rooms.
"""
