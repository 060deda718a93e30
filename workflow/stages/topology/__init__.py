"""Stage topology: the merge trees and metrics of every member.

It imports ``session`` and below.
"""
