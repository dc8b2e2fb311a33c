"""What one record brings to the model: activities, heartbeats and leaves."""
