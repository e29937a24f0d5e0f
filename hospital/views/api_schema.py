"""The API's description, made once: it is the same for everybody until the process ends."""

from __future__ import annotations

from threading import Lock
from typing import Any

from django.http import HttpResponse
from django.utils.encoding import force_bytes
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_made: dict[tuple[str, str | None], bytes] = {}
_making = Lock()


class Schema(SpectacularAPIView):
    """One document for each form (YAML, JSON) and language; half a second's work is not done for each visitor."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The document."""
        renderer = request.accepted_renderer
        kind = (renderer.format, get_language())
        with _making:
            if kind not in _made:
                made = self.generator_class().get_schema(request=request, public=True)  # type: ignore[no-untyped-call]
                _made[kind] = force_bytes(renderer.render(made, renderer.media_type, {}))
        headers = {"Content-Disposition": f'inline; filename="fenliu.{renderer.format}"'}
        return HttpResponse(_made[kind], content_type=renderer.media_type, headers=headers)
