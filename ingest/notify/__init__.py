"""Sends alerts on through Apprise."""
