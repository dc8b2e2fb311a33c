"""What is true now: a pure function of the journal. No web framework, no clock of its own."""
