"""Counts by name, by day and by minute."""
