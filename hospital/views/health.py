"""Whether the process lives, whether it can serve, and its figures."""

from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from analytics.selectors.nights import missed_nights
from hospital.common import clock, jobs, messages

GAUGES = {
    "overdue_jobs": Gauge("fenliu_overdue_jobs", "Jobs that should have been done two minutes ago"),
    "overdue_messages": Gauge("fenliu_overdue_messages", "Messages waiting for more than ten minutes"),
    "failed_messages": Gauge("fenliu_failed_messages", "Messages given up within a day"),
    "missed_nights": Gauge(
        "fenliu_missed_nights", "Nightly computations that should be complete and are not"
    ),
}


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers; how much work is late, how many messages were given up, how many nights missed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        figures = _figures()
    except DatabaseError as error:
        return JsonResponse({"status": "database", "error": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok", **figures})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures of this process, for the machine itself or whoever has METRICS_TOKEN; else nothing is here."""
    if not (has_token(request) or is_on_this_machine(request)):
        raise Http404
    with suppress(DatabaseError):  # the other figures are wanted all the more
        for name, figure in _figures().items():
            GAUGES[name].set(figure)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def has_token(request: HttpRequest) -> bool:
    """Whether the request has ``Authorization: Bearer`` and the token of the settings, which must not be empty."""
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")


def is_on_this_machine(request: HttpRequest) -> bool:
    """Whether nobody else can have asked: what a proxy hands on has its address, whoever sent it."""
    if settings.SECURE_PROXY_SSL_HEADER or {"X-Forwarded-For", "Forwarded"} & set(request.headers):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _figures() -> dict[str, int]:
    now = clock.now()
    return {
        "overdue_jobs": jobs.overdue(now),
        "overdue_messages": messages.overdue_count(now),
        "failed_messages": messages.failed_count(now),
        "missed_nights": missed_nights(now),
    }
