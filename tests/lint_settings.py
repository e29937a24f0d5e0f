"""Settings of `make lint-migrations`: those of the tests, with the linter of migrations as an app."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    "sql_analyser": "postgresql",
    "include_apps": ["hospital", "booking", "queueing", "analytics"],
    "no_cache": True,
    "quiet": ["ok", "ignore"],
    # Before the first release no hospital has these tables, so that nothing waits while a column, a constraint or
    # an index is added to them. After it nothing is added here: write the step so that it is safe on a live table.
    "ignore_name": [
        "0002_plan_world",
        "0002_links_and_triggers",
        "0003_payment_order_no",
        "0004_complete_booking",
        "0002_messages_and_languages",
        "0011_no_symptom_columns",  # drops what no release ever had
    ],
}
