"""What the managers' pages share: who may see them, and the place in the side list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hospital.common.views import role_required

managers_only = role_required("manager", "administrator")


def manage_page(
    request: HttpRequest, template: str, section: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page with the side list."""
    shared = {"section": section}
    return render(request, template, {**shared, **context}, status=status)
