"""Fan-out: who is watching, and what each is sent."""
