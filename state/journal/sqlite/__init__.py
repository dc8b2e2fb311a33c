"""The journal in a file: a SQLite database, and what belongs to it."""
