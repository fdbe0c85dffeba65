"""What runs beside strangers' code: this room and `given` are all that a sandbox shows."""
