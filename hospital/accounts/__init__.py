"""Sign-in: patients by a code to their phone, staff by password and second factor, devices and scripts by token."""
