"""SessionStore: one of them, all of them, and the order in which they expire."""
