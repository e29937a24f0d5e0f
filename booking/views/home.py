"""The start page: departments, experts, search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Departments and experts with the next free number."""
    return render(request, "booking/home.html", {"nav": "home"})
