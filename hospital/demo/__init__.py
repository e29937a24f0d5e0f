"""The demo hospital: invented people, synthetic history, a session that runs at any time of day."""
