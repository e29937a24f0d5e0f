"""Fixtures of the live tests."""

from tests.live.valkey import valkey

__all__ = ["valkey"]
