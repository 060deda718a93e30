"""What a user submits: ready studies and the problems they name."""
