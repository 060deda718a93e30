"""Figures of several panels that reports and named figures share: numbers over an axis, landscapes of its values.

It imports the functions of ``figures``, and lower rooms.
"""
