"""Public lists: departments, experts, sessions and their slots."""

from datetime import timedelta
from typing import Any

from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors
from booking.api import inputs, quick, serializers
from booking.api.answers import catalogue
from hospital.common import clock
from hospital.common.api import ApiView, first, parsed
from hospital.common.openapi import page
from hospital.common.policy import policy
from hospital.common.public_pages import for_everybody


class PublicView(ApiView):
    """Readable by everybody, cacheable for seconds."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @classmethod
    def as_view(cls, **options: Any) -> Any:
        """Kept for seconds by each process, as pages are."""
        return for_everybody(until=selectors.next_boundary)(super().as_view(**options))

    def page(self, request: Request, rows: list[Any]) -> Response:
        """One page of ``rows``."""
        paginator = PageNumberPagination()
        chosen = paginator.paginate_queryset(rows, request, view=self)  # type: ignore[arg-type]
        response = paginator.get_paginated_response(chosen or [])
        now = clock.now()
        boundary = selectors.next_boundary(now=now)
        patch_cache_control(response, public=True, max_age=quick.fresh_s(boundary, now))
        return response


class DepartmentList(PublicView):
    """Departments."""

    @extend_schema(responses=page(catalogue.Department), parameters=[inputs.PageQuery])
    def get(self, request: Request) -> Response:
        """List departments by pinyin."""
        found = selectors.departments_with_next(now=clock.now())
        return self.page(request, [serializers.department_out(department) for department, _next, _n in found])


class ExpertList(PublicView):
    """Experts."""

    @extend_schema(parameters=[inputs.ExpertQuery, inputs.PageQuery], responses=page(catalogue.ExpertCard))
    def get(self, request: Request) -> Response:
        """List experts, earliest free number first, or as ``order`` says; with ``q`` the best match first."""
        query = parsed(inputs.ExpertQuery, request, query=True)
        order = query["order"] or ("match" if query["q"].strip() else "earliest")
        cards = selectors.experts_for_booking(
            now=clock.now(), department=query["department"], q=query["q"], order=order
        )
        return self.page(request, [serializers.expert_out(card) for card in cards])


class SessionList(PublicView):
    """Sessions."""

    @extend_schema(
        parameters=[inputs.SessionQuery, inputs.PageQuery], responses=page(catalogue.SessionAnswer)
    )
    def get(self, request: Request) -> Response:
        """List sessions of the horizon, or between two dates."""
        query = parsed(inputs.SessionQuery, request, query=True)
        now, today = clock.now(), clock.today()
        expert_id = selectors.expert_by_code(code=query["expert"]).pk if query["expert"] else None
        found = selectors.sessions_of_expert(
            expert_id=expert_id,
            department=query["department"],
            date_from=query.get("date_from", today),
            date_to=query.get("date_to", today + timedelta(days=policy().horizon_days)),
            now=now,
        )
        return self.page(request, [serializers.session_out(view) for view in found])


class SessionDetail(PublicView):
    """One session with its slots."""

    @classmethod
    def as_view(cls, **options: Any) -> Any:
        """A list that has not changed is said so before anything is built; see :mod:`booking.api.quick`."""
        return first(quick.unchanged, ApiView.as_view.__func__(cls, **options))  # type: ignore[attr-defined]

    @extend_schema(responses={200: catalogue.SessionWithSlots, 304: None})
    def get(self, request: Request, code: str) -> Response:
        """Slots with numbers left; the ETag changes with the rows and with the phase of time."""
        now = clock.now()
        version = selectors.session_version(code=code, now=now)  # first: the answer may be newer, never older
        view = selectors.session_view(selectors.session_by_code(code=code), now=now)
        headers = quick.freshness(version, now)
        return Response(serializers.session_out(view, slots=True), headers=headers)
