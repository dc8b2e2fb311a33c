"""Reads of all sites together."""
