"""Pages that exist only in the demo."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
