"""Several websites in one server: each has state and viewers of its own, one journal orders all."""
