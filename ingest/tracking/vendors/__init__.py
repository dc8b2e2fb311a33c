"""Requests of other vendors' trackers, taken by the same door."""
