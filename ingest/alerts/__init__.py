"""Alerts over REST: the list, their rules, and acknowledgements."""
