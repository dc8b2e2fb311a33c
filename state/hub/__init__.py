"""Fan-out to viewers, presence, resume."""
