"""The raw socket at /ws, and the socket of our own page."""
