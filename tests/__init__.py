"""Tests: behaviour in sentences, mirrored after the source."""
