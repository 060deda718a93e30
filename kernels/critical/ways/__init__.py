"""Ways between two minima, on which passes are looked for: over the grid, straight, over patches, relaxed."""
