"""What booking's pages for managers share: who may see them, and the place in the side list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hospital.common.views import role_required

managers_only = role_required("manager", "administrator")
desk_only = role_required("desk", "manager", "administrator")


def manage_page(
    request: HttpRequest, template: str, section: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page with the side list."""
    return render(request, template, {"section": section, **context}, status=status)
