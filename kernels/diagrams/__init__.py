"""Persistence diagrams of merge trees and loops, their distances; contour trees and Morse-Smale cells.

It imports ``topology`` and ``geometry``. A diagram is an array ``(n, 2)`` of births and deaths, birth below death.
"""
