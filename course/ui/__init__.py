"""What one types and sees: the command, board, watch, notebook, figures, report, start."""
