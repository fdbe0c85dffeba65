"""Functions that properties hand to a student's functions, which call them in the worker."""
