"""Tickets, check-in, the order of calling, calls, screens."""
