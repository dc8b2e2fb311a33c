"""Brings views and method calls to the browser of a page."""
