"""API v1 of the queue."""
