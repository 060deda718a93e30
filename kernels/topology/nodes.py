"""Kinds of nodes of a merge tree."""

MINIMUM, SADDLE, ROOT, DEGENERATE = 0, 1, 3, 4  # the Topology ToolKit's CriticalType

NAMES = {MINIMUM: "minimum", SADDLE: "saddle", DEGENERATE: "degenerate saddle", ROOT: "root"}
"""What each kind is called."""
