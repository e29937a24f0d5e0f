"""Ports of the loopback address."""

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
FIRST, LAST = 15_000, 30_000  # below the range that outgoing connections take ports from


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """``preferred`` when it is free, so that addresses stay the same over restarts; else another one."""
    if preferred is not None and is_free(preferred):
        return preferred
    return next(port for port in iter(lambda: random.randrange(FIRST, LAST), None) if is_free(port))  # noqa: S311


def holder_of(port: int) -> str:
    """The program that listens on the port, as far as this user may see; empty when it may not."""
    try:
        inodes = {
            f"socket:[{row[9]}]"
            for table in ("tcp", "tcp6")
            for row in (line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:])
            if row[3] == "0A" and int(row[1].rsplit(":", 1)[1], 16) == port
        }
    except OSError:
        return ""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) in inodes:
                command = (
                    (link.parent.parent / "cmdline")
                    .read_bytes()
                    .replace(b"\0", b" ")
                    .decode(errors="replace")
                )
                return f"process {link.parent.parent.name} ({command.strip()[:80]})"
        except OSError:
            continue
    return ""
