"""The commands that read finished runs, and arrays: relations, distances, figures, other tools' files, merge trees.

They import ``cli.options`` and below.
"""
