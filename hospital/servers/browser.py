#!/usr/bin/env python3
"""Find the Chromium of the browser tests, installing one if need be; print its path.

Chromium's headless shell comes first, which draws the same pages with a third of the work of the whole
browser; as root on Debian it is installed. Then an installed browser, the system's package, the download
of Playwright. A machine without any is an error: browser tests are never skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CJK_FONT = "fonts-noto-cjk"


def main() -> None:
    """Print the path, or stop and name the package."""
    browser = named() or shell() or installed(*NAMES) or install_package() or install_download()
    if browser is None:
        raise SystemExit(
            "error: no Chromium for the browser tests. Install the package chromium "
            "(Debian, Fedora, Arch) or chromium-browser (Ubuntu), "
            "or name one: CHROMIUM=/path/to/chrome make test"
        )
    install_font()
    print(browser)


def named() -> str | None:
    """The browser that CHROMIUM names."""
    path = os.environ.get("CHROMIUM")
    if path and not os.access(path, os.X_OK):
        raise SystemExit(f"error: CHROMIUM names {path}, which is not a program that can be run")
    return path


def installed(*names: str) -> str | None:
    """The first of these programs that is there."""
    return next((path for name in names if (path := shutil.which(name))), None)


def shell() -> str | None:
    """The headless shell, installed now where the system's package lists know it."""
    found = installed(SHELL)
    if found or not may_use_apt():
        return found
    known = subprocess.run(["apt-cache", "show", SHELL], capture_output=True, check=False).returncode == 0
    return installed(SHELL) if known and apt_install(SHELL) else None


def may_use_apt() -> bool:
    """Whether the system's packages can be installed."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> bool:
    """Install packages; say why when that fails."""
    say(f"installing {' '.join(packages)} with apt-get")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-q", *command], capture_output=True, text=True, env=quiet, check=False
        )
        if done.returncode:
            say(f"apt-get {command[0]} failed:\n" + (done.stdout + done.stderr)[-1500:])
            return False
    return True


def install_package() -> str | None:
    """Chromium from the system's packages."""
    return installed(*NAMES) if may_use_apt() and apt_install("chromium", CJK_FONT) else None


def install_download() -> str | None:
    """The Chromium of Playwright."""
    say("downloading Chromium with playwright")
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        say("playwright install chromium failed:\n" + (done.stdout + done.stderr)[-1500:])
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_font() -> None:
    """Chinese text needs a font to be measured; without one the tests run all the same."""
    if not shutil.which("fc-list"):
        return
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout
    if fonts.strip():
        return
    if not (may_use_apt() and apt_install(CJK_FONT)):
        say(f"no Chinese font found: screenshots show boxes until the package {CJK_FONT} is installed")


def say(text: str) -> None:
    """Tell the user, leaving standard output to the answer."""
    print(f"[browser] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
