"""Tools for developers: demos on the loopback, and the picture of the architecture."""
