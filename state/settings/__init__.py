"""Every option: its default, its meaning, what it may be."""
