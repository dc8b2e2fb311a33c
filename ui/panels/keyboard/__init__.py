"""The sheet of all keys, and the palette of all commands."""
