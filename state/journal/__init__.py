"""The journal: an ordered log of records, in memory, SQLite or Redis."""
