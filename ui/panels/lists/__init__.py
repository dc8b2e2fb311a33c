"""What happens and by whom: feed, sessions, journey."""
