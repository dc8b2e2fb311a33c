"""The journal in a SQLite database, with its lock file and its checkpoint."""
