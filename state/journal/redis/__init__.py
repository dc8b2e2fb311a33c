"""The journal of a cluster: a stream in Redis, with its epoch and its checkpoints."""
