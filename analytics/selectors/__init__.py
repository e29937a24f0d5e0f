"""Questions to the history and the plans, each with a constant number of queries."""
