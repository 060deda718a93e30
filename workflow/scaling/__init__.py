"""Scaling studies: one study at several numbers of ranks, several times, and a table that leaves nothing out."""
