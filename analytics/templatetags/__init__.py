"""Tags of the managers' pages."""
