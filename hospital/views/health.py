"""Whether the process lives, whether it can serve, and its figures."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hospital.common import clock, jobs


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and no job is overdue."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        overdue = jobs.overdue(clock.now())
    except DatabaseError as error:
        return JsonResponse({"status": "database", "error": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok", "overdue_jobs": overdue})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures of this process."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
