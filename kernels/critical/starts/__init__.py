"""Where descents begin: minima of a grid and its basins, minima along its faces, and what its differences hint at."""
