"""A journal's events as a file, and back: for the commands ``export`` and ``import`` alone."""
