"""What a wrong setting or a busy port says, and what the environment is completed with."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hospital.servers import entry
from hospital.servers.errors import ServerError
from hospital.servers.layout import DataDir, secrets_of
from tests.servers.conftest import ROOT, plain_environment

pytestmark = pytest.mark.xdist_group("servers")
NO_REDIS = "redis://127.0.0.1:1/0"


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=plain_environment(**environment),
        timeout=60,
        check=False,
    )


@contextmanager
def two_ports(*, busy: bool) -> Iterator[int]:
    """The first of two neighbouring ports, the second of them free or taken."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    first.close()
                    if busy:
                        yield port
                        return
                yield port
                return
            except OSError:
                continue


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgres://u:p@127.0.0.1:1/x", "Connection refused"),
        ("postgres://u:p@no-such-host.invalid:5432/x", "no-such-host.invalid"),
        ("mysql://u:p@127.0.0.1:5432/x", "expected postgres://user:password@host:5432/name"),
        ("postgres://u:p@127.0.0.1:port/x", "port"),
    ],
)
def test_a_wrong_database_url_stops_the_start_with_its_name_and_the_reason(
    tmp_path: Path, url: str, reason: str
) -> None:
    done = manage(
        "check",
        DATABASE_URL=url,
        REDIS_URL=NO_REDIS,
        DATA_DIR=str(tmp_path / "d"),
        SECRET_KEY="x",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: DATABASE_URL: ")
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_redis_url_stops_the_demo_with_its_name_and_the_reason(tmp_path: Path) -> None:
    with two_ports(busy=False) as port:
        done = manage("demo", "--port", str(port), REDIS_URL=NO_REDIS, DATA_DIR=str(tmp_path / "d"))
    assert done.returncode == 1
    assert "error: REDIS_URL: " in done.stderr
    assert "refused" in done.stderr


def test_a_busy_port_is_named_with_a_free_one(tmp_path: Path) -> None:
    with two_ports(busy=True) as port:
        done = manage("demo", "--port", str(port), DATA_DIR=str(tmp_path / "d"))
    assert done.returncode == 1
    assert f"port {port + 1} (sandbox payment gateway) is in use by process {os.getpid()}" in done.stderr
    assert "make demo PORT=" in done.stderr


@pytest.mark.parametrize("port", ["70000", "eighty", "0", "-1", "８０００"])
def test_an_impossible_port_is_refused(tmp_path: Path, port: str) -> None:
    done = manage("demo", f"--port={port}", DATA_DIR=str(tmp_path / "d"))
    assert done.returncode == 1
    assert f"error: PORT={port}: expected a number" in done.stderr
    assert "Traceback" not in done.stderr


def test_starting_over_is_refused_with_a_server_of_ones_own(tmp_path: Path) -> None:
    kept = tmp_path / "d" / "servers" / "mine"
    kept.mkdir(parents=True)
    with two_ports(busy=False) as port:
        done = manage(
            "demo",
            "--port",
            str(port),
            "--reset",
            DATA_DIR=str(tmp_path / "d"),
            DATABASE_URL="postgres://u:p@h/x",
        )
    assert done.returncode == 1
    assert "RESET=1" in done.stderr
    assert kept.exists()


def test_offline_commands_need_no_server_and_make_no_folder(tmp_path: Path) -> None:
    done = manage("version", DATA_DIR=str(tmp_path / "d"))
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "d").exists()


def test_what_is_set_stays_and_only_the_rest_is_embedded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def ensure_servers(data: DataDir, names: list[str]) -> dict[str, str]:
        asked.extend(names)
        return dict.fromkeys(names, "ours")

    monkeypatch.setattr(entry, "ensure_servers", ensure_servers)
    for name in ("DATABASE_URL", "SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "DEMO", "MAKE_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://mine/0")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    entry.environment()
    assert asked == ["DATABASE_URL"]
    assert os.environ["REDIS_URL"] == "redis://mine/0"
    assert os.environ["DATABASE_URL"] == "ours"
    assert os.environ["MAKE_KEYS"] == "1", "beside a database of our own"


def test_beside_a_named_database_keys_that_are_not_set_stop_the_start(tmp_path: Path) -> None:
    database, redis = entry.ensure(os.environ["DATA_DIR"])
    done = manage("migrate", "--check", DATABASE_URL=database, REDIS_URL=redis, DATA_DIR=str(tmp_path / "d"))
    assert done.returncode == 1
    assert "SECRET_KEY is not set: set it, or SECRET_KEY_FILE to its file" in done.stderr
    assert not (tmp_path / "d" / "keys").exists()


def test_damaged_secrets_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(ServerError, match=r"secrets\.json cannot be read .* RESET=1"):
        secrets_of(DataDir(tmp_path))


def test_secrets_stay_the_same(tmp_path: Path) -> None:
    first = secrets_of(DataDir(tmp_path))
    assert secrets_of(DataDir(tmp_path)) == first == json.loads((tmp_path / "secrets.json").read_text())
    assert len(set(first.values())) == len(first)
