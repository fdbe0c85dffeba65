"""The playground: the script of the page, and what is exported from Python for it to load."""
