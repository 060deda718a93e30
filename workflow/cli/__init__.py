"""The command line: it parses, prints, and turns outcomes into exit statuses.

It imports every other room.
"""
