"""A class of submissions: reading, sharing out, the gradebook, the student's edition."""
