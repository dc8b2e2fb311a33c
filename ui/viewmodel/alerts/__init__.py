"""Alerts as the page lists them, and their rules as it edits them."""
