"""Settings from the environment: a wrong value names itself and says why."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from hospital import env

NAME = "FENLIU_TEST_SETTING"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.delenv(f"{NAME}_FILE", raising=False)
    return monkeypatch


def test_a_text_comes_from_its_variable_its_file_or_its_default(
    given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert env.text(NAME, "default") == "default"
    given.setenv(NAME, "direct")
    assert env.text(NAME, "default") == "direct"
    (tmp_path / "secret").write_text("from the file\n")
    given.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert env.text(NAME, "default") == "from the file"


def test_a_required_text_that_is_missing_names_itself(given: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{NAME} is not set"):
        env.text(NAME)


def test_a_file_that_cannot_be_read_names_its_setting_and_the_reason(given: pytest.MonkeyPatch) -> None:
    given.setenv(f"{NAME}_FILE", "/no/such/file")
    with pytest.raises(ImproperlyConfigured, match=f"^{NAME}_FILE: cannot read /no/such/file: No such file"):
        env.text(NAME)


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False), ("", False)]
)
def test_a_flag_is_read_in_the_usual_spellings(given: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    given.setenv(NAME, value)
    assert env.flag(NAME, default=not meant) is meant


def test_a_flag_that_is_neither_names_itself(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "maybe")
    with pytest.raises(ImproperlyConfigured, match=f"^{NAME}='maybe': expected 1 or 0"):
        env.flag(NAME)


def test_a_number_that_is_none_names_itself(given: pytest.MonkeyPatch) -> None:
    assert env.number(NAME, 4) == 4
    given.setenv(NAME, "eight")
    with pytest.raises(ImproperlyConfigured, match=f"^{NAME}='eight': expected a whole number"):
        env.number(NAME, 4)


def test_words_are_cut_at_commas(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "a.example , b.example,,")
    assert env.words(NAME) == ["a.example", "b.example"]


def database(given: pytest.MonkeyPatch, url: str, pool: dict[str, object] | None = None) -> dict[str, object]:
    given.setenv(NAME, url)
    return env.database(NAME, lock_timeout_s=3, statement_timeout_s=5, pool=pool)


def test_a_database_address_is_taken_apart(given: pytest.MonkeyPatch) -> None:
    made = database(
        given, "postgres://ann%40home:p%2Fw@db.example:5433/clinic?sslmode=require", {"min_size": 2}
    )
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "ann@home",
        "p/w",
        "db.example",
        "5433",
        "clinic",
    )
    assert made["OPTIONS"] == {
        "options": "-c lock_timeout=3s -c statement_timeout=5s",
        "connect_timeout": 5,
        "pool": {"min_size": 2},
        "sslmode": "require",
    } | {key: value for key, value in made["OPTIONS"].items() if key == "prepare_threshold"}  # type: ignore[attr-defined]


def test_a_database_may_lie_behind_a_socket(given: pytest.MonkeyPatch) -> None:
    assert database(given, "postgresql://fenliu:x@/clinic?host=/run/pg")["HOST"] == "/run/pg"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://u:p@h/x", "expected postgres://user:password@host:port/name, got 'mysql'"),
        ("clinic", "expected postgres://user:password@host:port/name, got 'clinic'"),
        ("postgres://u:p@h:port/x", "the port is not a number"),
        ("postgres://u:p@h:5432/", "the address names no database"),
    ],
)
def test_a_wrong_database_address_names_its_setting_and_the_reason(
    given: pytest.MonkeyPatch, url: str, reason: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        database(given, url)
    assert str(refused.value) == f"{NAME}: {reason}"


def test_a_key_that_is_not_set_is_made_once_and_only_its_owner_can_read_it(
    given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    first = env.secret(NAME, folder, make=True)
    assert len(first) >= 48
    assert env.secret(NAME, folder, make=True) == first
    assert env.secret(NAME, folder, make=False) == first, "a key that is there is used"
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_that_is_set_is_kept_nowhere(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given.setenv(NAME, "mine")
    assert env.secret(NAME, tmp_path / "keys", make=True) == "mine"
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("value", [None, ""])
def test_outside_demo_and_tests_a_key_that_is_not_set_stops_the_start_and_says_how_to_set_it(
    given: pytest.MonkeyPatch, tmp_path: Path, value: str | None
) -> None:
    if value is not None:
        given.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{NAME} is not set: set it, or {NAME}_FILE to its file"):
        env.secret(NAME, tmp_path / "keys", make=False)
    assert not (tmp_path / "keys").exists()
