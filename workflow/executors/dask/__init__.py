"""Workers that come and go: where they come from, which has what in hand, and how items travel to them.

It imports its sibling modules in ``executors`` and whatever these may import.
"""
