"""Hostile clients next to well-behaved ones."""
