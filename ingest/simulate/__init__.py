"""The command ``simulate``: plausible traffic, sent over the real door."""
