"""Arrays in files of others as fields that can be read box by box: NumPy, Zarr, NetCDF and VTK images.

Each format gives the array as it is stored (``stored``); ``packed`` turns what is stored into numbers.
"""
