"""The parts that every other room may use: errors and exit statuses, events, signals, clocks, launchers, text.

It imports no other room.
"""
