"""What the wallboard has of its own."""
