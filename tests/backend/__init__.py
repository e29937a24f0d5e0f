"""PostgreSQL as the tests want it: one that forgets quickly."""
