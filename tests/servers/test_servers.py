"""The servers of a folder: shared, durable, recovered, gone with their last user."""

import os
import signal
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from hospital.servers import identity
from hospital.servers.layout import DataDir
from hospital.servers.postgres import Postgres
from tests.figures import Figures
from tests.servers.conftest import User, command_of, plain_environment, processes_of, until

pytestmark = pytest.mark.xdist_group("servers")
Use = Callable[..., User]


def value(url: str, query: str) -> str:
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return str(row[0])


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        connection.execute(statement)


def postmaster(data: Path) -> int:
    return int((data / "servers/postgres/cluster/postmaster.pid").read_text().split()[0])


def is_keeper(number: int) -> bool:
    return "hospital.servers.keeper" in command_of(number)


def answers(url: str) -> bool:
    try:
        return value(url, "SELECT 1") == "1"
    except psycopg.OperationalError:
        return False


def test_postgresql_18_answers_with_its_password_and_refuses_any_other(use: Use) -> None:
    database, _ = use().urls()
    assert value(database, "SHOW server_version").startswith("18.")
    assert value(database, "SHOW password_encryption") == "scram-sha-256"
    wrong = database.replace(database.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        value(wrong, "SELECT 1")


def test_postgresql_commits_durably(use: Use) -> None:
    database, _ = use().urls()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert value(database, f"SHOW {setting}") == "on"


def test_a_start_is_refused_when_someone_turned_durability_off(use: Use, data: Path) -> None:
    first = use()
    database, _ = first.urls()
    execute(database, "ALTER DATABASE fenliu SET synchronous_commit = off")
    first.kill()
    until(lambda: not processes_of(data))
    with pytest.raises(AssertionError, match=r"synchronous_commit=off.*ALTER DATABASE fenliu RESET"):
        use().urls()


def test_valkey_answers_with_its_password_only(use: Use) -> None:
    _, url = use().urls()
    with redis.Redis.from_url(url) as client:
        assert client.ping()
    wrong = url.replace(url.split(":")[2].split("@")[0], "wrong")
    with redis.Redis.from_url(wrong) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_passwords_are_readable_by_their_owner_only_and_on_no_command_line(use: Use, data: Path) -> None:
    urls = use().urls()
    secrets = [url.split(":")[2].split("@")[0] for url in urls]
    assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "servers/valkey/valkey.conf").stat().st_mode) == 0o600
    lines = [command_of(number) for number in processes_of(data)]
    assert not [line for line in lines for secret in secrets if secret in line]


def test_users_that_start_at_once_share_the_same_servers(use: Use, data: Path) -> None:
    users = [use() for _ in range(4)]
    assert len({user.urls() for user in users}) == 1
    keepers = [number for number in processes_of(data) if is_keeper(number)]
    assert len(keepers) == 2


def test_servers_stay_while_one_of_two_users_is_killed_and_end_with_the_second(use: Use, data: Path) -> None:
    first, second = use(), use()
    database, _ = first.urls()
    second.urls()
    first.kill()
    assert answers(database)
    second.kill()
    until(lambda: not processes_of(data), limit_s=10)


def test_who_lets_go_waits_for_the_servers_unless_another_uses_them(use: Use, data: Path) -> None:
    from hospital.servers import client

    DataDir(data).create()
    client.ensure_server("valkey", DataDir(data))
    other = use()
    other.urls()
    client.release(DataDir(data))
    assert client.is_kept(data / "servers/valkey/keeper.lock")
    client.ensure_server("valkey", DataDir(data))
    other.kill()
    client.release(DataDir(data))
    assert not client.is_kept(data / "servers/valkey/keeper.lock")


def kill_all(data: Path, which: Callable[[int], bool] = lambda _number: True) -> None:
    """Kill the processes of a folder; some end with their parent a moment before."""
    for number in filter(which, processes_of(data)):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def test_a_start_after_everything_was_killed_finds_what_was_committed(use: Use, data: Path) -> None:
    user = use()
    database, _ = user.urls()
    execute(database, "CREATE TABLE kept AS SELECT 42 AS answer")
    kill_all(data)
    until(lambda: not processes_of(data))
    again, _ = use().urls()
    assert again == database
    assert value(again, "SELECT answer FROM kept") == "42"


def acknowledged_before_a_kill(database: str, data: Path, synchronous_commit: str) -> int:
    """Insert rows one commit each until PostgreSQL is killed; how many were acknowledged."""
    execute(database, "CREATE TABLE receipt (number int)")
    acknowledged = 0
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"SET synchronous_commit = {synchronous_commit}")
        try:
            while True:
                connection.execute("INSERT INTO receipt VALUES (%s)", [acknowledged])
                acknowledged += 1
                if acknowledged == 400:
                    kill_all(data)
        except psycopg.OperationalError:
            return acknowledged


