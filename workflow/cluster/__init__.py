"""Batch systems: site profiles, batch scripts, submitted jobs. Neither torch nor MPI: login nodes are shared."""
