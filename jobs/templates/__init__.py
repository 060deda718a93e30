"""What a batch job's script is made from."""
