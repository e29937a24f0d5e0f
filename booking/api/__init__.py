"""API v1 of booking."""
