"""The shared floor: time, errors, transactions, history, jobs, live announcements. Owns no clinic rule."""
