"""How many people a figure must be of to be shown: of fewer, somebody could be guessed."""

FEWEST_SHOWN = 10
"""Patients; our choice, as usual in published health statistics."""
