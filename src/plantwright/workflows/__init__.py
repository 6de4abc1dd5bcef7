"""The use cases: what a command or a page asks for, made of the parts below.

One file a use case; no solving, drawing or argument parsing here.
"""
