"""Judging a case: what is claimed in `case.toml`, what is true, and how many points that gives."""
