"""History files on their way in, what came in before, and the mappings at hand."""

from django.core.cache import cache

from analytics.models import HistoryUpload, ImportBatch, SavedMapping
from hospital.common.errors import NotFound

SHOWN = 30
Progress = dict[str, str | int]


def upload_by_code(code: str) -> HistoryUpload:
    """The file with that code.

    Raises
    ------
    NotFound
        When there is none.
    """
    upload = HistoryUpload.objects.filter(code=code).first()
    if upload is None:
        raise NotFound
    return upload


def uploads_open() -> list[HistoryUpload]:
    """Files that are neither taken in nor discarded, newest first."""
    return list(HistoryUpload.objects.exclude(state__in=["taken", "discarded"]).order_by("-pk")[:SHOWN])


def imports_lately() -> list[ImportBatch]:
    """What was taken in last, from files and by the nights."""
    return list(ImportBatch.objects.order_by("-at", "-pk")[:SHOWN])


def mappings_saved() -> list[SavedMapping]:
    """The mappings made on the page, by name."""
    return list(SavedMapping.objects.order_by("name"))


def mapping_by_id(mapping_id: int) -> SavedMapping:
    """That mapping.

    Raises
    ------
    NotFound
        When there is none.
    """
    saved = SavedMapping.objects.filter(pk=mapping_id).first()
    if saved is None:
        raise NotFound
    return saved


def upload_progress(upload: HistoryUpload) -> Progress:
    """How far the worker is: the step, how many rows or sessions, and the share of the file in percent; or nothing."""
    found: Progress = cache.get(f"upload.{upload.code}") or {}
    return found
