"""Workers that come and go: where they come from, which items each has in hand, and how items are sent to them.

It imports its sibling modules in ``executors`` and all that these may import.
"""
