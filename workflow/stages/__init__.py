"""landsweep."""
