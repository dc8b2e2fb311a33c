"""Lists: feed, sessions, and the journey of one session."""
