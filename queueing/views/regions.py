"""How a live region is answered: with its ETag, never stored, never indexed."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from queueing.regions import LiveView


def region_response(request: HttpRequest, view: LiveView) -> HttpResponse:
    """The region's HTML, or 304 when the page already shows it; both say when the database was read."""
    same = request.headers.get("If-None-Match") == view.etag
    response = HttpResponseNotModified() if same else HttpResponse(view.html)
    response["ETag"] = view.etag
    response["X-Revision"] = str(view.revision)
    response["X-As-Of"] = view.at
    return private(response)


def private(response: HttpResponse) -> HttpResponse:
    """Kept by no cache and no search engine, and its address given to no other site."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
