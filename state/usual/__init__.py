"""How many people are here, what is usual at this time, and alerts about the difference."""
