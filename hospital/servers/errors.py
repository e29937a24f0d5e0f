"""What stops a start: the reason, and what to do about it."""


class ServerError(Exception):
    """A server of DATA_DIR cannot be used; the message names the setting or folder and the remedy."""
