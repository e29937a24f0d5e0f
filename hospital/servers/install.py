#!/usr/bin/env python3
"""Make .venv and install the pinned packages into it, once for each change of the requirement files.

Run by the Makefile with the machine's own Python, so: standard library only.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST = (3, 11)
FOUND = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9_.\[\]-]+)")


def main() -> None:
    """Install the named requirements if they changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requirements", type=Path, help="requirements.txt or requirements-dev.txt")
    requirements = parser.parse_args().requirements
    if sys.version_info < OLDEST:
        stop(
            f"Python {sys.version.split()[0]} is too old: Fenliu needs {OLDEST[0]}.{OLDEST[1]} or newer.",
            "Install a newer Python and name it: make demo PYTHON=python3.12",
        )
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(requirements)


def install(requirements: Path) -> None:
    """Make what is missing of the environment and its packages."""
    wanted = fingerprint()
    stamp = VENV / f".installed-{requirements.stem}"
    if stamp.is_file() and stamp.read_text() == wanted and python_works():
        return
    started = time.monotonic()
    if not python_works():
        make_venv()
    pip_install(requirements)
    stamp.write_text(wanted)
    if requirements.stem == "requirements-dev":  # it contains the other
        (VENV / ".installed-requirements").write_text(wanted)
    print(f"[setup] {requirements.name} installed in {time.monotonic() - started:.0f} s", flush=True)


def fingerprint() -> str:
    """What the installed packages depend on."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (ROOT / "requirements.txt", ROOT / "requirements-dev.txt", CONSTRAINTS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def python_works() -> bool:
    """Whether .venv has a Python that runs: a moved folder or an upgraded system breaks it."""
    python = VENV / "bin" / "python"
    probe = [str(python), "-c", "import pip, sys; raise SystemExit(sys.version_info < (3, 11))"]
    return python.exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    """Make .venv anew."""
    print(f"[setup] virtual environment .venv (Python {sys.version.split()[0]})", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            (made.stdout + made.stderr).strip(),
            "The virtual environment could not be made. On Debian and Ubuntu install the package "
            f"python{sys.version_info.major}.{sys.version_info.minor}-venv, then run this again.",
        )


def pip_install(requirements: Path) -> None:
    """Run pip quietly, with progress."""
    print(f"[setup] packages of {requirements.name} (a few minutes the first time)", flush=True)
    pip = subprocess.Popen(
        [
            *(
                str(VENV / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--no-input",
            ),
            *("--progress-bar", "off", "--prefer-binary", "-r", str(requirements), "-c", str(CONSTRAINTS)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"},
    )
    output = list(show_progress(pip.stdout or []))
    if pip.wait():
        stop(
            "".join(output[-25:]).strip(),
            "pip could not install the packages; its last lines are above. Check the network and any proxy "
            "(pip reads PIP_INDEX_URL and HTTPS_PROXY), then run the same command again.",
        )


def show_progress(lines: Iterable[str]) -> Iterator[str]:
    """Pass pip's lines through, saying now and then how far it is."""
    found, said, tty = 0, 0.0, sys.stdout.isatty()
    for line in lines:
        yield line
        match = FOUND.match(line.strip())
        found += match is not None
        step = f"{found} packages found: {match[1]}" if match else ""
        if line.startswith("Installing collected packages"):
            step, said = "unpacking", 0.0
        if step and (tty or time.monotonic() - said > 5):
            print(
                f"\r\033[K[setup]   {step}" if tty else f"[setup]   {step}",
                end="" if tty else "\n",
                flush=True,
            )
            said = time.monotonic()
    if tty:
        print("\r\033[K", end="", flush=True)


def stop(what: str, advice: str) -> None:
    """Say what went wrong and what to do, and end."""
    print(f"{what}\n\nerror: {advice}", file=sys.stderr, flush=True)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
