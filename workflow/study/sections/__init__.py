"""Sections of the study that ask for further results of a landscape or a model; each checks what it can alone."""
