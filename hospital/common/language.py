"""The reader's language."""

from django.conf import settings
from django.utils.translation import get_language


def chinese() -> bool:
    """Whether the reader reads Chinese; whoever chose no language reads the hospital's."""
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")
