"""Servers to compare with: Express, FastAPI and a C baseline."""
