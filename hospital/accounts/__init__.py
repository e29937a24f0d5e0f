"""Sign-in: patients by a code, staff by password and second factor, devices and scripts by token."""
