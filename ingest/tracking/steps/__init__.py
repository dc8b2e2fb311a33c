"""The steps between a request and an event, in files of their names."""
