"""The live page of runs on localhost: a small web application that only reads.

It may import the page and everything below.
"""
