"""The nouns of Plantwright: programme, schedule, plan, outcome; reading them and checking them.

Nothing here solves, simulates or draws a picture, and nothing here imports a solver, a compiler or a web framework.
"""
