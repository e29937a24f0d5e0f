"""Managers' pages."""
