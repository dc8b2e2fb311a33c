"""How the server starts, what runs beside it, and what it logs."""
