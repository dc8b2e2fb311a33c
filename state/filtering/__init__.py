"""Filters, and the counts of what matches them."""
