"""Documents run as tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test database is made for tests that are marked only: a document that runs alone would meet the real one."""
    for item in items:
        if isinstance(item, pytest.DoctestItem) and 'getfixture("db")' in (item.dtest.docstring or ""):
            item.add_marker(pytest.mark.django_db)
