"""From a request's body to the journal, and from the journal to the numbers."""