@pytest.mark.parametrize(("synchronous_commit", "loses"), [("on", False), ("off", True)])
def test_acknowledged_commits_survive_a_kill_and_would_not_without_synchronous_commit(
    use: Use, data: Path, synchronous_commit: str, loses: bool, figures: Figures
) -> None:
    """The second case is the control: the same run with the setting off loses what it acknowledged."""
    database, _ = use().urls()
    acknowledged = acknowledged_before_a_kill(database, data, synchronous_commit)
    until(lambda: not processes_of(data))
    database, _ = use().urls()
    kept = int(value(database, "SELECT count(*) FROM receipt"))
    assert acknowledged >= 400
    assert (kept < acknowledged) is loses
    told = f"{acknowledged - kept} of {acknowledged} acknowledged commits lost, synchronous_commit {synchronous_commit}"
    (figures.control if loses else figures.shown)("G4", told)


def test_a_start_while_the_killed_keepers_servers_still_end_succeeds(use: Use, data: Path) -> None:
    user = use()
    database, _ = user.urls()
    kill_all(data, is_keeper)
    again, _ = use().urls()
    assert answers(again)
    assert again.rpartition(":")[0] == database.rpartition(":")[0]


def test_a_killed_postgresql_is_back_at_the_same_address_within_ten_seconds(use: Use, data: Path) -> None:
    database, _ = use().urls()
    killed = postmaster(data)
    os.kill(killed, signal.SIGKILL)
    until(lambda: answers(database) and postmaster(data) != killed, limit_s=10)


def test_a_stale_lock_file_that_names_a_stranger_is_no_obstacle(use: Use, data: Path) -> None:
    user = use()
    user.urls()
    user.kill()
    until(lambda: not processes_of(data))
    lock = data / "servers/postgres/cluster/postmaster.pid"
    lock.write_text(f"{os.getppid()}\n{lock.parent}\n1\n5432\n\n127.0.0.1\n")
    database, _ = use().urls()
    assert answers(database)


def test_a_half_made_cluster_is_made_again(use: Use, data: Path) -> None:
    half = data / "servers/postgres/cluster.new"
    half.mkdir(parents=True, mode=0o700)
    (half / "PG_VERSION").write_text("18\n")
    database, _ = use().urls()
    assert answers(database)
    assert not half.exists()


def test_a_cluster_of_another_version_is_refused_with_what_to_do(use: Use, data: Path) -> None:
    cluster = data / "servers/postgres/cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(AssertionError, match=r"made by PostgreSQL 17, this is 18.*RESET=1"):
        use().urls()


def test_a_port_taken_meanwhile_is_exchanged_for_another(use: Use, data: Path) -> None:
    import socket

    user = use()
    database, _ = user.urls()
    user.kill()
    until(lambda: not processes_of(data))
    with socket.create_server(("127.0.0.1", int(database.split(":")[3].split("/")[0]))):
        again, _ = use().urls()
        assert again != database
        assert answers(again)


def test_nothing_outside_the_folder_is_changed_under_a_closed_parent(use: Use, data: Path) -> None:
    closed = data.parent
    closed.chmod(0o700)
    programs = Path(identity.__file__).parent
    watched = [*data.parents, programs, Path("/etc/passwd"), Path("/etc/group")]
    before = [(p, p.stat().st_mode, p.stat().st_uid, p.stat().st_gid) for p in watched]
    accounts = Path("/etc/passwd").read_bytes()
    database, _ = use().urls()
    assert answers(database)
    assert before == [(p, p.stat().st_mode, p.stat().st_uid, p.stat().st_gid) for p in watched]
    assert accounts == Path("/etc/passwd").read_bytes()


def test_a_folder_with_a_very_long_path_works(tmp_path: Path) -> None:
    deep = tmp_path / ("long " * 30).strip() / "数据" / ("x" * 60)
    user = User(deep)
    try:
        assert answers(user.urls()[0])
    finally:
        user.kill()
        until(lambda: not processes_of(deep))


def test_a_folder_that_cannot_be_written_names_the_setting() -> None:
    with pytest.raises(AssertionError, match=r"DATA_DIR=/proc/none: .*Name a folder"):
        User(Path("/proc/none")).urls()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root")
def test_root_without_user_namespaces_runs_postgresql_as_an_unprivileged_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import shutil
    import subprocess
    import tempfile

    allowed = identity.runs
    monkeypatch.setattr(identity, "runs", lambda one: "--map-user" not in one.options and allowed(one))
    root = Path(tempfile.mkdtemp(dir="/var/tmp"))
    try:
        root.chmod(0o711)
        data = DataDir(root / "data")
        data.create()
        server = Postgres(data)
        server.prepare()
        assert server.identity.options == ("--set-user", str(server.identity.owner))
        process = subprocess.Popen(server.command(), cwd=server.folder, env=plain_environment())
        until(server.answers)
        assert Path(f"/proc/{process.pid}").stat().st_uid == server.identity.owner
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        shutil.rmtree(root)


@pytest.mark.skipif(os.geteuid() != 0, reason="root is refused by PostgreSQL")
def test_root_without_namespaces_under_a_closed_parent_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(identity, "runs", lambda one: "--map-user" not in one.options)
    with pytest.raises(Exception, match=r"Set DATA_DIR .* or set DATABASE_URL"):
        identity.choose(Path("/programs"), tmp_path / "data" / "servers" / "postgres")
