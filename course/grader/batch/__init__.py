"""Grading a folder of hand-ins: reading them, sharing out the work, writing the results."""
