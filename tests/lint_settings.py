"""Settings of `make lint-migrations`: those of the tests, with the linter of migrations as an app."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    "sql_analyser": "postgresql",
    "include_apps": ["hospital", "booking", "queueing", "analytics"],
    "no_cache": True,
    # its unique constraint takes over an index that was built before, without a lock
    "ignore_name": ["0011_visits_by_session_day"],
    "quiet": ["ok", "ignore"],
}
