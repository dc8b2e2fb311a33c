"""Parts of the server, measured in this process."""
