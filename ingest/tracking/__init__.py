"""The door for browsers: what is made of a request of the tracker, step by step."""
