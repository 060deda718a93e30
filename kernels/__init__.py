"""Pure computation on arrays and modules: no Zarr, no MPI, no files."""
