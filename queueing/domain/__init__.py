"""Pure rules of the queue: states, order, numbers, masks, expected times. No Django, no clock."""
