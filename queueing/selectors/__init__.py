"""What may be asked of the queue."""
