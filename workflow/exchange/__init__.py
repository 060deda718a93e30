"""Landscapes in the formats of other tools: written from a run, and read into a new one.

It imports ``pipeline`` and below.
"""
