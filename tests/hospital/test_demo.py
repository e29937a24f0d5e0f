"""What the demo says before it serves."""

from __future__ import annotations

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from hospital.management.commands.demo import migrate

pytestmark = pytest.mark.django_db


def test_data_that_another_version_made_is_told_and_left_alone() -> None:
    migrate()  # the control: with the steps of this version there is nothing to say
    MigrationRecorder(connection).record_applied("booking", "0099_of_another_version")
    with pytest.raises(CommandError, match="RESET=1"):
        migrate()
