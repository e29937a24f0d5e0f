"""Duties of the worker for the queue."""
