"""The seven modules, filled in. The stubs in `course/` are made from these files."""
