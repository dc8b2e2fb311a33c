"""Who may read and write, how often, and how much."""
