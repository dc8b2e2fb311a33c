"""Compare our server with Express, FastAPI and a C baseline."""
