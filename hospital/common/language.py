"""The reader's language."""

from django.conf import settings
from django.utils.translation import get_language

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
"""Those of the product, the hospital's own first."""


def chinese() -> bool:
    """Whether the reader reads Chinese; whoever chose no language reads the hospital's."""
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")


def hospital_name() -> str:
    """What the hospital is called in the reader's language."""
    return str(settings.HOSPITAL_NAME if chinese() else settings.HOSPITAL_NAME_EN)
