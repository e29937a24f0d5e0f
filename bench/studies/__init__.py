"""Studies that take minutes: how good the method is, printed with seeds and standard errors. Nothing is enforced."""
