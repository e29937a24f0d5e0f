"""The reader's language."""

from django.utils.translation import get_language


def chinese() -> bool:
    """Whether the reader reads Chinese; whoever chose no language does not."""
    return (get_language() or "").startswith("zh")
