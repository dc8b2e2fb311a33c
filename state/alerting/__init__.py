"""What alerts, their rules and acknowledgements change in the model, and the list of them."""
