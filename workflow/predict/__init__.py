"""What a study will cost, and how fast it is here, before it runs.

It imports ``pipeline`` and below.
"""
