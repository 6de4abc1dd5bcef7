"""The compiled kernel: one generic event loop over flat tables, and nothing else.

It knows operations, stations, queues, stocks and resources as rows of arrays; names and units stay outside.
It imports NumPy, Numba and its own files only.
"""
