"""One running server: latency, endurance, misbehaving clients, archives and backups."""
