"""A server for the core of the protocol, written plainly with FastAPI."""
