"""The page of a run in a browser: its content as plain data, packed and written into one HTML file.

It may import what a run consists of and what answers are made of it; the program of the page lies in ``browser``, in
TypeScript, and ``static`` has what `make browser` builds from it.
"""
