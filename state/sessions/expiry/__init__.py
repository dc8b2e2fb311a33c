"""What ends sessions: queues by the time of the latest activity, or of the last closed tab."""
