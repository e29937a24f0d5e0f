"""Pure functions of the quota method: no Django, no clock, no global random state."""
