"""Kinds of nodes of a merge tree."""

MINIMUM, SADDLE, ROOT, DEGENERATE = 0, 1, 3, 4
"""These integers are the types of a merge tree's nodes, as in ``CriticalType`` of the Topology ToolKit."""

NAMES = {MINIMUM: "minimum", SADDLE: "saddle", DEGENERATE: "degenerate saddle", ROOT: "root"}
"""Each type of a node has this name."""
