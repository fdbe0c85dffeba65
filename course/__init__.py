"""Looking inside a neural network: six modules to fill in, and what is given with them.

The student's modules are not imported here, so that a mistake in one of them can break nothing but
its own grade.
"""
