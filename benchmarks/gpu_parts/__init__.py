"""What ``benchmarks/gpu.py`` measures: one module for problems, loops, measuring, the report, and the parts."""
