"""Become another program that ends with its parent, if wanted under another user id.

    python -I -S shim.py [--die TERM] [--parent PID] [--map-user UID | --set-user UID] -- PROGRAM [WORD ...]

``--die`` asks Linux to send the signal when the parent ends, however it ends. ``--map-user`` puts the
program into a user namespace where the present user has the given id: PostgreSQL refuses to run as root,
and so it runs without any account or permission being changed. The shim replaces itself by the program:
its process id is the program's, and signals go to the program.
"""

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
REFUSED = 77


def die_with_parent(with_signal: int, parent: int | None = None) -> None:
    """Have the kernel end this process when its parent ends; outside Linux nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, with_signal, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        raise SystemExit("the parent ended first")


def map_user(user: int) -> None:
    """Enter a user namespace in which the present user is ``user``."""
    real = os.geteuid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare refused")
    Path("/proc/self/uid_map").write_text(f"{user} {real} 1", encoding="ascii")


def set_user(user: int) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def main() -> None:
    """Change what is asked for, then become the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--die", default="")
    parser.add_argument("--parent", type=int)
    parser.add_argument("--map-user", type=int)
    parser.add_argument("--set-user", type=int)
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    try:
        if options.map_user is not None:
            map_user(options.map_user)
        if options.set_user is not None:
            set_user(options.set_user)
    except OSError as error:
        print(f"shim: {error}", file=sys.stderr)
        raise SystemExit(REFUSED) from None
    if options.die:  # after the change of user, which clears it
        die_with_parent(signal.Signals[f"SIG{options.die}"], options.parent)
    try:
        os.execvp(options.program[0], options.program)  # noqa: S606
    except OSError as error:
        print(f"shim: {options.program[0]}: {error.strerror}", file=sys.stderr)
        raise SystemExit(127) from None


if __name__ == "__main__":
    main()
