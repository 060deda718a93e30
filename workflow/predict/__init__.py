"""The cost of a study before it runs, and the speed of its evaluation on this machine.

It imports ``pipeline`` and below.
"""
