"""Pure rules of booking: states, deadlines, identity documents."""
