"""Compile the translations; gettext's own msgfmt need not be installed."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.reloader import translation_file_changed


class Command(BaseCommand):
    """Compiles every catalogue of LOCALE_PATHS."""

    help = "Compile locale/*/LC_MESSAGES/*.po to .mo where the source is newer."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile what is out of date."""
        for folder in settings.LOCALE_PATHS:
            for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
                compile_catalogue(source)


def compile_catalogue(source: Path) -> None:
    """Write the .mo beside ``source`` in one step, unless it is newer already; this process reads it from now on."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
        return
    new = target.with_suffix(".mo.new")
    catalogue = polib.pofile(str(source))  # type: ignore[no-untyped-call]
    catalogue.save_as_mofile(str(new))
    new.replace(target)
    translation_file_changed(sender=None, file_path=target)
