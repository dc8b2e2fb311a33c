"""Where people are, how they move, and how far they get: built when they are first seen."""
