"""Several nodes over one Redis."""
