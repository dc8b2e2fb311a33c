"""What a viewer wants to see, and the counts of what matches."""
