"""History, estimates, quota plans and dashboards: the part that learns from the hospital's own visits."""
