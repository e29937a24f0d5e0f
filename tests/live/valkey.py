"""A Valkey of the test's own, which may be killed and started again empty."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redis
from django.conf import LazySettings
from redis.backoff import NoBackoff
from redis.retry import Retry

from hospital.common import live
from hospital.servers import ports
from hospital.servers.valkey import program
from tests.servers.conftest import until


class Valkey:
    """``start`` and ``kill`` it; the address stays."""

    def __init__(self) -> None:
        self.port = ports.free_port(None)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                program(),
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--loglevel",
                "warning",
            ],
            stdout=subprocess.DEVNULL,
        )
        client = redis.Redis(port=self.port, socket_timeout=1, retry=Retry(NoBackoff(), 0))

        def answers() -> bool:
            with suppress(redis.RedisError):
                return bool(client.ping())
            return False

        until(answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", self.port)) != 0


@pytest.fixture
def valkey(settings: LazySettings) -> Iterator[Valkey]:
    own = Valkey()
    own.start()
    settings.REDIS_URL = own.url
    live.forget()
    yield own
    own.kill()
    live.forget()
