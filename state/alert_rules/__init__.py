"""Alert rules that can be edited."""
