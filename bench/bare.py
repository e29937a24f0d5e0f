"""What Django costs by itself, on the same server: an empty view, and one that asks the database once."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.bare_settings")

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


def empty(request: HttpRequest) -> HttpResponse:
    """Answer without doing anything."""
    return HttpResponse("ok", headers={"Content-Length": "2"})


def one_query(request: HttpRequest) -> JsonResponse:
    """Answer with one row, found by its key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, quota, booked FROM booking_slot WHERE id = %s", [1])
        code, quota, booked = cursor.fetchone() or ("", 0, 0)
    answer = JsonResponse({"code": code, "quota": quota, "booked": booked})
    answer["Content-Length"] = str(len(answer.content))  # as CommonMiddleware would
    return answer


urlpatterns = [path("healthz", empty), path("empty/", empty), path("one-query/", one_query)]
application = get_wsgi_application()
