"""Changes of the history and of the plans."""
