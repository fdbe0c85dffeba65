"""What the numbers say of a mistake, whoever made it; looked for only after a failure."""
