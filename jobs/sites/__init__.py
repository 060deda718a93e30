"""Site profiles: what a cluster wants to be told."""
