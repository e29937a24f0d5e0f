"""The analytics app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """History, quota plans and dashboards."""

    name = "analytics"
    verbose_name = _("analytics")
