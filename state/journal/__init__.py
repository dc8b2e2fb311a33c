"""The order of events and of time."""
