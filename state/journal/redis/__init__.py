"""The journal of a cluster: a stream in Redis, and what belongs to it."""
