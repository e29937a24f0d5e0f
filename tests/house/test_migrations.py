"""Migrations read as a list: numbered in the order in which they are applied, one after another."""

from __future__ import annotations

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.house.test_layout import APPS, ROOT


@pytest.mark.parametrize("app", APPS)
def test_each_migration_has_the_next_number_and_follows_the_one_before(app: str) -> None:
    found = {name: row for (of, name), row in MigrationLoader(None).disk_migrations.items() if of == app}
    names = sorted(found)
    assert [name[:4] for name in names] == [f"{place:04}" for place in range(1, len(names) + 1)]
    for before, name in zip([None, *names], names, strict=False):
        assert [last for of, last in found[name].dependencies if of == app] == [before] * (before is not None)


@pytest.mark.parametrize("app", APPS)
def test_sql_stands_beside_the_migration_that_runs_it(app: str) -> None:
    for path in (ROOT / app / "migrations").glob("*.sql"):
        assert path.with_suffix(".py").exists(), path.name
