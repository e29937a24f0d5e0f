"""The processes of the demo and how each is started: the one place that says so."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from hospital.servers.layout import DataDir

WORKERS = 2
LIVE_OPTIONS = (
    "--lifespan",
    "off",
    "--ws",
    "hospital.common.wire:Wire",
    "--ws-per-message-deflate",
    "false",
    "--no-access-log",
    "--log-level",
    "warning",
)
"""How uvicorn serves live updates."""


@dataclass(frozen=True)
class Process:
    """A program the supervisor keeps running."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def demo_processes(port: int, data: DataDir) -> list[Process]:
    """Web (pages, API and live updates at one address), worker, beat and the sandbox payment gateway."""
    celery = (sys.executable, "-m", "celery", "--app", "hospital", "--quiet")
    uvicorn = (sys.executable, "-m", "uvicorn", "hospital.asgi:application", "--host", "127.0.0.1")
    return [
        Process(
            "web",
            (
                *uvicorn,
                "--port",
                str(port),
                *LIVE_OPTIONS,
                "--timeout-graceful-shutdown",
                "3",
            ),
            {"WEB_PROCESS": "1"},
        ),
        Process(
            "worker",
            (
                *celery,
                "worker",
                "--concurrency",
                str(WORKERS),
                "--loglevel",
                "INFO",
                "--without-mingle",
                "--without-gossip",
            ),
            {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"},
        ),
        Process(
            "beat",
            (*celery, "beat", "--schedule", str(schedule_of(data)), "--pidfile", "", "--loglevel", "INFO"),
        ),
        Process(
            "gateway",
            (
                sys.executable,
                "-m",
                "hospital.gateway",
                "--port",
                str(port + 1),
                "--data-dir",
                str(data.root),
                "--adopt-unknown-orders",
            ),
        ),
    ]


def schedule_of(data: DataDir) -> Path:
    """Where beat remembers what it has sent."""
    return data.root / "beat-schedule"


def environment_of(process: Process) -> dict[str, str]:
    """The environment a process is started in; its output unbuffered, so that logs come at once."""
    return os.environ | {"PYTHONUNBUFFERED": "1"} | process.environment
