"""Pages that everybody sees alike are built once in some seconds and kept by each process.

Visitors who are not signed in get the kept page with what is their own filled in: the token of its forms. A page that
is soon too old is built anew once a visitor has got it, so that nobody waits in a rush, when building takes long. While
one thread builds a page the others show the last one, and so do all of them while the database cannot be asked: a rush
does not take the pages down that it looks at. Nothing is kept across the next release, opening or closing.
"""

import logging
import re
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from hashlib import sha256
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.response import SimpleTemplateResponse
from django.utils.translation import get_language

from hospital.common import clock
from hospital.common.api import DATABASE_AWAY

logger = logging.getLogger(__name__)

KEPT_MAX = 300
STALE_S = 60.0
"""How old a page may be that is shown because the database cannot be asked or another thread builds it."""
AHEAD_S = 1.0
"""How long before its end a page is built anew by whoever just saw it."""
AGAIN_S = 1.0
"""When the database is asked again after it could not be."""
_KEY = b'name="key" value="'
"""A form with this is to be sent once: a page that has one is new for each visitor and each time."""
_HOLES = re.compile(rb'(name="csrfmiddlewaretoken" value="|name="key" value=")[^"]+')

View = Callable[..., HttpResponse]
Boundary = Callable[..., datetime | None]


@dataclass(slots=True)
class Page:
    """What was built: the pieces around what is the visitor's own, and until when it is as good as new."""

    pieces: list[bytes]
    version: str
    headers: dict[str, str]
    built: float
    fresh_until: float


@dataclass(slots=True)
class _Place:
    builder: threading.Lock = field(default_factory=threading.Lock)
    page: Page | None = None


class _Filled(HttpResponse):
    """A kept page for one visitor; ``once_sent`` is done when it has been sent."""

    once_sent: Callable[[], None] | None = None

    def close(self) -> None:
        """Before the request ends, and with it the use of the database."""
        if self.once_sent is not None:
            self.once_sent()
        super().close()


_places: OrderedDict[Hashable, _Place] = OrderedDict()
_guard = threading.Lock()


def for_everybody(until: Boundary) -> Callable[[View], View]:
    """Keep a view's page for visitors without a session; ``until(now=)`` is the moment that changes all pages."""

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not _is_everybodys(request):
                return view(request, *args, **kwargs)
            return _shown(request, lambda: view(request, *args, **kwargs), until)

        return shown

    return decorate


def forget() -> None:
    """Build every page anew at the next request."""
    with _guard:
        _places.clear()


def _is_everybodys(request: HttpRequest) -> bool:
    own = (settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name)
    return (
        bool(settings.PUBLIC_FRESH_S)
        and request.method == "GET"
        and not any(name in request.COOKIES for name in own)
        and "HTTP_AUTHORIZATION" not in request.META
    )


def _shown(request: HttpRequest, build: Callable[[], HttpResponse], until: Boundary) -> HttpResponse:
    place = _place((request.get_full_path(), get_language(), request.COOKIES.get("large_text")))
    page = place.page
    if page is not None and monotonic() < page.fresh_until:
        response = _filled(page, request)
        if page.fresh_until - monotonic() <= AHEAD_S <= monotonic() - page.built:
            response.once_sent = lambda: _build_ahead(place, page, request, build, until)
        return response
    usable = page is not None and monotonic() - page.built < STALE_S
    if not place.builder.acquire(blocking=not usable):
        return _filled(page, request) if page else build()
    try:
        if place.page is not page and place.page is not None:
            return _filled(place.page, request)  # another thread has built it meanwhile
        return _built(place, request, build, until)
    finally:
        place.builder.release()


def _build_ahead(
    place: _Place, page: Page, request: HttpRequest, build: Callable[[], HttpResponse], until: Boundary
) -> None:
    """Once a page has been sent: put a newer one in its place, unless another thread does."""
    if not place.builder.acquire(blocking=False):
        return
    try:
        if place.page is page:
            _built(place, request, build, until)
    except Exception:
        logger.exception("a page was not built ahead; the next visitor builds it")
    finally:
        place.builder.release()


def _built(
    place: _Place, request: HttpRequest, build: Callable[[], HttpResponse], until: Boundary
) -> HttpResponse:
    """Build the page, or show the last one when the database cannot be asked."""
    last, response = place.page, None
    usable = last is not None and monotonic() - last.built < STALE_S
    try:
        response = build()
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:  # an answer of the API
            response.render()
        if response.status_code == 200 and not response.cookies:
            place.page = _page(response, until)
            return _filled(place.page, request)
    except DATABASE_AWAY:
        if not usable:
            raise
    if last is not None and usable and (response is None or response.status_code >= 500):
        last.fresh_until = monotonic() + AGAIN_S
        return _filled(last, request)
    assert response is not None  # noqa: S101 - no answer without an exception
    return response


def _page(response: HttpResponse, until: Boundary) -> Page:
    now = clock.now()
    boundary, fresh_s = until(now=now), float(settings.PUBLIC_FRESH_S)
    if boundary is not None:
        fresh_s = min(fresh_s, (boundary - now).total_seconds())
    built = monotonic()
    pieces = _HOLES.split(response.content)
    version = "" if _KEY in pieces else sha256(b"".join(pieces)).hexdigest()
    return Page(pieces, version, dict(response.headers), built, built + fresh_s)


def _filled(page: Page, request: HttpRequest) -> _Filled:
    """The page with the visitor's own token in its forms, and its age for caches on the way."""
    pieces = list(page.pieces)
    if len(pieces) > 1:
        own = {b'name="csrf': get_token(request), b'name="key"': str(uuid.uuid4())}
        for place in range(1, len(pieces), 2):
            pieces[place] += own[pieces[place][:10]].encode()
    headers = page.headers | {"Age": str(int(monotonic() - page.built))}
    if page.version:
        # forms of a kept copy work as long as the visitor's cookie is the one that they were filled in for
        cookie = request.META.get("CSRF_COOKIE", "") if len(pieces) > 1 else ""
        headers["ETag"] = f'"{sha256(f"{page.version}{cookie}".encode()).hexdigest()[:32]}"'
    return _Filled(b"".join(pieces), headers=headers)


def _place(key: Hashable) -> _Place:
    with _guard:
        place = _places.get(key)
        if place is None:
            place = _places[key] = _Place()
            if len(_places) > KEPT_MAX:
                _places.popitem(last=False)
        else:
            _places.move_to_end(key)
        return place
