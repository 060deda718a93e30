"""What every other room may use: errors and exit statuses, events, signals, clocks, how a process was launched, text.

It imports nothing of ours.
"""
