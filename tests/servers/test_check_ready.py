"""`manage.py check_ready` lists what is missing to run in production."""

import os
from pathlib import Path

import pytest

from hospital.servers import entry
from tests.servers.test_entry import manage

pytestmark = pytest.mark.xdist_group("servers")
KEYS = {
    name: f"{name} of thirty-two characters and more" for name in ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY")
}
PUBLIC = {"PUBLIC_URL": "https://portal.example", "ALLOWED_HOSTS": "portal.example", "BEHIND_PROXY": "1"}
TEXTS = {"SMS_URL": "https://sms.example/", "SMS_TOKEN": "t", "SMS_SECRET": "s"}


def missing(data: Path, **environment: str) -> list[str]:
    done = manage("check_ready", DATA_DIR=str(data), **environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("- ")]
    assert done.returncode == (1 if lines else 0), done.stderr
    return lines


def test_with_nothing_set_every_setting_is_named(tmp_path: Path) -> None:
    said = "\n".join(missing(tmp_path))
    for name in (*KEYS, "PUBLIC_URL", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "collectstatic"):
        assert name in said
    assert not list(tmp_path.iterdir()), "asking changes nothing"


def test_switches_of_a_demo_short_and_equal_keys_are_named(tmp_path: Path) -> None:
    said = "\n".join(
        missing(tmp_path, DEMO="1", DEBUG="1", STAFF_SECOND_FACTOR="0", SECRET_KEY="short", FIELD_KEY="short")
    )
    for part in (
        "DEMO is on",
        "DEBUG is on",
        "CLOCK_MOVABLE is on",
        "STAFF_SECOND_FACTOR is off",
        "too short",
    ):
        assert part in said
    assert "must differ from each other" in said


def test_a_database_that_does_not_answer_is_named_with_the_reason(tmp_path: Path) -> None:
    said = "\n".join(missing(tmp_path, DATABASE_URL="postgres://u:p@127.0.0.1:1/x", **KEYS))
    assert "DATABASE_URL: " in said
    assert "refused" in said


def test_a_missing_or_careless_provider_of_text_messages_is_named(tmp_path: Path) -> None:
    assert "SMS_URL is not set" in "\n".join(missing(tmp_path))
    careless = {"SMS_URL": "http://sms.example/", "SMS_TOKEN": "t", "SMS_SECRET": "s"}
    assert "SMS_URL must be https://" in "\n".join(missing(tmp_path, **careless))


def test_with_everything_set_only_the_payment_provider_is_left(tmp_path: Path) -> None:
    """Nobody but the hospital can set up its own provider."""
    database, redis = entry.ensure(os.environ["DATA_DIR"])
    (tmp_path / "static").mkdir()
    left = missing(tmp_path, DATABASE_URL=database, REDIS_URL=redis, **KEYS, **PUBLIC, **TEXTS)
    assert [line for line in left if "migrations are not applied" not in line] == [
        "- PAYMENT_PROVIDERS holds the sandbox only: set up WeChat Pay or Alipay (docs/howto/payments.md)."
    ]


def test_a_payment_provider_with_a_wrong_key_is_named(tmp_path: Path) -> None:
    wechat = {
        "WECHAT_MCHID": "1900000109",
        "WECHAT_APPID": "wx1",
        "WECHAT_PRIVATE_KEY": "no key",
        "WECHAT_CERT_SERIAL": "444F",
        "WECHAT_API_KEY": "k" * 32,
        "WECHAT_PUBLIC_KEY": "no key",
        "WECHAT_PUBLIC_KEY_ID": "PUB_KEY_ID_01",
    }
    said = "\n".join(missing(tmp_path, **wechat))
    assert "WECHAT_...: the private key or WeChat's public key cannot be read" in said
    assert "no key" not in said
    assert "holds the sandbox only" not in said
